package io.roost.cli.hostchange;

import java.time.Duration;

import io.roost.cli.ExitCode;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.hostchange.LocalPath;
import io.roost.hostchange.Purge;
import io.roost.hostchange.Sweep;
import io.roost.posix.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code roost hostchange clean}: deletes what nobody has used for long. */
@Command(name = "clean", header = "Delete list indexes that nobody has used for long.",
        description = "By access or modification time, whichever is later, under the lock that logins take. Only files of list "
                + "indexes and .lasthost are deleted, in directories that LISTINDEX explains, and then those directories.",
        footer = {"", "Example, for cron:", "  roost hostchange clean --older-than 7d"})
final class CleanCommand extends HostCommand {
    @Mixin
    private final LayoutOptions layout = new LayoutOptions();

    @Option(names = "--older-than", paramLabel = "AGE", required = true, description = "Such as 7d, 12h, 30m or 90s.")
    private String age;

    @Option(names = "--dry-run", description = "Only tell what would be deleted.")
    private boolean dryRun;

    CleanCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        Duration limit = Ages.parse("--older-than", age);
        long now = System.currentTimeMillis() / 1000;
        JsonLines lines = isJson() ? json() : null;
        Sweep.Report report = new Sweep(layout.tree(), dryRun, notes(false)).run(Sweep.olderThan(limit.toSeconds(), now),
                new Sweep.Listener() {
                    @Override
                    public void deleted(String user, LocalPath path, Purge.Deleted deleted, long newest) {
                        if (lines != null) {
                            lines.object("purged", user, json -> {
                                json.writeBooleanField("dry_run", dryRun);
                                json.writeStringField("path", ByteString.toText(path.path()));
                                json.writeNumberField("files", deleted.files());
                                json.writeNumberField("bytes", deleted.bytes());
                                json.writeNumberField("age_seconds", now - newest);
                            });
                        } else {
                            screen.line(user + ": " + Quantity.wholeSeconds(now - newest) + " old, "
                                    + Quantity.bytes(deleted.bytes()));
                        }
                    }

                    @Override
                    public void unexplained(String path) {
                        if (lines != null) {
                            lines.object("unexplained", "", json -> json.writeStringField("path", ByteString.toText(path)));
                        } else {
                            screen.message("not a user's directory by LISTINDEX, left alone: " + ByteString.toText(path));
                        }
                    }

                    @Override
                    public void failed(String message) {
                        screen.message("warning: " + message);
                    }
                });
        if (lines != null) {
            lines.object("summary", "", json -> {
                json.writeBooleanField("dry_run", dryRun);
                json.writeNumberField("users", report.users());
                json.writeNumberField("deleted", report.deleted());
                json.writeNumberField("files", report.files());
                json.writeNumberField("bytes", report.bytes());
                json.writeNumberField("failed", report.failed());
            });
        } else {
            screen.line(Quantity.count(report.deleted()) + " of " + Quantity.count(report.users(), "user", "users")
                    + (dryRun ? " would be cleaned, " : " cleaned, ") + Quantity.bytes(report.bytes()));
        }
        return report.failed() > 0 ? ExitCode.FAILED : ExitCode.DONE;
    }
}
