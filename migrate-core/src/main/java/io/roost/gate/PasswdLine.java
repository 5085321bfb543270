package io.roost.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/**
 * A user's line in a passwd-file that is a userdb, without its LF; a byte string.
 *
 * <pre>
 *   line  = name ":" password ":" uid ":" gid [ ":" info [ ":" home [ ":" shell [ ":" extra ] ] ] ] [ CR ]
 *   extra = [ field *( SP field ) ]       ; to the end of the line, colons included
 *         / ":" mail                      ; as old versions had it: the field before is empty
 *   field = "userdb_mail=" value / other
 *   value = *( byte / "%%" )              ; no SP, and variables are expanded
 * </pre>
 *
 * If {@code userdb_mail} is there several times, the last counts. A line without a gid is no userdb entry. Source:
 * {@code src/auth/db-passwd-file.c} of 2.3.19.1, and a running one.
 */
record PasswdLine(String fields, String extra, String end) {
    private static final String MAIL = "userdb_mail=";
    /** Of name, password, uid, gid, information, home and shell. */
    private static final int COLONS_BEFORE_EXTRA = 7;
    private static final int COLONS_OF_A_USERDB = 3;

    /**
     * Takes a line apart, so that the three parts together are the line, or the line with empty fields added.
     *
     * @return empty if it is no userdb entry
     */
    static Optional<PasswdLine> parse(String line) {
        String end = line.endsWith("\r") ? "\r" : "";
        String text = line.substring(0, line.length() - end.length());
        int at = 0;
        for (int colons = 0; colons < COLONS_BEFORE_EXTRA; colons++) {
            int colon = text.indexOf(':', at);
            if (colon < 0) {
                return colons < COLONS_OF_A_USERDB ? Optional.empty()
                        : Optional.of(new PasswdLine(text + ":".repeat(COLONS_BEFORE_EXTRA - colons), "", end));
            }
            at = colon + 1;
        }
        String extra = text.substring(at);
        if (extra.startsWith(":")) {
            extra = extra.length() == 1 ? "" : MAIL + extra.substring(1);
        }
        return Optional.of(new PasswdLine(text.substring(0, at), extra, end));
    }

    /** The user's own {@code mail}, as it is spelled here. */
    Optional<String> mail() {
        Optional<String> found = Optional.empty();
        for (String field : extra.split(" ")) {
            if (field.startsWith(MAIL)) {
                found = Optional.of(field.substring(MAIL.length()));
            }
        }
        return found;
    }

    /** This line with another {@code mail}, or without one; all other bytes stay. */
    PasswdLine withMail(Optional<String> value) {
        List<String> changed = new ArrayList<>();
        boolean there = false;
        for (String field : extra.isEmpty() ? new String[0] : extra.split(" ", -1)) {
            if (!field.startsWith(MAIL)) {
                changed.add(field);
            } else if (value.isPresent()) {
                changed.add(MAIL + value.get());
                there = true;
            }
        }
        if (value.isPresent() && !there) {
            changed.add(MAIL + value.get());
        }
        return new PasswdLine(fields, String.join(" ", changed), end);
    }

    /** The line. */
    String text() {
        return fields + extra + end;
    }

    /**
     * A location as a value: {@code %} is doubled, since it is not to be expanded once more.
     *
     * @param location byte string
     * @throws InvalidSettingException if it has what would end a field
     */
    static String value(String location) throws InvalidSettingException {
        if (location.isEmpty() || location.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw new InvalidSettingException("mail location", ByteString.toText(location), "no space or control character in it",
                    "a passwd-file cannot hold one there: use ~ for the home, or switch by a hook");
        }
        return location.replace("%", "%%");
    }
}
