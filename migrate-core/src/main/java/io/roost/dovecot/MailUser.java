package io.roost.dovecot;

import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;

/**
 * A user as the userdb knows them.
 *
 * @param name   text, as Dovecot has it after {@code auth_username_format}; see {@link UserNames}
 * @param home   absolute byte string without {@code .} or {@code ..} components and trailing slash
 * @param uid    owner of the mail, or -1: whoever owns the source
 * @param gid    group of the mail, or -1: that of the source
 * @param mail   the {@code mail_location} that the userdb or the configuration gives, variables expanded, a byte string; a
 *               namespace's own location goes before it
 * @param fields the userdb's further fields, byte strings by name
 */
public record MailUser(String name, String home, int uid, int gid, Optional<String> mail, Map<String, String> fields) {
    public MailUser {
        try {
            UserNames.check(name);
            home = checkHome(name, home);
        } catch (InvalidSettingException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        fields = Map.copyOf(fields);
    }

    /**
     * A user whose name and home came from outside.
     *
     * @param home byte string
     * @throws InvalidSettingException if name or home cannot be part of a path; the constructor throws an unchecked exception
     */
    public static MailUser of(String name, String home, int uid, int gid, Optional<String> mail, Map<String, String> fields)
            throws InvalidSettingException {
        UserNames.check(name);
        checkHome(name, home);
        return new MailUser(name, home, uid, gid, mail, fields);
    }

    /**
     * The variables of this user: {@code %u %n %d %h}, {@code %{userdb:field}} and, where known, {@code %i} and {@code %{gid}}.
     */
    public Variables variables() {
        Variables variables = Variables.ofUser(name).with('h', "home", home).withFunction("userdb", data -> {
            int colon = data.indexOf(':');
            String value = fields.get(colon < 0 ? data : data.substring(0, colon));
            return value != null ? value : colon < 0 ? "" : data.substring(colon + 1);
        });
        if (uid >= 0) {
            variables = variables.with('i', "uid", Integer.toString(uid));
        }
        return gid >= 0 ? variables.with("gid", Integer.toString(gid)) : variables;
    }

    /**
     * A {@code mail_location} as an administrator writes it, for this user.
     *
     * @param setting text with variables
     */
    public MailLocation location(String setting) throws InvalidSettingException {
        return MailLocation.parse(variables().expand(setting), home);
    }

    private static String checkHome(String name, String home) throws InvalidSettingException {
        String shown = ByteString.toText(home);
        String setting = "home of " + name;
        if (!home.startsWith("/")) {
            throw new InvalidSettingException(setting, shown, "an absolute path", "correct --home or the userdb");
        }
        for (int i = 0; i < home.length(); i++) {
            if (home.charAt(i) < 0x20 || home.charAt(i) == 0x7f) {
                throw new InvalidSettingException(setting, shown, "no control characters", "correct --home or the userdb");
            }
        }
        for (String part : home.split("/", -1)) {
            if (part.equals(".")) {
                throw new InvalidSettingException(setting, shown, "no . component",
                        "Roost does not work in a chroot: give the whole path with --home");
            }
            if (part.equals("..")) {
                throw new InvalidSettingException(setting, shown, "no .. component", "give the path that is meant in full");
            }
        }
        int end = home.length();
        while (end > 1 && home.charAt(end - 1) == '/') {
            end--;
        }
        return home.substring(0, end);
    }
}
