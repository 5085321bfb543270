package io.roost.cli;

import java.time.Clock;
import java.time.Duration;

import io.roost.gate.HookSwitch;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.UserdbSwitch;
import picocli.CommandLine.Option;

/** How the userdb is told where a user's mail is. Filled by picocli. */
final class SwitchOptions {
    private static final String PASSWD_FILE = "passwd-file:";

    @Option(names = "--switch", paramLabel = "passwd-file:FILE", description = "Rewrite the user's userdb_mail in this passwd-file, "
            + "named as in the userdb's args; variables such as %%d may stand in it.")
    String file;

    @Option(names = "--switch-username-format", paramLabel = "FORMAT", description = "username_format in the userdb's args. Default: %%u.")
    String usernameFormat;

    @Option(names = "--switch-hook", paramLabel = "PROGRAM", description = "Run this program for each user, with ROOST_USER, ROOST_FROM, "
            + "ROOST_TO and more in its environment.")
    String hook;

    @Option(names = "--switch-hook-limit", paramLabel = "TIME", description = "Kill the hook after this time. Default: 60s.")
    String hookLimit;

    boolean isGiven() {
        return file != null || hook != null;
    }

    UserdbSwitch userdb() throws CommandException {
        if ((file == null) == (hook == null)) {
            throw CommandException.usage("say how the userdb is switched: either --switch passwd-file:FILE or --switch-hook PROGRAM");
        }
        if (hook != null) {
            Duration limit = hookLimit == null ? Duration.ofSeconds(60) : RunOptions.duration("--switch-hook-limit", hookLimit);
            if (limit.isZero()) {
                throw CommandException.usage("--switch-hook-limit: found 0, expected more");
            }
            return new HookSwitch(hook, limit, Clock.systemUTC());
        }
        if (!file.startsWith(PASSWD_FILE + "/")) {
            throw CommandException.usage("--switch: found " + file + ", expected passwd-file:/PATH");
        }
        return new PasswdFileSwitch(file.substring(PASSWD_FILE.length()), usernameFormat == null ? "%u" : usernameFormat,
                Clock.systemUTC());
    }
}
