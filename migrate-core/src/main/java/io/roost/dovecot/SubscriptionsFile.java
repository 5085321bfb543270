package io.roost.dovecot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The {@code subscriptions} file of a user.
 *
 * <pre>
 *   version 2 = "V" TAB "2" LF LF *( part *( TAB part ) LF )
 *   part      = *( byte / %x01 ( "0" / "1" / "t" / "r" / "n" ) )   ; for NUL, 0x01, TAB, CR, LF
 *   version 1 = *( part *( separator part ) LF )                   ; no escapes; "." in Maildir++, "/" in LAYOUT=fs
 * </pre>
 *
 * Parts are storage parts, see {@link MailboxNameCodec}. CR before LF belongs to the line end. Dovecot does not read
 * a last line without LF, unless the whole file is shorter than its header would be; here it counts as malformed.
 * Source: {@code subscription-file.c} of 2.3.19.1. Version 2 is the one written, for every format of mailbox. Immutable.
 *
 * @param mailboxes storage parts of each mailbox subscribed to, in the file's order, without duplicates
 * @param malformed lines that name no mailbox, for the report
 */
public record SubscriptionsFile(List<List<String>> mailboxes, List<MalformedLine> malformed) {
    private static final String HEADER_2 = "V\t2\n\n";
    /** Bytes; a hundred thousand long names. Bounds what a stranger's file can make us read. */
    private static final int MAX_FILE = 16 << 20;
    /** Bytes; Dovecot gives up on a file with a longer line. */
    private static final int MAX_LINE = 4096;

    /**
     * A line that names no mailbox.
     *
     * @param number 1 for the first line of the file
     * @param bytes  the line, a byte string
     * @param reason what is wrong with it, for people
     */
    public record MalformedLine(int number, String bytes, String reason) { }

    public SubscriptionsFile {
        mailboxes = mailboxes.stream().map(List::copyOf).toList();
        malformed = List.copyOf(malformed);
    }

    /**
     * Reads the file of that name in a directory; empty if it is not there. Separator as for the other
     * {@code read}.
     */
    public static Optional<SubscriptionsFile> read(OpenDirectory directory, String name, char separator) throws IOException {
        try (OpenFile file = directory.openFile(name)) {
            FileStatus status = file.status();
            long size = status.size();
            if (!status.isFile()) {
                throw new CorruptFileException(file.path(), 0, "a file",
                        "a " + status.kind().toString().toLowerCase(Locale.ROOT));
            }
            if (size > MAX_FILE) {
                throw new CorruptFileException(file.path(), 0, "at most " + MAX_FILE + " bytes of subscriptions",
                        size + " bytes");
            }
            ByteBuffer content = ByteBuffer.allocateDirect((int) size);
            file.preadFully(content, 0);
            byte[] bytes = new byte[content.flip().remaining()];
            content.get(bytes);
            return Optional.of(read(bytes, file.path(), separator));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Reads either version.
     *
     * @param path      for messages, a byte string
     * @param separator between the parts in version 1, see {@link MailLocation#listSeparator}
     * @throws CorruptFileException if it is of another version
     */
    public static SubscriptionsFile read(byte[] content, String path, char separator) throws CorruptFileException {
        String text = ByteString.of(content, 0, content.length);
        boolean second = text.startsWith(HEADER_2);
        if (!second && text.startsWith("V\t")) {
            int end = text.indexOf('\n');
            String found = text.substring(2, Math.min(end < 0 ? text.length() : end, 20));
            throw new CorruptFileException(path, 2, "version 2 and an empty line", '"' + ByteString.toText(found) + '"');
        }
        Set<List<String>> mailboxes = new LinkedHashSet<>();
        List<MalformedLine> malformed = new ArrayList<>();
        int number = second ? 3 : 1;
        for (int at = second ? HEADER_2.length() : 0; at < text.length(); number++) {
            int end = text.indexOf('\n', at);
            boolean cut = end < 0 && text.length() >= HEADER_2.length();
            end = end < 0 ? text.length() : end;
            String line = text.substring(at, end > at && text.charAt(end - 1) == '\r' ? end - 1 : end);
            at = end + 1;
            List<String> parts = new ArrayList<>();
            String reason = cut ? "no line end, Dovecot did not read it" : line.length() > MAX_LINE
                    ? "longer than " + MAX_LINE + " bytes"
                    : split(line, second ? '\t' : separator, second, parts);
            if (reason != null) {
                malformed.add(new MalformedLine(number, line, reason));
            } else {
                mailboxes.add(parts.size() == 1 && parts.get(0).equalsIgnoreCase("INBOX") ? List.of("INBOX") : parts);
            }
        }
        return new SubscriptionsFile(List.copyOf(mailboxes), malformed);
    }

    /** The file in version 2. The malformed lines are not in it. */
    public byte[] write() {
        StringBuilder out = new StringBuilder(HEADER_2);
        for (List<String> parts : mailboxes) {
            for (int i = 0; i < parts.size(); i++) {
                if (i > 0) {
                    out.append('\t');
                }
                escape(parts.get(i), out);
            }
            out.append('\n');
        }
        return ByteString.toBytes(out.toString());
    }

    /** @return what is wrong with the line, or null */
    private static String split(String line, char separator, boolean escaped, List<String> parts) {
        if (line.isEmpty()) {
            return "empty";
        }
        for (int from = 0; from <= line.length();) {
            int end = line.indexOf(separator, from);
            String part = line.substring(from, end < 0 ? line.length() : end);
            from += part.length() + 1;
            String name = escaped ? unescape(part) : part;
            if (name == null) {
                return "ends within an escape, or holds an unknown one";
            }
            if (name.isEmpty()) {
                return "part of the name is empty";
            }
            if (name.indexOf(0) >= 0) {
                return "holds NUL";
            }
            parts.add(name);
        }
        return null;
    }

    private static void escape(String part, StringBuilder out) {
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            switch (c) {
                case 0 -> out.append("\u00010");
                case 1 -> out.append("\u00011");
                case '\t' -> out.append("\u0001t");
                case '\r' -> out.append("\u0001r");
                case '\n' -> out.append("\u0001n");
                default -> out.append(c);
            }
        }
    }

    private static String unescape(String part) {
        StringBuilder out = new StringBuilder(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != 1) {
                out.append(c);
                continue;
            }
            int which = i + 1 < part.length() ? "01trn".indexOf(part.charAt(++i)) : -1;
            if (which < 0) {
                return null;
            }
            out.append("\0\1\t\r\n".charAt(which));
        }
        return out.toString();
    }
}
