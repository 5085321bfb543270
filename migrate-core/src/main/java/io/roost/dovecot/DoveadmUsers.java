package io.roost.dovecot;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;

/**
 * Users as Dovecot's own userdb has them, asked with {@code doveadm user NAME}:
 *
 * <pre>
 *   output = "field" TAB "value" LF *( name TAB value LF )
 * </pre>
 *
 * with {@code uid}, {@code gid}, {@code home}, {@code mail} (variables expanded, {@code ~} not) and the userdb's
 * further fields; {@code user} first if Dovecot spells the name otherwise. Exit code 67 is an unknown user, 75 a temporary
 * failure. Dovecot must be running. Immutable and thread-safe.
 */
public final class DoveadmUsers implements UserDatabase {
    private final DovecotProgram doveadm;

    public DoveadmUsers(DovecotProgram doveadm) {
        this.doveadm = doveadm;
    }

    @Override
    public MailUser find(String name) throws IOException {
        UserNames.check(name);
        return parse(name, ask(name, "user", "--", name).output());
    }

    /**
     * A setting with this user's variables expanded by Dovecot itself: all of them work, those of the userdb too.
     *
     * @param template text
     * @return a byte string
     */
    public String expand(String name, String template) throws IOException {
        UserNames.check(name);
        String output = ask(name, "user", "-e", template, "--", name).output();
        return output.endsWith("\n") ? output.substring(0, output.length() - 1) : output;
    }

    private DovecotProgram.Result ask(String name, String... arguments) throws IOException {
        DovecotProgram.Result result = doveadm.run(arguments);
        return switch (result.exitCode()) {
            case DovecotProgram.Result.EX_NOUSER -> throw new UnknownUser(name, "Dovecot's userdb");
            case DovecotProgram.Result.EX_TEMPFAIL -> throw new TemporaryFailure(name, result.firstErrors());
            default -> result.requireSuccess();
        };
    }

    static MailUser parse(String name, String output) throws InvalidSettingException {
        Map<String, String> fields = new LinkedHashMap<>();
        String[] lines = output.split("\n");
        if (!lines[0].equals("field\tvalue")) {
            throw bad(name, lines[0], "a line \"field\", tab, \"value\"");
        }
        for (int i = 1; i < lines.length; i++) {
            int tab = lines[i].indexOf('\t');
            if (tab <= 0 || fields.putIfAbsent(lines[i].substring(0, tab), lines[i].substring(tab + 1)) != null) {
                throw bad(name, lines[i], "each field once, a tab and its value");
            }
        }
        String spelled = fields.containsKey("user") ? UserNames.ofBytes(fields.remove("user")) : name;
        int uid = id(name, "uid", fields.remove("uid"));
        int gid = id(name, "gid", fields.remove("gid"));
        String home = fields.remove("home");
        if (home == null || home.isEmpty()) {
            throw new InvalidSettingException("userdb of " + name, "no home", "a home directory",
                    "add home to the userdb, set mail_home, or give --home");
        }
        Optional<String> mail = Optional.ofNullable(fields.remove("mail")).filter(m -> !m.isEmpty());
        return MailUser.of(spelled, home, uid, gid, mail, fields);
    }

    private static int id(String name, String field, String value) throws InvalidSettingException {
        if (value == null || value.isEmpty()) {
            return -1;
        }
        if (!value.matches("[0-9]{1,10}") || Long.parseLong(value) > Integer.MAX_VALUE) {
            throw new InvalidSettingException("userdb of " + name, field + "=" + ByteString.toText(value),
                    "a number below 2^31", "correct the userdb, or mail_" + field + ", to a numeric id");
        }
        return Integer.parseInt(value);
    }

    private static InvalidSettingException bad(String name, String found, String expected) {
        return new InvalidSettingException("answer of doveadm user " + name, ByteString.toText(found), expected,
                "run it by hand and look at its output");
    }
}
