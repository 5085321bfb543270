package io.roost.migrate;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

import io.roost.maildir.Compression;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.TextSize;
import io.roost.mdbox.MailFileWriter;
import io.roost.migrate.ReadBatch.Outcome;
import io.roost.migrate.ReadBatch.ReadMail;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Reads one mail after the other: open, stat, read, close, and no further system call. Measures size, virtual size and digest
 * on the way. One for each thread.
 */
final class MailReader {
    private static final int CHUNK = 16 * 1024;

    private final boolean zlib;
    private final Pace pace;
    private final boolean paced;
    private final byte[] chunk = new byte[CHUNK];
    private final TextSize size = new TextSize();
    private final ContentDigest digest = new ContentDigest();

    MailReader(Settings settings) {
        zlib = settings.zlib();
        pace = settings.pace();
        paced = pace != Pace.FULL_SPEED;
    }

    /**
     * Reads a mail into the batch.
     *
     * @return false if the batch has no room left for it; nothing was added then
     * @throws IOException if the store fails as a whole ({@code ESTALE} of a directory, too many open files)
     */
    boolean read(ReadBatch batch, MailboxSource source, int position) throws IOException, InterruptedException {
        if (!paced) {
            return readNow(batch, source, position);
        }
        pace.beforeRead(Math.max(0, source.snapshot().mails().sizeByName(position)));
        int from = batch.buffer().position();
        long started = System.nanoTime();
        try {
            return readNow(batch, source, position);
        } finally {
            pace.afterRead(batch.buffer().position() - from, System.nanoTime() - started);
        }
    }

    private boolean readNow(ReadBatch batch, MailboxSource source, int position) throws IOException {
        try (OpenFile file = source.open(position)) {
            if (file == null) {
                batch.next(source, position).outcome = Outcome.VANISHED;
                return true;
            }
            FileStatus status = file.status();
            if (!status.isFile()) {
                reject(batch.next(source, position), file.path(), SourceProblem.Kind.NOT_A_FILE,
                        "expected a file, found " + status.kind().name().toLowerCase(java.util.Locale.ROOT));
                return true;
            }
            if (status.size() > MailFileWriter.MAX_MAIL) {
                reject(batch.next(source, position), file.path(), SourceProblem.Kind.UNSUPPORTED, "a mail of " + status.size()
                        + " bytes is too large for mdbox, which holds mails of up to " + MailFileWriter.MAX_MAIL);
                return true;
            }
            if (status.size() > ReadBatch.LARGE) {
                ReadMail mail = batch.next(source, position);
                times(mail, status);
                mail.guid = MailGuids.own(source.snapshot().mails().guid(position));
                mail.outcome = Outcome.LARGE;
                return true;
            }
            // One byte more than it should have tells in the same call whether it has grown.
            if (batch.buffer().remaining() <= status.size()) {
                return false;
            }
            readWhole(batch, source, position, file, status);
            return true;
        } catch (PosixException e) {
            reject(batch.next(source, position), e.path(), kindOf(e), e.getMessage());
            return true;
        }
    }

    private void readWhole(ReadBatch batch, MailboxSource source, int position, OpenFile file, FileStatus status)
            throws IOException {
        ByteBuffer buffer = batch.buffer();
        int start = buffer.position();
        int expected = (int) status.size();
        buffer.limit(start + expected + 1);
        try {
            int n = file.read(buffer);
            // A short read is the end of the file only when it is where the file should end.
            while (n > 0 && buffer.position() < start + expected) {
                n = file.read(buffer);
            }
        } catch (PosixException e) {
            buffer.position(start);
            throw e;
        } finally {
            buffer.limit(buffer.capacity());
        }
        int got = buffer.position() - start;
        ReadMail mail = batch.next(source, position);
        times(mail, status);
        mail.guid = MailGuids.own(source.snapshot().mails().guid(position));
        mail.offset = start;
        mail.storedSize = got;
        if (got != expected) {
            buffer.position(start);
            reject(mail, file.path(), SourceProblem.Kind.UNREADABLE,
                    "expected " + expected + " bytes, found " + (got > expected ? "more" : got) + ": it changes while it is read");
            return;
        }
        try {
            measure(mail, batch.data(mail));
        } catch (IOException e) {
            buffer.position(start);
            reject(mail, file.path(), SourceProblem.Kind.UNREADABLE, "looks compressed and cannot be decompressed: " + e.getMessage());
        }
    }

    private void measure(ReadMail mail, ByteBuffer data) throws IOException {
        digest.add(data);
        mail.digest = digest.finish();
        mail.outcome = Outcome.READ;
        size.reset();
        for (boolean first = true; data.hasRemaining(); first = false) {
            int n = Math.min(CHUNK, data.remaining());
            data.get(chunk, 0, n);
            Optional<Compression> compression = first && zlib ? Compression.detect(chunk, 0, n) : Optional.empty();
            if (compression.isPresent()) {
                byte[] stored = new byte[mail.storedSize];
                data.position(mail.offset).get(stored);
                measurePlain(mail, compression.get(), new ByteArrayInputStream(stored));
                return;
            }
            size.add(chunk, 0, n);
        }
        mail.plainSize = size.physical();
        mail.virtualSize = size.virtual();
    }

    private void measurePlain(ReadMail mail, Compression compression, InputStream stored) throws IOException {
        size.reset();
        try (InputStream plain = compression.open(stored)) {
            for (int n; (n = plain.read(chunk)) >= 0;) {
                size.add(chunk, 0, n);
            }
        } catch (RuntimeException e) {
            // Decompressors throw these too on what is no data of theirs.
            throw new IOException(String.valueOf(e.getMessage()), e);
        }
        mail.compressed = true;
        mail.plainSize = size.physical();
        mail.virtualSize = size.virtual();
    }

    /** Where the bytes of a streamed mail go, chunk after chunk. */
    interface ChunkSink {
        void chunk(ByteBuffer chunk) throws IOException;
    }

    /**
     * Streams a large mail to a sink, and measures it.
     *
     * @param buffer direct, for the chunks
     * @return whether all went well; else the mail is marked as rejected
     */
    boolean stream(ReadMail mail, OpenFile file, FileStatus status, ByteBuffer buffer, ChunkSink sink)
            throws IOException, InterruptedException {
        times(mail, status);
        Optional<Compression> compression = zlib ? detect(file) : Optional.empty();
        try {
            if (compression.isPresent()) {
                measurePlain(mail, compression.get(), new BufferedInputStream(new PositionedInput(file), 1 << 16));
            }
        } catch (IOException e) {
            reject(mail, file.path(), SourceProblem.Kind.UNREADABLE, "looks compressed and cannot be decompressed: " + e.getMessage());
            return false;
        }
        size.reset();
        long got = 0;
        while (got <= status.size()) {
            buffer.clear();
            try {
                if (readPiece(file, buffer, status.size() - got) == 0) {
                    break;
                }
            } catch (PosixException e) {
                reject(mail, e.path(), kindOf(e), e.getMessage());
                digest.finish();
                return false;
            }
            buffer.flip();
            got += buffer.remaining();
            if (got > status.size()) {
                break;
            }
            digest.add(buffer);
            ByteBuffer copy = buffer.duplicate();
            while (copy.hasRemaining()) {
                int n = Math.min(CHUNK, copy.remaining());
                copy.get(chunk, 0, n);
                size.add(chunk, 0, n);
            }
            sink.chunk(buffer);
        }
        mail.digest = digest.finish();
        if (got != status.size()) {
            reject(mail, file.path(), SourceProblem.Kind.UNREADABLE, "expected " + status.size() + " bytes, found "
                    + (got > status.size() ? "more" : got) + ": it changes while it is read");
            return false;
        }
        if (compression.isEmpty()) {
            mail.plainSize = size.physical();
            mail.virtualSize = size.virtual();
        }
        mail.outcome = Outcome.READ;
        return true;
    }

    private int readPiece(OpenFile file, ByteBuffer buffer, long left) throws PosixException, InterruptedException {
        if (!paced) {
            return file.read(buffer);
        }
        pace.beforeRead(Math.min(left, buffer.remaining()));
        long started = System.nanoTime();
        int n = 0;
        try {
            n = file.read(buffer);
            return n;
        } finally {
            pace.afterRead(n, System.nanoTime() - started);
        }
    }

    private static Optional<Compression> detect(OpenFile file) throws IOException {
        ByteBuffer magic = ByteBuffer.allocateDirect(Compression.MAGIC_BYTES);
        file.preadFully(magic, 0);
        byte[] bytes = new byte[magic.flip().remaining()];
        magic.get(bytes);
        return Compression.detect(bytes, 0, bytes.length);
    }

    static void times(ReadMail mail, FileStatus status) {
        mail.mtime = status.mtime();
        mail.ctime = status.ctime();
    }

    static void reject(ReadMail mail, String path, SourceProblem.Kind kind, String detail) {
        mail.outcome = Outcome.REJECTED;
        mail.problem = new SourceProblem(kind, mail.source.snapshot().name().toString(), path, detail);
    }

    private static SourceProblem.Kind kindOf(PosixException e) {
        return e.errno() == PosixException.ELOOP ? SourceProblem.Kind.SYMLINK : SourceProblem.Kind.UNREADABLE;
    }

    /** Reads a file from its start without moving its position. */
    private static final class PositionedInput extends InputStream {
        private final OpenFile file;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        private long at;

        PositionedInput(OpenFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            buffer.clear().limit(Math.min(length, buffer.capacity()));
            int n = file.pread(buffer, at);
            if (n == 0) {
                return length == 0 ? 0 : -1;
            }
            buffer.flip().get(bytes, offset, n);
            at += n;
            return n;
        }
    }
}
