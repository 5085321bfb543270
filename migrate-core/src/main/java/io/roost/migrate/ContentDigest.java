package io.roost.migrate;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A running digest of a mail's stored bytes: the first 128 bits of SHA-256, enough to tell any two mails apart even where
 * somebody tries to make them collide. Not thread-safe; {@link #finish} resets it.
 */
final class ContentDigest {
    private final MessageDigest sha256;
    private final byte[] result = new byte[32];

    ContentDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** 128 bits. */
    record Value(long high, long low) {
    }

    void add(byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
    }

    Value finish() {
        try {
            sha256.digest(result, 0, result.length);
        } catch (java.security.DigestException e) {
            throw new IllegalStateException("SHA-256 has 32 bytes", e);
        }
        ByteBuffer b = ByteBuffer.wrap(result);
        return new Value(b.getLong(), b.getLong());
    }

    /** Of a mailbox's number and a mail's key, which together identify a mail. */
    Value ofName(int mailbox, String key) {
        sha256.update((byte) (mailbox >> 8));
        sha256.update((byte) mailbox);
        sha256.update(key.getBytes(StandardCharsets.ISO_8859_1));
        return finish();
    }
}
