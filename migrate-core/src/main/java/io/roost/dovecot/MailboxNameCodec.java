package io.roost.dovecot;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.roost.posix.ByteString;

/**
 * Mailbox names in Unicode from and to the names of directories, <em>storage parts</em>: one byte string for each level of the
 * hierarchy. Source: {@code mailbox_list_default_get_storage_name} and {@code _get_vname} of 2.3.19.1.
 *
 * @param utf8          {@code UTF-8}: parts are UTF-8 instead of modified UTF-7
 * @param brokenChar    {@code BROKENCHAR}: stands, with two lower-case hex digits, for each byte of a part that cannot be
 *                      decoded; 0 if such names are not accessible
 * @param escapeChar    {@code storage_name_escape_char} (plugin listescape): stands, with two hex digits, for a
 *                      character that a part cannot hold; 0 if there is none
 * @param listSeparator what separates parts in a storage name: {@code .} for Maildir++, else {@code /}
 * @param dirName       a part's reserved name, see {@link MailLocation#dirName}; may be empty
 */
public record MailboxNameCodec(boolean utf8, char brokenChar, char escapeChar, char listSeparator, String dirName) {
    /** Bytes of one part, the limit of file systems. */
    private static final int MAX_PART = 255;
    /** Bytes of a storage name: Dovecot's limit. */
    private static final int MAX_NAME = 4096;

    /** Modified UTF-7 or UTF-8 without escapes, for dbox and {@code LAYOUT=fs}. */
    public MailboxNameCodec(boolean utf8) {
        this(utf8, (char) 0, (char) 0, '/', "");
    }

    /** This codec with an escape character, as the plugin listescape sets it. */
    public MailboxNameCodec withEscapeChar(char character) {
        return new MailboxNameCodec(utf8, brokenChar, character, listSeparator, dirName);
    }

    /**
     * The mailbox that storage parts name.
     *
     * @param storageParts at least one, byte strings
     * @return empty if Dovecot could not open it under any name: {@link #problemOf} tells why
     */
    public Optional<MailboxName> decode(List<String> storageParts) {
        List<String> parts = new ArrayList<>(storageParts.size());
        for (String storage : storageParts) {
            Optional<String> part = decodePart(storage);
            if (part.isEmpty()) {
                return Optional.empty();
            }
            parts.add(part.get());
        }
        return isShadowedByInbox(parts) ? Optional.empty() : Optional.of(new MailboxName(parts));
    }

    /**
     * The storage parts of a mailbox.
     *
     * @throws IllegalArgumentException if the name is not valid Unicode
     */
    public List<String> encode(MailboxName name) {
        if (name.isInbox()) {
            return MailboxName.INBOX.parts();
        }
        List<String> parts = new ArrayList<>(name.parts().size());
        for (String part : name.parts()) {
            parts.add(encodePart(part));
        }
        return parts;
    }

    /** Why these storage parts cannot be a mailbox of this location; empty if they can. For people. */
    public Optional<String> problemOf(List<String> storageParts) {
        int length = storageParts.size() - 1;
        for (String part : storageParts) {
            length += part.length();
            Optional<String> problem = problemOfPart(part);
            if (problem.isPresent()) {
                return problem;
            }
        }
        if (storageParts.isEmpty() || length > MAX_NAME) {
            return Optional.of("its name has " + length + " bytes, Dovecot takes 1 to " + MAX_NAME);
        }
        if (storageParts.get(0).startsWith("~")) {
            return Optional.of("its name begins with ~, which Dovecot takes for a home directory");
        }
        if (isShadowedByInbox(storageParts)) {
            return Optional.of("its name differs from INBOX only in case, so that nobody can open it");
        }
        return Optional.empty();
    }

    private Optional<String> problemOfPart(String part) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
            return Optional.of("part of its name is \"" + part + "\"");
        }
        if (part.indexOf('/') >= 0 || part.indexOf(0) >= 0 || part.indexOf(listSeparator) >= 0) {
            return Optional.of("its name holds a " + (part.indexOf(0) >= 0 ? "NUL" : part.indexOf('/') >= 0 ? "slash"
                    : listSeparator));
        }
        if (part.length() > MAX_PART) {
            return Optional.of("part of its name has " + part.length() + " bytes, a directory name at most " + MAX_PART);
        }
        if (!dirName.isEmpty() && part.equals(dirName)) {
            return Optional.of("part of its name is " + dirName + ", which Dovecot reserves");
        }
        if (decodePart(part).isEmpty()) {
            return Optional.of("its name is not valid " + (utf8 ? "UTF-8" : "modified UTF-7"));
        }
        return Optional.empty();
    }

    private static boolean isShadowedByInbox(List<String> parts) {
        return parts.size() == 1 && parts.get(0).equalsIgnoreCase("INBOX") && !parts.get(0).equals("INBOX");
    }

    private Optional<String> decodePart(String storage) {
        String bytes = escapeChar == 0 ? storage : unescape(storage, escapeChar, true);
        Optional<String> part = utf8 ? decodeUtf8(bytes) : brokenChar == 0 ? ModifiedUtf7.decode(bytes) : decodeBroken(bytes);
        if (part.isEmpty() || part.get().indexOf(0) >= 0 || part.get().isEmpty()) {
            return Optional.empty();
        }
        return encodePart(part.get()).equals(storage) ? part : Optional.empty();
    }

    private String encodePart(String part) {
        if (!ModifiedUtf7.isPaired(part)) {
            throw new IllegalArgumentException("lone surrogate in a mailbox name");
        }
        String bytes;
        if (utf8) {
            bytes = ByteString.ofText(part);
            bytes = brokenChar == 0 ? bytes : unescape(bytes, brokenChar, false);
        } else {
            bytes = brokenChar == 0 ? ModifiedUtf7.encode(part) : encodeBroken(part);
        }
        return escapeChar == 0 ? bytes : escape(bytes);
    }

    private Optional<String> decodeUtf8(String bytes) {
        String escaped = bytes;
        if (brokenChar != 0) {
            escaped = bytes.replace(String.valueOf(brokenChar), hex(brokenChar, brokenChar));
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(ByteString.toBytes(escaped));
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(in).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** What is no modified UTF-7 is shown byte by byte. */
    private Optional<String> decodeBroken(String bytes) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes.length();) {
            char c = bytes.charAt(i);
            int end = c == '&' ? bytes.indexOf('-', i) : -1;
            // a shift right after a shift is no valid spelling
            boolean repeated = end > i + 1 && bytes.startsWith("&", end + 1) && !bytes.startsWith("&-", end + 1);
            Optional<String> shifted = end < 0 || repeated ? Optional.empty()
                    : ModifiedUtf7.decode(bytes.substring(i, end + 1));
            if (shifted.isPresent()) {
                out.append(shifted.get());
                i = end + 1;
            } else {
                boolean plain = c >= 0x20 && c < 0x7f && c != '&' && c != brokenChar;
                out.append(plain ? String.valueOf(c) : hex(brokenChar, c));
                i++;
            }
        }
        return Optional.of(out.toString());
    }

    /** Bytes that {@link #decodeBroken} showed become themselves, all between them modified UTF-7. */
    private String encodeBroken(String part) {
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int i = 0; i < part.length(); i++) {
            int value = part.charAt(i) == brokenChar ? hexAt(part, i + 1, false) : -1;
            if (value > 0) {
                out.append(ModifiedUtf7.encode(part.substring(from, i))).append((char) value);
                i += 2;
                from = i + 1;
            }
        }
        return out.append(ModifiedUtf7.encode(part.substring(from))).toString();
    }

    private String escape(String bytes) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            boolean start = i == 0 && (c == '~' || bytes.equals(".") || bytes.equals("..")
                    || !dirName.isEmpty() && bytes.equals(dirName));
            out.append(start || c == listSeparator || c == '/' || c == escapeChar ? hex(escapeChar, c) : String.valueOf(c));
        }
        return out.toString();
    }

    private static String unescape(String bytes, char escape, boolean upperCaseToo) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            int value = bytes.charAt(i) == escape ? hexAt(bytes, i + 1, upperCaseToo) : -1;
            out.append(value > 0 ? (char) value : bytes.charAt(i));
            i += value > 0 ? 2 : 0;
        }
        return out.toString();
    }

    /** The value of two hex digits, or -1. */
    private static int hexAt(String text, int at, boolean upperCaseToo) {
        if (at + 2 > text.length()) {
            return -1;
        }
        String digits = text.substring(at, at + 2);
        digits = upperCaseToo ? digits.toLowerCase(Locale.ROOT) : digits;
        int high = "0123456789abcdef".indexOf(digits.charAt(0));
        int low = "0123456789abcdef".indexOf(digits.charAt(1));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static String hex(char escape, char c) {
        return escape + String.format("%02x", (int) c);
    }
}
