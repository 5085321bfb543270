package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What the store knows of one user. Times are Unix milliseconds, 0 where not yet.
 *
 * <p>Format, big-endian: u8 version 1, u32 number, u8 state, u64 started, u64 updated, u64 finished, u32 run stamp, u64 mails
 * total, u64 mails placed, u64 bytes total, u64 bytes placed, u32 mailboxes, u32 next batch, then as u16 length and UTF-8
 * bytes: name, source, target, error.
 *
 * @param number       identity in the store, 1 or more
 * @param name         user name
 * @param state        how far it is
 * @param source       the source location, for people and for comparing runs
 * @param target       the target location, likewise
 * @param started      when this migration began
 * @param updated      when the record was last written
 * @param finished     when it was published
 * @param runStamp     Unix seconds when it began: UIDVALIDITY of the map and creation stamp of the data files
 * @param mailsTotal   mails found by the last scan
 * @param mailsPlaced  mails placed
 * @param bytesTotal   their size as far as file names tell, else 0
 * @param bytesPlaced  bytes of mail placed
 * @param mailboxes    number of mailboxes found by the last scan
 * @param nextBatch    number of the next batch of placed mails
 * @param error        why it failed, empty if it did not
 */
public record UserRecord(int number, String name, UserState state, String source, String target, long started, long updated,
        long finished, int runStamp, long mailsTotal, long mailsPlaced, long bytesTotal, long bytesPlaced, int mailboxes,
        int nextBatch, String error) {
    private static final byte VERSION = 1;
    /** Bytes before the texts. */
    private static final int FIXED = 74;
    private static final int MAX_ERROR = 4000;
    private static final int MAX_TEXT = 0xffff;

    /** Of a user of whom nothing was done yet. */
    static UserRecord queued(int number, String name, String source, String target, long now) {
        return new UserRecord(number, name, UserState.QUEUED, source, target, now, now, 0, (int) (now / 1000), 0, 0, 0, 0, 0, 0, "");
    }

    public UserRecord withState(UserState newState, long now) {
        return new UserRecord(number, name, newState, source, target, started, now, newState == UserState.PUBLISHED ? now : finished,
                runStamp, mailsTotal, mailsPlaced, bytesTotal, bytesPlaced, mailboxes, nextBatch, "");
    }

    public UserRecord failed(String why, long now) {
        return new UserRecord(number, name, UserState.FAILED, source, target, started, now, finished, runStamp, mailsTotal,
                mailsPlaced, bytesTotal, bytesPlaced, mailboxes, nextBatch, why);
    }

    public UserRecord withTotals(int newMailboxes, long mails, long bytes) {
        return new UserRecord(number, name, state, source, target, started, updated, finished, runStamp, mails, mailsPlaced,
                bytes, bytesPlaced, newMailboxes, nextBatch, error);
    }

    /** With other locations, before anything is placed. */
    public UserRecord withLocations(String newSource, String newTarget) {
        return new UserRecord(number, name, state, newSource, newTarget, started, updated, finished, runStamp, mailsTotal,
                mailsPlaced, bytesTotal, bytesPlaced, mailboxes, nextBatch, error);
    }

    /** After one more batch of placed mails. */
    public UserRecord withBatch(long mails, long bytes, long now) {
        return new UserRecord(number, name, state, source, target, started, now, finished, runStamp, mailsTotal,
                mailsPlaced + mails, bytesTotal, bytesPlaced + bytes, mailboxes, nextBatch + 1, error);
    }

    /** As at the beginning, with nothing placed. */
    public UserRecord restarted(long now) {
        return queued(number, name, source, target, now);
    }

    byte[] write() {
        byte[][] texts = {utf8(name), utf8(source), utf8(target),
            utf8(error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) : error)};
        int size = FIXED;
        for (byte[] text : texts) {
            if (text.length > MAX_TEXT) {
                throw new CheckpointException("a name or location of " + text.length + " bytes, expected at most " + MAX_TEXT);
            }
            size += 2 + text.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION).putInt(number).put((byte) state.ordinal()).putLong(started).putLong(updated).putLong(finished)
                .putInt(runStamp).putLong(mailsTotal).putLong(mailsPlaced).putLong(bytesTotal).putLong(bytesPlaced)
                .putInt(mailboxes).putInt(nextBatch);
        for (byte[] text : texts) {
            out.putShort((short) text.length).put(text);
        }
        return out.array();
    }

    static UserRecord read(ByteBuffer in) {
        byte version = in.remaining() < FIXED ? 0 : in.get();
        if (version != VERSION) {
            throw new CheckpointException("a user record of version " + version + ", expected " + VERSION
                    + ": the store was written by another version of Roost, or is damaged");
        }
        int number = in.getInt();
        int ordinal = in.get();
        UserState[] states = UserState.values();
        if (ordinal < 0 || ordinal >= states.length) {
            throw new CheckpointException("a user record with state " + ordinal + ", expected 0 to " + (states.length - 1)
                    + ": the store was written by another version of Roost, or is damaged");
        }
        UserState state = states[ordinal];
        long started = in.getLong();
        long updated = in.getLong();
        long finished = in.getLong();
        int runStamp = in.getInt();
        long mailsTotal = in.getLong();
        long mailsPlaced = in.getLong();
        long bytesTotal = in.getLong();
        long bytesPlaced = in.getLong();
        int mailboxes = in.getInt();
        int nextBatch = in.getInt();
        String name = text(in);
        String source = text(in);
        String target = text(in);
        return new UserRecord(number, name, state, source, target, started, updated, finished, runStamp, mailsTotal,
                mailsPlaced, bytesTotal, bytesPlaced, mailboxes, nextBatch, text(in));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer in) {
        int length = in.remaining() < 2 ? 2 : Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new CheckpointException("a user record that ends within a text: the store is damaged");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
