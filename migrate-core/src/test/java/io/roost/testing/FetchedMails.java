package io.roost.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads {@code doveadm -f flow fetch 'FIELDS text'}: per mail {@code name=value} of each field with a space after it, then
 * {@code text=}, the text as it is, and LF. Nothing in it is escaped, so the text ends where {@code size.physical} says.
 * (The tab format puts a TAB before every block of a text, JSON replaces what is not UTF-8.) Texts are digested, not kept.
 */
final class FetchedMails {
    interface Consumer {
        /** @param values one for each field */
        void mail(List<String> values, String sha256);
    }

    private final List<String> fields;
    private final Consumer consumer;

    /** @param fields before the text; {@code size.physical} is among them */
    FetchedMails(List<String> fields, Consumer consumer) {
        this.fields = fields;
        this.consumer = consumer;
    }

    void read(InputStream stdout) throws IOException {
        InputStream in = new BufferedInputStream(stdout, 1 << 16);
        String first = fields.get(0) + "=";
        while (true) {
            byte[] start = in.readNBytes(first.length());
            if (start.length == 0) {
                return;
            }
            if (!new String(start, StandardCharsets.UTF_8).equals(first)) {
                throw new IOException("doveadm fetch gave " + new String(start, StandardCharsets.UTF_8) + " instead of " + first);
            }
            String[] values = new String[fields.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = until(in, " " + (i + 1 < values.length ? fields.get(i + 1) : "text") + "=");
            }
            String digest = digest(in, Long.parseLong(values[fields.indexOf("size.physical")]));
            if (in.read() != '\n') {
                throw new IOException("a mail's text is not as long as its size.physical: " + String.join(" ", values)
                        + "; is S= in its file name wrong? Then set maildir_broken_filename_sizes = yes");
            }
            consumer.mail(List.of(values), digest);
        }
    }

    private static String until(InputStream in, String end) throws IOException {
        byte[] mark = end.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < mark.length) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("doveadm fetch ended within a mail, before" + end);
            }
            out.write(b);
            // the mark's first byte, a space, occurs in it once
            matched = b == mark[matched] ? matched + 1 : b == mark[0] ? 1 : 0;
        }
        byte[] bytes = out.toByteArray();
        return new String(bytes, 0, bytes.length - mark.length, StandardCharsets.UTF_8);
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
