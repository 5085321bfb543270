package io.roost.migrate;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.Pop3UidlFormat;

/**
 * How mail is moved; the same for all users of a run.
 *
 * @param rotateSize      {@code mdbox_rotate_size} of the target, bytes
 * @param zlib            whether Dovecot's zlib plugin is loaded, so that files that look compressed are
 * @param pop3UidlFormat  {@code pop3_uidl_format} of the site
 * @param skipUnreadable  carry on without mails and mailboxes that cannot be carried over, and list them
 * @param readers         threads that read ahead of the writer, 1 to 64
 * @param checkpointBytes mail bytes after which what is placed is synced and recorded, at least 1
 * @param finishAttempts  how often finish may start again because the source changed meanwhile, at least 1
 * @param carryCache      carry {@code dovecot.index.cache} over, so that the first logins need not read all mail
 * @param pace            how fast mail may be read
 */
public record Settings(long rotateSize, boolean zlib, Pop3UidlFormat pop3UidlFormat, boolean skipUnreadable, int readers,
        long checkpointBytes, int finishAttempts, boolean carryCache, Pace pace) {
    public static final long DEFAULT_ROTATE_SIZE = 10L << 20;
    public static final long DEFAULT_CHECKPOINT_BYTES = 32L << 20;

    private static final Pop3UidlFormat DEFAULT_POP3_UIDL_FORMAT;

    static {
        try {
            DEFAULT_POP3_UIDL_FORMAT = Pop3UidlFormat.of(Pop3UidlFormat.DEFAULT);
        } catch (InvalidSettingException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One that carries caches over, at full speed. */
    public Settings(long rotateSize, boolean zlib, Pop3UidlFormat pop3UidlFormat, boolean skipUnreadable, int readers,
            long checkpointBytes, int finishAttempts) {
        this(rotateSize, zlib, pop3UidlFormat, skipUnreadable, readers, checkpointBytes, finishAttempts, true, Pace.FULL_SPEED);
    }

    /** One at full speed. */
    public Settings(long rotateSize, boolean zlib, Pop3UidlFormat pop3UidlFormat, boolean skipUnreadable, int readers,
            long checkpointBytes, int finishAttempts, boolean carryCache) {
        this(rotateSize, zlib, pop3UidlFormat, skipUnreadable, readers, checkpointBytes, finishAttempts, carryCache, Pace.FULL_SPEED);
    }

    /** What Dovecot 2.3 and Roost do unless told otherwise. */
    public static Settings defaults() {
        return new Settings(DEFAULT_ROTATE_SIZE, false, DEFAULT_POP3_UIDL_FORMAT, false, 4, DEFAULT_CHECKPOINT_BYTES, 5);
    }

    public Settings withSkipUnreadable(boolean skip) {
        return new Settings(rotateSize, zlib, pop3UidlFormat, skip, readers, checkpointBytes, finishAttempts, carryCache, pace);
    }

    public Settings withCarryCache(boolean carry) {
        return new Settings(rotateSize, zlib, pop3UidlFormat, skipUnreadable, readers, checkpointBytes, finishAttempts, carry, pace);
    }

    public Settings withReaders(int count) {
        return new Settings(rotateSize, zlib, pop3UidlFormat, skipUnreadable, count, checkpointBytes, finishAttempts, carryCache, pace);
    }

    public Settings withPace(Pace newPace) {
        return new Settings(rotateSize, zlib, pop3UidlFormat, skipUnreadable, readers, checkpointBytes, finishAttempts, carryCache,
                newPace);
    }
}
