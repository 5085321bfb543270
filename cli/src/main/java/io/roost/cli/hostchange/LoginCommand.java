package io.roost.cli.hostchange;

import java.util.Locale;

import io.roost.cli.CommandException;
import io.roost.cli.ExitCode;
import io.roost.cli.screen.Screen;
import io.roost.dovecot.MailLocation;
import io.roost.hostchange.HostChange;
import io.roost.hostchange.HostChange.Outcome;
import io.roost.hostchange.UserPaths;
import io.roost.posix.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost hostchange login}: the contract at a login. */
@Command(name = "login", header = "Make sure that a user who logs in sees no stale list.",
        description = {"Compares INDEX/.lasthost with what was seen last here, and deletes the user's list index if the user "
        + "was elsewhere. For post-login scripts; samples/hostchange/postlogin.sh calls it only when something has changed. "
            + "Ends with 0 if the user may be let in."},
        footer = {"", "Examples:",
            "  roost hostchange login anna@example.org",
            "  roost hostchange login --index /mail/anna/mdbox --list-index /dev/shm/x/7c/anna/dovecot.list.index anna"})
final class LoginCommand extends HostCommand {
    @Mixin
    private final LayoutOptions layout = new LayoutOptions();

    @Option(names = "--index", paramLabel = "DIR", description = "The user's INDEX, or mail root if there is none: the path "
            + "itself. Asks no Dovecot; needs --list-index.")
    private String index;

    @Option(names = "--list-index", paramLabel = "PREFIX", description = "The user's LISTINDEX: the path itself.")
    private String listIndex;

    @Option(names = "--migration", description = "Look for list indexes on shared storage, which backends without host change "
            + "left, and move them here.")
    private boolean migration;

    @Option(names = "--quiet", description = "Say nothing but warnings.")
    private boolean quiet;

    @Parameters(paramLabel = "USER", description = "Name of the user, as in Dovecot.")
    private String user;

    LoginCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if ((index == null) != (listIndex == null)) {
            throw CommandException.usage("--index and --list-index are given together or not at all");
        }
        UserPaths paths = index == null ? layout.paths(user) : UserPaths.of(user, MailLocation.parse("mdbox:"
                + escaped(index) + ":LISTINDEX=" + escaped(listIndex), "/"));
        Outcome outcome = new HostChange(layout.host(), migration, notes(!quiet && !isJson())).check(paths);
        if (isJson()) {
            json().object("hostchange_login", paths.user(), json -> {
                json.writeStringField("host", layout.host());
                json.writeStringField("outcome", outcome.name().toLowerCase(Locale.ROOT));
            });
        }
        return ExitCode.DONE;
    }

    /** Paths as mail_location writes them, a byte string. */
    private static String escaped(String path) {
        return ByteString.ofText(path).replace(":", "::");
    }
}
