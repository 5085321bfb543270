package io.roost.gate;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserNames;
import io.roost.posix.ByteString;

/**
 * A user name as the first field of a passwd-file. Dovecot compares that field with the name after it has put a backslash before
 * each backslash, quotation mark and apostrophe in it ({@code str_escape}); a colon ends it, and a line that starts with
 * {@code #} is a comment.
 */
final class PasswdFileName {
    private PasswdFileName() {
    }

    /**
     * Refuses names that no passwd-file can hold, or that are dangerous elsewhere.
     *
     * @return the name itself
     */
    static String check(String user) throws InvalidSettingException {
        UserNames.check(user);
        if (user.startsWith("#")) {
            throw new InvalidSettingException("user name", user, "no # at its start", "a passwd-file takes such a line for a"
                    + " comment");
        }
        return user;
    }

    /** @return a byte string */
    static String of(String user) {
        return escaped(ByteString.ofText(user));
    }

    /** @param name byte string; a byte string too */
    static String escaped(String name) {
        return name.replaceAll("[\\\\\"']", "\\\\$0");
    }
}
