package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.roost.maildir.Compression;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Opens every mail of a mailbox, as a migration would, and asks for its size, without reading it: three system calls a mail,
 * several mails at once. Tells what cannot be opened and which file names lie about their size.
 */
final class MailInspection {
    /** Of each kind that loses nothing, this many are named; a last one counts the rest. */
    private static final int NAMED = 20;
    private static final int RUN = 256;

    private final MailboxSource source;
    private final boolean zlib;
    private final long[] sizes;
    private final List<SourceProblem> problems = new ArrayList<>();
    private long wrongSizes;
    private long vanished;
    private long compressed;

    private MailInspection(MailboxSource source, boolean zlib) {
        this.source = source;
        this.zlib = zlib;
        sizes = new long[source.snapshot().mails().size()];
    }

    /** Inspects a mailbox with a number of threads. */
    static MailInspection of(MailboxSource source, boolean zlib, int threads) throws IOException, InterruptedException {
        MailInspection inspection = new MailInspection(source, zlib);
        int size = inspection.sizes.length;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        source.retain();
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int from = 0; from < size; from += RUN) {
                int first = from;
                runs.add(pool.submit(() -> {
                    for (int i = first; i < Math.min(size, first + RUN); i++) {
                        inspection.inspect(i);
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                Awaited.await(run);
            }
        } finally {
            pool.shutdownNow();
            source.release();
        }
        inspection.summarise();
        return inspection;
    }

    /** Real size of a mail's file in bytes, 0 if it could not be opened. */
    long size(int position) {
        return sizes[position];
    }

    long bytes() {
        long sum = 0;
        for (long size : sizes) {
            sum += size;
        }
        return sum;
    }

    List<SourceProblem> problems() {
        return problems;
    }

    private void inspect(int i) throws IOException {
        try (OpenFile file = source.open(i)) {
            if (file == null) {
                note(Kind.VANISHED, i, "it was listed and is gone");
                return;
            }
            FileStatus status = file.status();
            if (!status.isFile()) {
                note(Kind.NOT_A_FILE, i, "expected a file, found " + status.kind().name().toLowerCase(Locale.ROOT));
                return;
            }
            sizes[i] = status.size();
            boolean isCompressed = zlib && isCompressed(file);
            long said = source.snapshot().mails().sizeByName(i);
            if (isCompressed) {
                note(Kind.COMPRESSED, i, "its bytes are carried over as they are");
            } else if (said >= 0 && said != status.size()) {
                note(Kind.WRONG_SIZE, i, "the file name says S=" + said + ", the file has " + status.size() + " bytes");
            }
        } catch (PosixException e) {
            note(e.errno() == PosixException.ELOOP ? Kind.SYMLINK : Kind.UNREADABLE, i, e.getMessage());
        }
    }

    private static boolean isCompressed(OpenFile file) throws PosixException {
        ByteBuffer magic = ByteBuffer.allocateDirect(Compression.MAGIC_BYTES);
        file.preadFully(magic, 0);
        byte[] bytes = new byte[magic.flip().remaining()];
        magic.get(bytes);
        return Compression.detect(bytes, 0, bytes.length).isPresent();
    }

    private synchronized void note(Kind kind, int i, String detail) {
        long count = switch (kind) {
            case WRONG_SIZE -> ++wrongSizes;
            case VANISHED -> ++vanished;
            case COMPRESSED -> ++compressed;
            default -> 0;
        };
        if (count <= NAMED) {
            MailboxSnapshot mailbox = source.snapshot();
            MailList mails = mailbox.mails();
            problems.add(new SourceProblem(kind, mailbox.name().toString(), mailbox.location().path()
                    + (mails.isInNew(i) ? "/new/" : "/cur/") + mails.fileName(i), detail));
        }
    }

    private void summarise() {
        rest(Kind.WRONG_SIZE, wrongSizes);
        rest(Kind.VANISHED, vanished);
        rest(Kind.COMPRESSED, compressed);
    }

    private void rest(Kind kind, long count) {
        if (count > NAMED) {
            problems.add(new SourceProblem(kind, source.snapshot().name().toString(), source.snapshot().location().path(),
                    "and " + (count - NAMED) + " more like these"));
        }
    }
}
