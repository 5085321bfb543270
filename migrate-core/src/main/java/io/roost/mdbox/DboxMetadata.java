package io.roost.mdbox;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;

/**
 * What stands behind each mail in an {@code m.N}: the bytes {@code 0A 01 03 0A}, then lines of a key and a value, each ended
 * by LF, then an empty line.
 *
 * <table>
 * <caption>Keys, in the order written</caption>
 * <tr><td>Z</td><td>size of the text, hex; only if the stored size differs (compressed)</td></tr>
 * <tr><td>R</td><td>received date, Unix seconds, hex</td></tr>
 * <tr><td>V</td><td>virtual size, hex</td></tr>
 * <tr><td>P</td><td>POP3 UIDL, if there is one</td></tr>
 * <tr><td>O</td><td>POP3 order, decimal, if not 0</td></tr>
 * <tr><td>G</td><td>GUID; required: without it a rebuild gives up on the file</td></tr>
 * <tr><td>B</td><td>storage name of the mailbox it was first saved to</td></tr>
 * </table>
 *
 * Hex is written lower-case without padding and read in either case. Of a key that comes twice the first counts; other keys
 * are ignored. Source: mdbox-format reference §2.3.
 */
public final class DboxMetadata {
    /** Longest block that is read or written, with magic and empty line. */
    public static final int MAX_SIZE = 64 * 1024;
    private static final byte[] MAGIC = {'\n', 1, 3, '\n'};

    private DboxMetadata() {
    }

    /**
     * The block as bytes.
     *
     * @param storedSize bytes of the mail as stored
     * @throws IOException if a value cannot stand in a line, or there is no GUID
     */
    public static byte[] write(MailMetadata m, long storedSize) throws IOException {
        StringBuilder out = new StringBuilder(160).append("\n\1\3\n");
        if (m.plainSize() != storedSize) {
            hex(out, 'Z', m.plainSize());
        }
        hex(out, 'R', m.received());
        hex(out, 'V', m.virtualSize());
        if (m.pop3Uidl() != null) {
            text(out, 'P', m.pop3Uidl());
        }
        if (m.pop3Order() != 0) {
            out.append('O').append(m.pop3Order()).append('\n');
        }
        if (m.guid().isEmpty()) {
            throw new IOException("a mail without GUID cannot be stored");
        }
        text(out, 'G', m.guid());
        text(out, 'B', m.mailbox());
        out.append('\n');
        if (out.length() > MAX_SIZE) {
            throw new IOException("the metadata of a mail takes " + out.length() + " bytes, more than " + MAX_SIZE);
        }
        return ByteString.toBytes(out.toString());
    }

    private static void hex(StringBuilder out, char key, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(key + " " + value);
        }
        out.append(key).append(Long.toHexString(value)).append('\n');
    }

    private static void text(StringBuilder out, char key, String value) throws IOException {
        if (value.indexOf('\n') >= 0 || value.indexOf(0) >= 0) {
            throw new IOException("cannot be stored in a mail's metadata: " + ByteString.toText(value));
        }
        out.append(key).append(value).append('\n');
    }

    /**
     * Reads a block from the position of a buffer that holds the file from there on, up to {@link #MAX_SIZE} bytes of it, and
     * leaves the position behind the empty line. A missing virtual size is -1, a missing received date 0.
     *
     * @param storedSize bytes of the mail as stored
     * @param offset     file offset of the position, for messages
     */
    public static MailMetadata read(ByteBuffer in, long storedSize, String file, long offset) throws CorruptFileException {
        int start = in.position();
        int limit = Math.min(in.limit(), start + MAX_SIZE);
        for (int i = 0; i < MAGIC.length; i++) {
            if (start + i >= limit || in.get(start + i) != MAGIC[i]) {
                throw new CorruptFileException(file, offset, "the magic of a metadata block", start + i >= limit
                        ? "end of file" : "another byte");
            }
        }
        Fields fields = new Fields(in, file, offset - start);
        int line = start + MAGIC.length;
        while (true) {
            int end = line;
            while (end < limit && in.get(end) != '\n') {
                end++;
            }
            if (end == limit) {
                throw new CorruptFileException(file, offset, "a metadata block that ends with an empty line", (limit - start)
                        + " bytes without one");
            }
            if (end == line) {
                in.position(end + 1);
                return fields.result(storedSize, offset);
            }
            fields.line(line, end);
            line = end + 1;
        }
    }

    /** The lines of one block. */
    private static final class Fields {
        private final ByteBuffer in;
        private final String file;
        private final long base;
        private long plainSize = -1;
        private long received = -1;
        private long virtualSize = -1;
        private String uidl;
        private long order = -1;
        private String guid;
        private String mailbox;

        Fields(ByteBuffer in, String file, long base) {
            this.in = in;
            this.file = file;
            this.base = base;
        }

        void line(int start, int end) throws CorruptFileException {
            switch (in.get(start)) {
                case 'Z' -> plainSize = plainSize < 0 ? hex(start, end) : plainSize;
                case 'R' -> received = received < 0 ? hex(start, end) : received;
                case 'V' -> virtualSize = virtualSize < 0 ? hex(start, end) : virtualSize;
                case 'P' -> uidl = uidl == null ? text(start, end) : uidl;
                case 'O' -> order = order < 0 ? decimal(start, end) : order;
                case 'G' -> guid = guid == null ? text(start, end) : guid;
                case 'B' -> mailbox = mailbox == null ? text(start, end) : mailbox;
                default -> {
                }
            }
        }

        private long hex(int start, int end) throws CorruptFileException {
            return Hex.read(in, start + 1, end, file, base + start);
        }

        private long decimal(int start, int end) throws CorruptFileException {
            long value = 0;
            for (int i = start + 1; i < end; i++) {
                int digit = in.get(i) - '0';
                if (digit < 0 || digit > 9 || value > 0xffffffffL) {
                    throw new CorruptFileException(file, base + start, "a decimal number below 2^32", text(start, end));
                }
                value = 10 * value + digit;
            }
            return value;
        }

        private String text(int start, int end) {
            byte[] bytes = new byte[end - start - 1];
            in.get(start + 1, bytes);
            return ByteString.of(bytes, 0, bytes.length);
        }

        MailMetadata result(long storedSize, long offset) throws CorruptFileException {
            if (guid == null || guid.isEmpty()) {
                throw new CorruptFileException(file, offset, "a GUID (G) in the metadata", "none");
            }
            return new MailMetadata(plainSize < 0 ? storedSize : plainSize, Math.max(0, received), virtualSize, uidl,
                    Math.max(0, order), guid, mailbox == null ? "" : mailbox);
        }
    }
}
