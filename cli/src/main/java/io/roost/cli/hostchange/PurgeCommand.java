package io.roost.cli.hostchange;

import java.util.List;

import io.roost.cli.ExitCode;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.hostchange.Inspector;
import io.roost.hostchange.LocalPath;
import io.roost.hostchange.Purge;
import io.roost.hostchange.UserTree;
import io.roost.posix.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost hostchange purge}: deletes users' list indexes here, now. */
@Command(name = "purge", header = "Delete users' list indexes in this host's memory now.",
        description = "Under the lock that logins and flushes take. Dovecot builds the list anew at the next login. Sessions "
            + "that are open keep the deleted one and may miss changes: kick the user first.")
final class PurgeCommand extends HostCommand {
    @Mixin
    private final LayoutOptions layout = new LayoutOptions();

    @Option(names = "--dry-run", description = "Only tell what would be deleted.")
    private boolean dryRun;

    @Parameters(paramLabel = "USER", arity = "1..*", description = "Names of users, as in Dovecot.")
    private List<String> users;

    PurgeCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        UserTree tree = layout.tree();
        for (String user : users) {
            LocalPath path = tree.pathOf(user);
            Purge.Deleted deleted;
            if (dryRun) {
                Inspector.Inspection seen = new Inspector(layout.host()).look(user, path, name -> path.path());
                deleted = new Purge.Deleted(seen.files(), seen.bytes());
            } else {
                deleted = new Purge(notes(false)).now(path);
            }
            if (isJson()) {
                json().object("purged", user, json -> {
                    json.writeBooleanField("dry_run", dryRun);
                    json.writeStringField("path", ByteString.toText(path.path()));
                    json.writeNumberField("files", deleted.files());
                    json.writeNumberField("bytes", deleted.bytes());
                });
            } else {
                screen.line(user + ": " + Quantity.count(deleted.files(), "file", "files") + ", "
                        + Quantity.bytes(deleted.bytes()) + (dryRun ? " would be deleted" : " deleted"));
            }
        }
        return ExitCode.DONE;
    }
}
