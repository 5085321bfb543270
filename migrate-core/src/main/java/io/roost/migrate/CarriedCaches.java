package io.roost.migrate;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.index.CacheCarrier;
import io.roost.index.CacheFile;
import io.roost.index.CacheIdentity;
import io.roost.index.CachedMimeParts;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.mdbox.MailboxIndex;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Carries the caches of mailboxes over, so that the first logins do not read all mail again, and says which mails keep their
 * place in them. A mail does only if what is cached fits the mail as it is placed: Dovecot believes sizes and offsets of MIME
 * parts, and would serve wrong bytes. A cache is a help and no mail: whatever is wrong with it, its mailbox goes without one,
 * which Dovecot takes for a fresh one, and nobody's migration fails. Thread-safe.
 */
final class CarriedCaches {
    /** How large Dovecot lets a cache become. */
    private static final long MAX_SIZE = 1L << 30;

    private final Settings settings;
    private final Staging staging;
    private final TargetPaths paths;
    private final PlacedMails placed;
    private final List<SourceProblem> problems = new ArrayList<>();

    CarriedCaches(Settings settings, Staging staging, TargetPaths paths, PlacedMails placed) {
        this.settings = settings;
        this.staging = staging;
        this.paths = paths;
        this.placed = placed;
    }

    /**
     * A mailbox's cache in the target.
     *
     * @param resetId for the new index
     * @param mails   positions in the snapshot of the mails that keep their records
     */
    record Carried(long resetId, BitSet mails) {
        static final Carried NOTHING = new Carried(0, new BitSet());

        /** Offset of a mail's record, 0 if it keeps none. */
        long record(MailList list, int i) {
            return mails.get(i) ? list.cacheRecord(i) : 0;
        }
    }

    /**
     * Copies a mailbox's cache to where its index will be, if it has one that is worth it.
     *
     * @param number  of the mailbox in the store
     * @param guid    of the mailbox in the target
     * @param indexId of the new index
     */
    Carried carry(MailboxSnapshot mailbox, int number, Guid128 guid, long indexId) {
        if (!settings.carryCache() || mailbox.cache().isEmpty() || paths.hasCacheElsewhere()) {
            return Carried.NOTHING;
        }
        CacheIdentity identity = mailbox.cache().get();
        try (OpenDirectory source = mailbox.location().openCache().orElse(null)) {
            BitSet mails = source == null ? new BitSet() : fitting(source, mailbox, number, identity);
            if (mails.isEmpty()) {
                return Carried.NOTHING;
            }
            try (OpenDirectory target = staging.directory(paths.mailboxIndex(mailbox.name(), guid))) {
                boolean carried = CacheCarrier.carry(source, identity, MAX_SIZE, MailboxIndex.PREFIX, target, indexId,
                        staging);
                return carried ? new Carried(identity.resetId(), mails) : Carried.NOTHING;
            }
        } catch (CorruptFileException e) {
            tell(mailbox, e.file(), e.getMessage());
        } catch (PosixException e) {
            // Somebody has just purged it: then the mailbox has changed and finish will see it again.
            if (!e.isNotFound() && e.errno() != PosixException.ESTALE) {
                tell(mailbox, e.path(), e.getMessage());
            }
        } catch (IOException e) {
            // Interrupted, as whoever waits for this will see.
        }
        return Carried.NOTHING;
    }

    /** Those that had to be left behind, for the report. */
    synchronized List<SourceProblem> problems() {
        return List.copyOf(problems);
    }

    /** Says why a mailbox has no cache, though it had one. */
    synchronized void tell(MailboxSnapshot mailbox, String path, String why) {
        problems.add(new SourceProblem(SourceProblem.Kind.CORRUPT_CACHE, mailbox.name().toString(), path,
                why + ", so that the cache is not carried over"));
    }

    private BitSet fitting(OpenDirectory source, MailboxSnapshot mailbox, int number, CacheIdentity identity) throws IOException {
        BitSet fitting = new BitSet();
        try (CacheFile cache = CacheFile.open(source, MailboxIndex.PREFIX, identity).orElse(null)) {
            if (cache == null) {
                return fitting;
            }
            for (long entry : inFileOrder(mailbox.mails())) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                int i = (int) entry;
                int at = placed.find(number, mailbox.mails().key(i));
                fitting.set(i, at >= 0 && fits(cache, mailbox, i, at));
            }
        }
        return fitting;
    }

    /** Mails that have a record: its offset, and in the lower half the position. Read in this order, the file is read once. */
    private static long[] inFileOrder(MailList mails) {
        long[] entries = new long[mails.size()];
        int n = 0;
        for (int i = 0; i < mails.size(); i++) {
            if (mails.cacheRecord(i) != 0) {
                entries[n++] = mails.cacheRecord(i) << 32 | i;
            }
        }
        entries = Arrays.copyOf(entries, n);
        // Offsets are unsigned; the few beyond 2 GiB come first.
        Arrays.sort(entries);
        return entries;
    }

    private boolean fits(CacheFile cache, MailboxSnapshot mailbox, int i, int at) throws IOException {
        MailList mails = mailbox.mails();
        long record = mails.cacheRecord(i);
        return isSaid(mails.statedSize(i), placed.plainSize(at)) && isSaid(mails.statedVirtualSize(i), placed.virtualSize(at))
                && isCached(cache.number(record, "size.physical"), placed.plainSize(at))
                && isCached(cache.number(record, "size.virtual"), placed.virtualSize(at))
                && isCached(cache.number(record, "date.received"), placed.received(at))
                && fitsParts(cache.bytes(record, CachedMimeParts.FIELD), at)
                && fitsIdentifiers(cache, mailbox, i, at);
    }

    private static boolean isSaid(long stated, long actual) {
        return stated < 0 || stated == actual;
    }

    private static boolean isCached(OptionalLong cached, long actual) {
        return cached.isEmpty() || cached.getAsLong() == actual;
    }

    private boolean fitsParts(byte[] parts, int at) {
        CachedMimeParts actual = new CachedMimeParts(placed.plainSize(at), placed.virtualSize(at));
        return parts == null || CachedMimeParts.read(parts).equals(Optional.of(actual));
    }

    /** Cached of mails that were saved with them, as by dsync. Of an mdbox Dovecot believes the cache, not the mail. */
    private boolean fitsIdentifiers(CacheFile cache, MailboxSnapshot mailbox, int i, int at) throws IOException {
        byte[] guid = cache.bytes(record(mailbox, i), "guid");
        byte[] uidl = cache.bytes(record(mailbox, i), "pop3.uidl");
        String stored = Pop3Uidls.stored(settings.pop3UidlFormat(), mailbox, i);
        return (guid == null || Guid128.ofText(text(guid)).equals(placed.guid(at)))
                && (uidl == null || text(uidl).equals(Objects.requireNonNullElse(stored, "")))
                && isCached(cache.number(record(mailbox, i), "pop3.order"), mailbox.mails().pop3Order(i));
    }

    private static long record(MailboxSnapshot mailbox, int i) {
        return mailbox.mails().cacheRecord(i);
    }

    private static String text(byte[] bytes) {
        return ByteString.of(bytes, 0, bytes.length);
    }
}
