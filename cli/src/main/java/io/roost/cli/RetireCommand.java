package io.roost.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

import io.roost.aftercare.Retirement;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserLock;
import io.roost.checkpoint.UserRecord;
import io.roost.cli.screen.Screen;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailUser;
import io.roost.migrate.Account;
import io.roost.posix.ByteString;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code roost retire}: moves Maildirs that are not needed any more to a trash directory. */
@Command(name = "retire", header = "Take away the Maildirs of users who have moved.",
        description = {"Only if the userdb says mdbox, the migration ended long enough ago, and each mail of the Maildir is in the "
            + "mdbox with the same bytes, or was there at the migration and has been expunged since. The Maildir is renamed into "
            + ".roost-trash beside it, or the directory of --trash; removing that is up to you. Anything odd is a refusal."},
        footer = {"", "Examples:",
            "  roost retire --dry-run --older-than 14d anna@example.org",
            "  roost retire --older-than 14d anna@example.org bert@example.org",
            "  roost retire --older-than 30d --trash /srv/mail/.trash anna@example.org"})
final class RetireCommand extends ReportingCommand {
    @Mixin
    private final LocationOptions location = new LocationOptions();
    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--older-than", paramLabel = "TIME", required = true,
            description = "How long ago the migration must have ended, such as 14d.")
    private String olderThan;

    @Option(names = "--trash", paramLabel = "DIR", description = "Move Maildirs here, on the same file system. Default: .roost-trash "
            + "beside each, which only Roost's user can enter.")
    private String trash;

    @Option(names = "--skip-unreadable", description = "What the migration could not carry over goes to the trash with the rest.")
    private boolean skipUnreadable;

    @Option(names = "--dry-run", description = "Look at everything, and move nothing.")
    private boolean dryRun;

    @Parameters(paramLabel = "USER", arity = "1..*", description = "Names of users, as in Dovecot.")
    private List<String> users;

    RetireCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        Duration age = RunOptions.duration("--older-than", olderThan);
        if (trash != null && !trash.startsWith("/")) {
            throw CommandException.usage("--trash: found " + trash + ", expected an absolute path");
        }
        Site site = Site.of(location);
        if (CheckpointStore.openReadOnly(state.directory()).isEmpty()) {
            throw new CommandException(ExitCode.NOTHING_TO_DO, "there is no checkpoint store in " + state.directory()
                    + ": nothing was migrated with it (--state names another)");
        }
        ExitCode code = ExitCode.DONE;
        try (CheckpointStore store = CheckpointStore.open(state.directory())) {
            for (String name : new LinkedHashSet<>(users)) {
                try {
                    retire(site, store, name, age);
                } catch (Exception e) {
                    Failure failure = Failure.tell(screen, e);
                    if (isJson()) {
                        json().object("failed", name, json -> JsonFields.failure(json, failure));
                    }
                    code = code.or(users.size() == 1 ? failure.code() : ExitCode.FAILED);
                    if (failure.code() == ExitCode.INTERRUPTED) {
                        break;
                    }
                }
            }
        }
        return code;
    }

    private void retire(Site site, CheckpointStore store, String name, Duration age) throws Exception {
        MailUser found = site.user(name);
        UserRecord record = store.user(found.name()).orElseThrow(() -> new CommandException(ExitCode.NOTHING_TO_DO,
                "the checkpoint store in " + store.path() + " knows no user " + found.name()));
        try (UserLock lock = UserLock.tryAcquire(store, record).orElseThrow(() -> new CommandException(ExitCode.FAILED,
                "another process is at work on " + found.name() + " with the state directory " + store.path()))) {
            requireNobodyElse(store, record);
            char escape = site.dovecot().storageEscapeChar();
            Account account = new Account(found.name(), found.home(), found.uid(), found.gid(),
                    locationOf(record.source(), location.from, found).withEscapeChar(escape),
                    locationOf(record.target(), location.to, found).withEscapeChar(escape));
            Retirement retirement = new Retirement(account, site.settings().withSkipUnreadable(skipUnreadable));
            Retirement.Inventory inventory = retirement.check(record, site.current(found), age, Instant.now());
            List<String> moved = dryRun ? List.of() : retirement.retire(Optional.ofNullable(trash).map(ByteString::ofText),
                    Instant.now());
            tell(account, inventory, moved);
        }
    }

    private static MailLocation locationOf(String recorded, String option, MailUser found) throws IOException {
        return option == null ? MailLocation.parse(recorded, found.home()) : found.location(option);
    }

    /** Two names for one Maildir: what one has finished the other may still use. */
    private static void requireNobodyElse(CheckpointStore store, UserRecord record) throws CommandException {
        String[] other = new String[1];
        store.users(each -> {
            if (each.number() != record.number() && each.source().equals(record.source())) {
                other[0] = each.name();
            }
        });
        if (other[0] != null) {
            throw new CommandException(ExitCode.FAILED, "the Maildir of user " + record.name() + " stays: it is that of user " + other[0]
                    + " too");
        }
    }

    private void tell(Account account, Retirement.Inventory inventory, List<String> moved) {
        if (isJson()) {
            json().object("retired", account.user(), json -> {
                json.writeBooleanField("dry_run", dryRun);
                json.writeNumberField("present", inventory.present());
                json.writeNumberField("expunged_since", inventory.since());
                json.writeNumberField("left", inventory.left());
                json.writeArrayFieldStart("trash");
                for (String path : moved) {
                    json.writeString(ByteString.toText(path));
                }
                json.writeEndArray();
            });
            return;
        }
        String counts = inventory.present() + " mails are in the mdbox, " + inventory.since() + " were expunged or moved since"
                + (inventory.left() == 0 ? "" : ", " + inventory.left() + " files were never mails that could be carried over");
        String where = moved.isEmpty() ? "nothing was there any more" : "moved to " + ByteString.toText(moved.get(moved.size() - 1));
        screen.line(account.user() + ": " + counts + "; " + (dryRun ? "the Maildir may go: " + ByteString.toText(account.source().root())
                : where));
    }
}
