package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Reads some of a user's mails, evenly spread, one after the other, to see how fast the store gives them. What the machine has
 * in its cache is read faster than the rest will be; that cannot be told from here.
 *
 * @param mails  number read
 * @param bytes  their size
 * @param millis time taken
 */
record ReadSample(int mails, long bytes, long millis) {
    private static final int MAX_MAILS = 200;
    private static final long MAX_NANOS = 2_000_000_000L;
    private static final int MAX_MAIL = 4 << 20;
    /** What a user takes without any mail: the program's start, the store, a dozen syncs. Seen to be 0.3 to 0.6. */
    private static final double FIXED_SECONDS = 0.5;

    static ReadSample of(List<MailboxSource> sources, long total) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        long step = Math.max(1, total / MAX_MAILS);
        long start = System.nanoTime();
        int read = 0;
        long bytes = 0;
        long next = step / 2;
        long first = 0;
        for (MailboxSource source : sources) {
            int size = source.snapshot().mails().size();
            source.retain();
            try {
                for (; next < first + size && System.nanoTime() - start < MAX_NANOS; next += step) {
                    bytes += read(source, (int) (next - first), buffer);
                    read++;
                }
            } finally {
                source.release();
            }
            first += size;
        }
        return new ReadSample(read, bytes, (System.nanoTime() - start) / 1_000_000);
    }

    private static long read(MailboxSource source, int position, ByteBuffer buffer) throws IOException {
        long n = 0;
        try (OpenFile file = source.open(position)) {
            if (file != null && file.status().isFile()) {
                int got;
                do {
                    buffer.clear();
                    got = file.read(buffer);
                    n += got;
                } while (got == buffer.capacity() && n < MAX_MAIL);
            }
        } catch (PosixException e) {
            // The inspection has named it.
            return n;
        }
        return n;
    }

    /**
     * From this sample to the whole: each mail costs what a mail of the sample did, and bytes beyond the sample's average cost
     * what its bytes did.
     *
     * @param readers threads that will read at once
     */
    Plan.Estimate estimate(long allMails, long allBytes, int readers) {
        if (mails == 0) {
            return new Plan.Estimate(0, 0, 0, 0, 0);
        }
        double perMail = millis / 1000.0 / mails;
        double average = Math.max(1, (double) bytes / mails);
        double weight = allMails == 0 ? 0 : Math.max(1, allBytes / (double) allMails / average);
        double sequential = perMail * allMails * weight;
        return new Plan.Estimate(FIXED_SECONDS + sequential / readers, 2 * FIXED_SECONDS + sequential * 2, mails, bytes, millis);
    }
}
