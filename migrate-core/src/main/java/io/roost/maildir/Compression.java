package io.roost.maildir;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * The compressions that Dovecot's zlib plugin recognises in a stored mail, by the first bytes of the file alone, in the order
 * in which it tries them. ({@code deflate} has no magic and cannot be recognised, by Dovecot neither.)
 */
public enum Compression {
    GZ(0x1f, 0x8b) {
        @Override
        public InputStream open(InputStream stored) throws IOException {
            return GzipCompressorInputStream.builder().setInputStream(stored).setDecompressConcatenated(true).get();
        }
    },
    BZ2('B', 'Z', 'h') {
        @Override
        public InputStream open(InputStream stored) throws IOException {
            return new BZip2CompressorInputStream(stored, true);
        }
    },
    XZ(0xfd, '7', 'z', 'X', 'Z', 0) {
        @Override
        public InputStream open(InputStream stored) throws IOException {
            return XZCompressorInputStream.builder().setInputStream(stored).setDecompressConcatenated(true)
                    .setMemoryLimitKiB(MEMORY_LIMIT_KIB).get();
        }
    },
    LZ4('D', 'o', 'v', 'e', 'c', 'o', 't', '-', 'L', 'Z', '4', 0x0d, 0x2a, 0x9b, 0xc5) {
        @Override
        public InputStream open(InputStream stored) throws IOException {
            return new DovecotLz4InputStream(stored);
        }
    },
    ZSTD(0x28, 0xb5, 0x2f, 0xfd) {
        @Override
        public InputStream open(InputStream stored) throws IOException {
            return new ZstdCompressorInputStream(stored);
        }
    };

    /** Bytes that {@link #detect} wants to see, where the mail has them. */
    public static final int MAGIC_BYTES = 15;
    private static final int MEMORY_LIMIT_KIB = 64 * 1024;

    private final byte[] magic;

    Compression(int... magic) {
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    /** The plain text of a stored mail. */
    public abstract InputStream open(InputStream stored) throws IOException;

    /** Which compression the first bytes of a stored mail say, if any. */
    public static Optional<Compression> detect(byte[] bytes, int offset, int length) {
        for (Compression c : values()) {
            if (c.matches(bytes, offset, length)) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    private boolean matches(byte[] bytes, int offset, int length) {
        if (length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if (bytes[offset + i] != magic[i]) {
                return false;
            }
        }
        // bzip2 names its block size after the magic
        return this != BZ2 || length > 3 && bytes[offset + 3] >= '1' && bytes[offset + 3] <= '9';
    }
}
