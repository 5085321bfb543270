package io.roost.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads {@code doveadm -f tab fetch '... size.physical ... text'}: a header line, then per mail the fields with a TAB after
 * each, the text as it is, and LF. Nothing in it is escaped, so the text ends where {@code size.physical} says. Texts are
 * digested, not kept.
 */
final class FetchedMails {
    interface Consumer {
        void mail(String[] fields, String sha256);
    }

    private final int fieldCount;
    private final Consumer consumer;

    /** @param fieldCount fields before the text */
    FetchedMails(int fieldCount, Consumer consumer) {
        this.fieldCount = fieldCount;
        this.consumer = consumer;
    }

    void read(InputStream stdout) throws IOException {
        InputStream in = new BufferedInputStream(stdout, 1 << 16);
        String header = until(in, '\n');
        if (header == null) {
            return;
        }
        String[] names = header.split("\t");
        if (names.length != fieldCount + 1) {
            throw new IOException("unexpected header of doveadm fetch: " + header);
        }
        int sizeAt = Arrays.asList(names).indexOf("size.physical");
        for (String first = until(in, '\t'); first != null; first = until(in, '\t')) {
            String[] fields = new String[fieldCount];
            fields[0] = first;
            for (int i = 1; i < fieldCount; i++) {
                fields[i] = until(in, '\t');
            }
            if (fields[fieldCount - 1] == null) {
                throw new EOFException("doveadm fetch ended within a mail of " + first);
            }
            String digest = digest(in, Long.parseLong(fields[sizeAt]));
            if (in.read() != '\n') {
                throw new IOException("a mail's text is not as long as its size.physical, in " + String.join(" ", fields)
                        + "; is S= in its file name wrong? Then set maildir_broken_filename_sizes = yes");
            }
            consumer.mail(fields, digest);
        }
    }

    private static String until(InputStream in, int end) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int b = in.read(); b != end; b = in.read()) {
            if (b < 0) {
                return null;
            }
            out.write(b);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String digest(InputStream in, long length) throws IOException {
        MessageDigest sha256;
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        byte[] buffer = new byte[8192];
        for (long left = length; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException("doveadm fetch ended within a mail's text");
            }
            sha256.update(buffer, 0, n);
            left -= n;
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
