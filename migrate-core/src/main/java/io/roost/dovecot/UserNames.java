package io.roost.dovecot;

import java.nio.charset.StandardCharsets;

import io.roost.posix.ByteString;

/** Which user names may become part of a path, a command line or a protocol line. User names come from strangers. */
public final class UserNames {
    /** Bytes in UTF-8. */
    public static final int MAX_LENGTH = 255;
    /** {@code /} leaves a directory, {@code :} ends a path in {@code mail_location}, {@code * ?} are masks to doveadm. */
    private static final String FORBIDDEN = "/:*?";

    private UserNames() {
    }

    /**
     * Refuses names that hold control or invisible characters, line ends, any of {@code / : * ?}, white space at an end, or a
     * local part or domain that is {@code .} or {@code ..}; and empty and overlong ones.
     *
     * @return the name itself
     */
    public static String check(String name) throws InvalidSettingException {
        if (name.isEmpty()) {
            throw bad(name, "a name", "give one");
        }
        if (!ModifiedUtf7.isPaired(name) || name.indexOf('\ufffd') >= 0) {
            throw bad(name, "valid UTF-8", "correct the name");
        }
        if (ByteString.ofText(name).length() > MAX_LENGTH) {
            throw bad(name, "at most " + MAX_LENGTH + " bytes", "look for what is pasted into it");
        }
        for (int i = 0; i < name.length();) {
            int c = name.codePointAt(i);
            int type = Character.getType(c);
            if (Character.isISOControl(c) || type == Character.FORMAT || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                throw bad(name, "no control or invisible characters", "look for them where the name comes from");
            }
            if (c < 128 && FORBIDDEN.indexOf(c) >= 0) {
                throw bad(name, "no " + Character.toString(c), "such a name cannot be made part of a path safely");
            }
            i += Character.charCount(c);
        }
        if (!name.equals(name.strip())) {
            throw bad(name, "no white space at its ends", "remove it");
        }
        for (String part : name.split("@", -1)) {
            if (part.equals(".") || part.equals("..")) {
                throw bad(name, "no part that is " + part, "such a name would lead to another directory");
            }
        }
        return name;
    }

    /** The text of a name that came as a byte string; {@link #check} refuses what was not UTF-8. */
    static String ofBytes(String bytes) {
        return new String(ByteString.toBytes(bytes), StandardCharsets.UTF_8);
    }

    private static InvalidSettingException bad(String name, String expected, String advice) {
        return new InvalidSettingException("user name", name, expected, advice);
    }
}
