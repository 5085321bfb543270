package io.roost.dovecot;

import java.io.IOException;

/** Where users come from. Implementations are thread-safe. */
public interface UserDatabase {
    /**
     * Looks a user up.
     *
     * @param name text, as somebody typed it; what comes back may be spelled otherwise
     * @throws InvalidSettingException if the name, or what is known of the user, cannot be worked with
     * @throws UnknownUser             if there is none of that name
     * @throws TemporaryFailure        if it cannot be told now
     * @throws IOException             if it cannot be asked at all
     */
    MailUser find(String name) throws IOException;

    /** There is no such user. */
    final class UnknownUser extends IOException {
        public UnknownUser(String name, String where) {
            super("user " + InvalidSettingException.printable(name) + " does not exist: " + where + " does not know them");
        }
    }

    /** The userdb did not answer, or said that it cannot now. Trying again may help. */
    final class TemporaryFailure extends IOException {
        public TemporaryFailure(String name, String reason) {
            super("user " + InvalidSettingException.printable(name) + " could not be looked up now: " + reason);
        }
    }
}
