package io.roost.migrate;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A running checksum of a mail's stored bytes, to see that what was read is what was written: CRC-32C and CRC-32 side by side,
 * 64 bits, both done by the processor and so at the speed of memory. It protects against faults, not against malice: where it
 * matters that two mails are the same ({@link StoredContent}), bytes are compared. Not thread-safe; {@link #finish} resets it.
 */
final class ContentDigest {
    private final CRC32C castagnoli = new CRC32C();
    private final CRC32 ieee = new CRC32();

    void add(byte[] bytes, int offset, int length) {
        castagnoli.update(bytes, offset, length);
        ieee.update(bytes, offset, length);
    }

    /** Adds all that remains in a buffer, whose position stays. */
    void add(ByteBuffer bytes) {
        castagnoli.update(bytes.duplicate());
        ieee.update(bytes.duplicate());
    }

    long finish() {
        long value = castagnoli.getValue() << 32 | ieee.getValue();
        castagnoli.reset();
        ieee.reset();
        return value;
    }

    /** For people. */
    static String toText(long digest) {
        return String.format("checksum %016x", digest);
    }
}
