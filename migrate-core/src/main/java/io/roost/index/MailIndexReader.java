package io.roost.index;

import java.io.IOException;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Reads an index without a lock while Dovecot may write it. That works because a log is only appended to, with the size of
 * a record written last, and because the index file is replaced by rename. The log is opened first, then the index; if the
 * log was rotated in between, they do not fit together and everything starts over. Source: index-format reference §3.
 *
 * <p>The replay starts at the index's head offset if the index names this log; if it names the log before, that one's rest
 * ({@code .log.2}) comes first, unless the new log says that it ended just there. A log without predecessor
 * ({@code prev_file_seq} 0) that is replayed from its first record resets the index: what the index file says is discarded.
 */
final class MailIndexReader {
    private static final int ATTEMPTS = 5;
    private static final String LOG = ".log";
    private static final String LOG2 = ".log.2";

    private MailIndexReader() {
    }

    static Optional<MailIndex> read(OpenDirectory dir, String prefix) throws IOException {
        String failure = null;
        for (int attempt = 1;; attempt++) {
            try {
                return tryRead(dir, prefix);
            } catch (CorruptFileException e) {
                // perhaps only a rotation in between; what is damaged fails the same way again
                if (attempt == ATTEMPTS || e.getMessage().equals(failure)) {
                    throw e;
                }
                failure = e.getMessage();
            } catch (PosixException e) {
                if (e.errno() != PosixException.ESTALE || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static Optional<MailIndex> tryRead(OpenDirectory dir, String prefix) throws IOException {
        try (TransactionLogReader log = TransactionLogReader.open(dir, prefix + LOG).orElse(null)) {
            IndexState state = readIndexFile(dir, prefix);
            if (log == null) {
                if (state == null) {
                    return Optional.empty();
                }
                IndexHeader h = state.header();
                return Optional.of(state.finish(h.logFileSeq(), h.logFileHeadOffset()));
            }
            return Optional.of(replay(dir, prefix, state, log));
        }
    }

    private static IndexState readIndexFile(OpenDirectory dir, String prefix) throws IOException {
        OpenFile in;
        try {
            in = dir.openFile(prefix);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return null;
            }
            throw e;
        }
        try (in) {
            return IndexFile.read(in, in.status());
        }
    }

    private static MailIndex replay(OpenDirectory dir, String prefix, IndexState indexState, TransactionLogReader log)
            throws IOException {
        TransactionLogHeader h = log.header();
        if (indexState == null) {
            if (h.prevFileSeq() != 0) {
                throw new CorruptFileException(dir.pathOf(prefix), 0, "the index that log " + h.fileSeq() + " continues",
                        "no file");
            }
            IndexState state = IndexState.empty(log.file(), h.indexId());
            return end(state, log, TransactionLogReplay.replay(state, log, h.headerSize(), h.headerSize()));
        }
        IndexHeader index = indexState.header();
        if (index.indexId() != h.indexId()) {
            throw new CorruptFileException(log.file(), 4, "index id " + index.indexId(), Long.toString(h.indexId()));
        }
        if (index.logFileSeq() > h.fileSeq()) {
            throw new CorruptFileException(log.file(), 8, "log " + index.logFileSeq() + " or later", "log " + h.fileSeq());
        }
        boolean sameLog = index.logFileSeq() == h.fileSeq();
        long from = sameLog && index.logFileHeadOffset() != 0 ? index.logFileHeadOffset() : h.headerSize();
        long tail = sameLog ? index.logFileTailOffset() : h.headerSize();
        if (h.prevFileSeq() == 0 && from == h.headerSize()) {
            indexState.reset();
        } else if (!sameLog) {
            replayPrevious(dir, prefix, indexState, index, h);
        }
        return end(indexState, log, TransactionLogReplay.replay(indexState, log, from, tail));
    }

    private static void replayPrevious(OpenDirectory dir, String prefix, IndexState state, IndexHeader index,
            TransactionLogHeader next) throws IOException {
        boolean skippable = next.prevFileSeq() == index.logFileSeq() && next.prevFileOffset() == index.logFileHeadOffset();
        try (TransactionLogReader log2 = TransactionLogReader.open(dir, prefix + LOG2).orElse(null)) {
            if (log2 == null || log2.header().fileSeq() != index.logFileSeq() || log2.header().indexId() != index.indexId()) {
                if (skippable) {
                    return;
                }
                throw new CorruptFileException(dir.pathOf(prefix + LOG2), 8, "log " + index.logFileSeq()
                        + ", from which the index goes on", log2 == null ? "no file" : "log " + log2.header().fileSeq());
            }
            if (next.prevFileSeq() != log2.header().fileSeq()) {
                throw new CorruptFileException(log2.file(), 8, "log " + next.prevFileSeq(), "log " + log2.header().fileSeq());
            }
            long end = TransactionLogReplay.replay(state, log2, Math.max(index.logFileHeadOffset(),
                    log2.header().headerSize()), index.logFileTailOffset());
            if (end != next.prevFileOffset()) {
                throw new CorruptFileException(log2.file(), end, "records up to " + next.prevFileOffset(),
                        "the end of the log");
            }
        }
    }

    private static MailIndex end(IndexState state, TransactionLogReader log, long offset) {
        return state.finish(log.header().fileSeq(), offset);
    }
}
