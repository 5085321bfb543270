package io.roost.dovecot;

import java.util.Map;
import java.util.Optional;

/**
 * Users whose homes follow from their names: {@code --home '/mail/%d/%n'}. Every name is a user. Immutable.
 *
 * @param home           template of the home, see {@link Variables}
 * @param usernameFormat template that a name goes through first; {@link #USERNAME_FORMAT} by default
 * @param uid            owner of all mail, or -1: whoever owns a user's source
 * @param gid            group of all mail, or -1: that of a user's source
 */
public record TemplateUsers(String home, String usernameFormat, int uid, int gid) implements UserDatabase {
    /** The default of {@code auth_username_format}: lower case. */
    public static final String USERNAME_FORMAT = "%Lu";

    /** Mail that belongs to whoever owns the source. */
    public TemplateUsers(String home) {
        this(home, USERNAME_FORMAT, -1, -1);
    }

    @Override
    public MailUser find(String name) throws InvalidSettingException {
        UserNames.check(name);
        String formatted = usernameFormat.isEmpty() ? name : UserNames.ofBytes(Variables.ofUser(name).expand(usernameFormat));
        UserNames.check(formatted);
        return MailUser.of(formatted, Variables.ofUser(formatted).expand(home), uid, gid, Optional.empty(), Map.of());
    }
}
