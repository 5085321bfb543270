package io.roost.gate;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/**
 * A userdb that a program of the administrator's changes: SQL, LDAP, or whatever there is. It gets no arguments and no input, and
 * in its environment, beside what Roost itself has,
 *
 * <pre>
 *   ROOST_ACTION  "switch", or "rollback" for the way back
 *   ROOST_USER    the user's name
 *   ROOST_HOME    the user's home
 *   ROOST_FROM    "mail" as it is now, such as maildir:~/Maildir
 *   ROOST_TO      what "mail" is to be, such as mdbox:~/mdbox
 * </pre>
 *
 * It ends with 0 when the userdb has been changed, or was so already: it may be called again for the same. Whatever else it ends
 * with is a failure, with what it has printed as the reason. After the time limit it is killed with all that it has started.
 */
public final class HookSwitch implements UserdbSwitch {
    private final String program;
    private final Duration limit;
    private final Clock clock;

    /** @param program absolute path of an executable file */
    public HookSwitch(String program, Duration limit, Clock clock) {
        this.program = program;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public void check(MailChange change) throws IOException {
        File file = new File(program);
        if (!file.isAbsolute() || !file.isFile() || !file.canExecute()) {
            throw new InvalidSettingException("switch hook", program, "the absolute path of an executable file", "correct it");
        }
        environment(change, "switch");
    }

    @Override
    public Optional<String> field(String user) {
        return Optional.empty();
    }

    @Override
    public Instant apply(MailChange change) throws IOException {
        return run(change, "switch");
    }

    @Override
    public Instant revert(MailChange change, Optional<String> before) throws IOException {
        return run(change.reversed(), "rollback");
    }

    private Instant run(MailChange change, String action) throws IOException {
        check(change);
        HookProgram.run(program, environment(change, action), limit,
                "switch hook " + program + " for user " + ByteString.toText(ByteString.ofText(change.user())));
        return clock.instant();
    }

    private static Map<String, String> environment(MailChange change, String action) throws InvalidSettingException {
        PasswdFileName.check(change.user());
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("ROOST_ACTION", action);
        environment.put("ROOST_USER", HookProgram.checkText("user name", change.user()));
        environment.put("ROOST_HOME", text("home", change.home()));
        environment.put("ROOST_FROM", text("mail location", change.from()));
        environment.put("ROOST_TO", text("mail location", change.to()));
        return environment;
    }

    private static String text(String what, String bytes) throws InvalidSettingException {
        String text = new String(ByteString.toBytes(bytes), StandardCharsets.UTF_8);
        if (!ByteString.ofText(text).equals(bytes) || text.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidSettingException(what, ByteString.toText(bytes), "UTF-8 without control characters",
                    "a hook could not be told of it");
        }
        return HookProgram.checkText(what, text);
    }
}
