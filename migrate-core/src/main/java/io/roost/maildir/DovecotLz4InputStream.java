package io.roost.maildir;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;

/**
 * Dovecot's own container around LZ4 blocks, read only.
 *
 * <pre>
 *   off  size  content
 *   0    15    magic "Dovecot-LZ4" 0D 2A 9B C5
 *   15   4     u32 big-endian, largest plain size of a block, at most 1 MiB
 *   19         repeated to the end of the file: u32 big-endian compressed length (1 to 1 MiB), then a raw LZ4 block
 * </pre>
 * Source: reference of the format, checked with mails that a real Dovecot wrote.
 */
final class DovecotLz4InputStream extends InputStream {
    private static final int MAGIC = 15;
    private static final int MAX_CHUNK = 1024 * 1024;

    private final DataInputStream in;
    private InputStream block = InputStream.nullInputStream();

    DovecotLz4InputStream(InputStream stored) throws IOException {
        in = new DataInputStream(stored);
        in.skipNBytes(MAGIC);
        int max = in.readInt();
        if (max <= 0 || max > MAX_CHUNK) {
            throw new IOException("LZ4 container: expected a block size of 1 to " + MAX_CHUNK + ", found " + Integer.toUnsignedString(max));
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (true) {
            int n = block.read(bytes, offset, length);
            if (n > 0) {
                return n;
            }
            if (!nextBlock()) {
                return -1;
            }
        }
    }

    private boolean nextBlock() throws IOException {
        int first = in.read();
        if (first < 0) {
            return false;
        }
        int size = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        if (size <= 0 || size > MAX_CHUNK) {
            throw new IOException("LZ4 container: expected a chunk of 1 to " + MAX_CHUNK + " bytes, found "
                    + Integer.toUnsignedString(size));
        }
        byte[] chunk = in.readNBytes(size);
        if (chunk.length < size) {
            throw new EOFException("LZ4 container: expected a chunk of " + size + " bytes, found " + chunk.length);
        }
        block = new BlockLZ4CompressorInputStream(new ByteArrayInputStream(chunk));
        return true;
    }
}
