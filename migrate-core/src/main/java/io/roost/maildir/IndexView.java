package io.roost.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailFlags;
import io.roost.index.CacheIdentity;
import io.roost.index.IndexCache;
import io.roost.index.MailIndex;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * What a Maildir mailbox's index and cache tell of its mails. One that is missing, damaged or of another UIDVALIDITY knows
 * nothing, as a fresh one would. Not thread-safe.
 */
final class IndexView implements Closeable {
    /** Prefix of the files' names. */
    static final String PREFIX = "dovecot.index";

    private final MailIndex index;
    private IndexCache cache;
    private boolean ignored;
    private final ProblemLog problems;

    private IndexView(MailIndex index, IndexCache cache, ProblemLog problems) {
        this.index = index;
        this.cache = cache;
        this.problems = problems;
        ignored = index == null || index.header().uidValidity() == 0;
    }

    /**
     * Reads the index and opens the cache.
     *
     * @param directory      null if there is none
     * @param cacheDirectory null if there is none
     */
    static IndexView read(OpenDirectory directory, OpenDirectory cacheDirectory, ProblemLog problems) throws IOException {
        MailIndex index = null;
        IndexCache cache = null;
        try {
            if (directory != null) {
                index = MailIndex.read(directory, PREFIX).orElse(null);
                cache = index == null || cacheDirectory == null ? null : openCache(cacheDirectory, index, problems);
            }
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_INDEX, e.file(), e.getMessage());
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that flags may be outdated");
        }
        return new IndexView(index, cache, problems);
    }

    private static IndexCache openCache(OpenDirectory directory, MailIndex index, ProblemLog problems) throws IOException {
        try {
            return IndexCache.open(directory, PREFIX, index).orElse(null);
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_CACHE, e.file(), e.getMessage());
        } catch (PosixException e) {
            cannotRead(e, problems);
        }
        return null;
    }

    /** A cache is a help and no mail: whatever is wrong with it, nobody's migration fails. */
    static void cannotRead(PosixException e, ProblemLog problems) {
        problems.add(Kind.CORRUPT_CACHE, e.path(), e.getMessage() + ", so that nothing of it is carried over");
    }

    /** Ignores the index if it belongs to another UIDVALIDITY: Dovecot would reset it. */
    void compare(long uidValidity) {
        if (!ignored && index.header().uidValidity() != uidValidity) {
            problems.add(Kind.CORRUPT_INDEX, index.file(), "has UIDVALIDITY " + index.header().uidValidity()
                    + ", the uidlist has " + uidValidity);
            ignored = true;
        }
    }

    /** 0 if it has none. */
    long uidValidity() {
        return ignored ? 0 : index.header().uidValidity();
    }

    /** UIDs from here on are unknown to the index; 1 if all are. */
    long nextUid() {
        return ignored ? 1 : index.header().nextUid();
    }

    long firstRecentUid() {
        return ignored ? 1 : index.header().firstRecentUid();
    }

    long highestModseq() {
        return ignored ? 1 : index.highestModseq();
    }

    /** Number of mails. */
    int size() {
        return ignored ? 0 : index.size();
    }

    List<String> keywordNames() {
        return ignored ? List.of() : index.keywordNames();
    }

    /** Position of a mail, -1 if the index does not know it. */
    int find(long uid) {
        return ignored ? -1 : index.find(uid);
    }

    boolean expungeRequested(int at) {
        return index.expungeRequested(at);
    }

    /** Whether the index knows flags and keywords that the file name does not have yet. */
    boolean isAhead(int at) {
        return index.flagsPending(at) || (index.flags(at) & MailFlags.DIRTY) != 0;
    }

    /** System flags only. */
    int flags(int at) {
        return index.flags(at) & MailFlags.SYSTEM_MASK;
    }

    BitSet keywords(int at) {
        return index.keywords(at);
    }

    /** A cached date, {@code date.received} or {@code date.save}, Unix seconds, or {@link MailList#UNKNOWN}. */
    long date(int at, String field) throws IOException {
        if (cache == null || at < 0) {
            return MailList.UNKNOWN;
        }
        try {
            return cache.date(at, field).orElse(MailList.UNKNOWN);
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_CACHE, e.file(), e.getMessage());
        } catch (PosixException e) {
            cannotRead(e, problems);
        }
        close();
        return MailList.UNKNOWN;
    }

    /** Offset of a mail's record in the cache, 0 if it has none. */
    long cacheRecord(int at) {
        return cache == null || at < 0 ? 0 : cache.record(at);
    }

    /** Which cache the records are in; empty if there is none, or it has turned out to be damaged. */
    Optional<CacheIdentity> cacheIdentity() {
        return cache == null || ignored ? Optional.empty() : Optional.of(cache.identity());
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}
