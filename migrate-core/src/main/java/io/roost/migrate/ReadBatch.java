package io.roost.migrate;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.Guid128;
import io.roost.maildir.SourceProblem;

/**
 * A buffer full of mails on its way from a reader to the writer, used again and again. Belongs to one thread at a time.
 */
final class ReadBatch {
    /** Bytes of the buffer: large enough that handing it over costs nothing per mail, small enough to have two dozen. */
    static final int CAPACITY = 2 << 20;
    /** Mails above this size are not read ahead but streamed by the writer. */
    static final int LARGE = CAPACITY / 2;
    private static final int MAX_MAILS = 4096;

    /** Made by the first who reads into it: clearing so much memory is work for the reader, not for who hands out batches. */
    private ByteBuffer buffer;
    private final List<ReadMail> mails = new ArrayList<>();
    private int used;

    /** What became of the attempt to read a mail. */
    enum Outcome { READ, LARGE, VANISHED, REJECTED }

    /** One mail of a batch; an object is reused for many mails. Sizes in bytes, times in Unix seconds. */
    static final class ReadMail {
        MailboxSource source;
        int position;
        Outcome outcome;
        int offset;
        int storedSize;
        long plainSize;
        long virtualSize;
        long mtime;
        long ctime;
        /** Of {@link ContentDigest}. */
        long digest;
        /** 128-bit form of the GUID that the source gives it. */
        Guid128 guid;
        SourceProblem problem;
        boolean compressed;
    }

    /** The next free mail; the batch must not be full. */
    ReadMail next(MailboxSource source, int position) {
        if (used == mails.size()) {
            mails.add(new ReadMail());
        }
        ReadMail mail = mails.get(used++);
        mail.source = source;
        mail.position = position;
        mail.problem = null;
        mail.compressed = false;
        return mail;
    }

    boolean isFull() {
        return used == MAX_MAILS;
    }

    int size() {
        return used;
    }

    ReadMail mail(int i) {
        return mails.get(i);
    }

    /** The buffer, positioned where the next mail's bytes go. */
    ByteBuffer buffer() {
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(CAPACITY);
        }
        return buffer;
    }

    /** The bytes of a mail that was read. */
    ByteBuffer data(ReadMail mail) {
        return buffer.duplicate().limit(mail.offset + mail.storedSize).position(mail.offset);
    }

    void clear() {
        for (int i = 0; i < used; i++) {
            // Batches outlive users; a snapshot may be large.
            mails.get(i).source = null;
            mails.get(i).problem = null;
        }
        used = 0;
        if (buffer != null) {
            buffer.clear();
        }
    }
}
