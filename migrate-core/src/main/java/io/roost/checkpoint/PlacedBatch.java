package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.roost.posix.ByteString;

/**
 * Some placed mails, and how long the data files are that hold them: the unit of a checkpoint. Written and read in one go.
 *
 * <p>Format, big-endian: u32 file id, u64 length of that file (files with lower ids are complete, what lies beyond is not
 * ours), then for each mail: u16 mailbox number, u32 file id, u32 offset, u32 record size, u64 plain size, u64 virtual size,
 * u32 received, u32 saved, 16 bytes GUID, u64 content digest, u16 length and bytes of the key.
 */
public final class PlacedBatch {
    private static final int FIXED = 2 + 4 + 4 + 4 + 8 + 8 + 4 + 4 + 16 + 8 + 2;

    /** The highest number of a mailbox. */
    public static final int MAX_MAILBOX = 0xffff;
    private static final int MAX_KEY = 0xffff;
    private static final int HEADER = 4 + 8;

    private ByteBuffer out = ByteBuffer.allocate(16 * 1024);
    private int mails;
    private long bytes;

    /**
     * One placed mail, as handed to a visitor. Sizes and offsets in bytes, dates in Unix seconds, all unsigned. The key tells it
     * from all others of its mailbox, whatever its flags become: the base name of its file in most cases; a byte string.
     */
    public record Mail(int mailbox, int fileId, long offset, long recordSize, long plainSize, long virtualSize, long received,
            long saved, long guidHigh, long guidLow, long digest, String key) {
    }

    /** Takes placed mails one by one. */
    @FunctionalInterface
    public interface Visitor {
        void mail(Mail mail);
    }

    public PlacedBatch() {
        out.putInt(0).putLong(0);
    }

    public void add(Mail m) {
        byte[] name = ByteString.toBytes(m.key);
        if (m.mailbox < 0 || m.mailbox > MAX_MAILBOX || name.length > MAX_KEY) {
            throw new IllegalArgumentException("mailbox " + m.mailbox + ", a key of " + name.length + " bytes");
        }
        if (out.remaining() < FIXED + name.length) {
            out = ByteBuffer.wrap(Arrays.copyOf(out.array(), Math.max(out.capacity() * 2, out.capacity() + FIXED + name.length)))
                    .position(out.position());
        }
        out.putShort((short) m.mailbox).putInt(m.fileId).putInt((int) m.offset).putInt((int) m.recordSize).putLong(m.plainSize)
                .putLong(m.virtualSize).putInt((int) m.received).putInt((int) m.saved).putLong(m.guidHigh).putLong(m.guidLow)
                .putLong(m.digest).putShort((short) name.length).put(name);
        mails++;
        bytes += m.plainSize;
    }

    public int mails() {
        return mails;
    }

    /** Bytes of mail in the batch. */
    public long bytes() {
        return bytes;
    }

    /** The finished batch, saying that the data files up to {@code fileId} hold it, that one with {@code length} bytes. */
    byte[] write(int fileId, long length) {
        out.putInt(0, fileId).putLong(4, length);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Reads a batch; returns the file length it recorded. */
    static DataFileLength read(ByteBuffer in, Visitor visitor) {
        if (in.remaining() < HEADER) {
            throw damaged();
        }
        DataFileLength length = new DataFileLength(in.getInt(), in.getLong());
        while (in.hasRemaining()) {
            if (in.remaining() < FIXED) {
                throw damaged();
            }
            int mailbox = Short.toUnsignedInt(in.getShort());
            int fileId = in.getInt();
            long offset = Integer.toUnsignedLong(in.getInt());
            long recordSize = Integer.toUnsignedLong(in.getInt());
            long plainSize = in.getLong();
            long virtualSize = in.getLong();
            long received = Integer.toUnsignedLong(in.getInt());
            long saved = Integer.toUnsignedLong(in.getInt());
            long guidHigh = in.getLong();
            long guidLow = in.getLong();
            long digest = in.getLong();
            int nameLength = Short.toUnsignedInt(in.getShort());
            if (nameLength > in.remaining()) {
                throw damaged();
            }
            byte[] name = new byte[nameLength];
            in.get(name);
            visitor.mail(new Mail(mailbox, fileId, offset, recordSize, plainSize, virtualSize, received, saved, guidHigh,
                    guidLow, digest, ByteString.of(name, 0, name.length)));
        }
        return length;
    }

    private static CheckpointException damaged() {
        return new CheckpointException("a batch of placed mails that ends too early: the store is damaged");
    }

    /**
     * How far the data files are known to be on disk.
     *
     * @param fileId the last file, 0 if there is none
     * @param length its length in bytes; what lies beyond, and files with higher ids, are not recorded
     */
    public record DataFileLength(int fileId, long length) {
        public static final DataFileLength NONE = new DataFileLength(0, 0);
    }
}
