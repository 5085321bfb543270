package io.roost.migrate;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;

/**
 * One migration in a process of its own, to be killed. Arguments {@code key=value}, see {@link SeparateMigration}; what happens
 * is said on standard output, a line each, at the end the most memory it had in use, in KiB. It halts itself, without any
 * cleaning up, where {@code halt} says: {@code started}, {@code scanned}, {@code done}, the name of a state when that is
 * recorded, or a number of recorded batches.
 */
final class MigrationProcess {
    static final int HALTED = 137;
    static final int FAILED = 3;

    private final Map<String, String> arguments = new HashMap<>();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private MigrationProcess(String[] arguments) {
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            this.arguments.put(argument.substring(0, at), argument.substring(at + 1));
        }
    }

    public static void main(String[] arguments) throws Exception {
        new MigrationProcess(arguments).run();
    }

    private void run() throws Exception {
        Account account = Migrations.account(arguments.get("user"), Path.of(arguments.get("home")), arguments.get("from"),
                arguments.get("to"));
        Settings d = Settings.defaults();
        Settings settings = new Settings(Long.parseLong(arguments.get("rotate")), false, d.pop3UidlFormat(),
                arguments.containsKey("skip"), d.readers(), Long.parseLong(arguments.get("checkpoint")), d.finishAttempts());
        try (CheckpointStore store = CheckpointStore.open(arguments.get("state"))) {
            haltAfterBatches(store, account.user());
            Result r = new UserMigration(account, settings, store, this::event).run();
            out.println("result mailboxes=" + r.mailboxes() + " mails=" + r.mails() + " bytes=" + r.bytes() + " dataFiles="
                    + r.dataFiles() + " alreadyDone=" + r.alreadyDone());
            r.skipped().forEach(p -> out.println("skipped " + p));
        } catch (MigrationException e) {
            out.println("failed " + e.kind() + " " + e.getMessage());
            e.problems().forEach(p -> out.println("problem " + p));
            System.exit(FAILED);
        } catch (CheckpointException e) {
            out.println("failed STORE " + e.getMessage());
            System.exit(FAILED);
        }
        if (arguments.containsKey("verify")) {
            try {
                verify(account, settings);
            } catch (IOException e) {
                out.println("failed VERIFY " + e.getMessage());
                System.exit(FAILED);
            }
        }
        out.println("peak " + Files.readAllLines(Path.of("/proc/self/status")).stream().filter(l -> l.startsWith("VmHWM:"))
                .findFirst().orElseThrow().replaceAll("[^0-9]", ""));
    }

    private void verify(Account account, Settings settings) throws Exception {
        VerifyReport report = new Verification(account, settings, event -> { }, fate -> {
            if (fate.fate() != FileFate.Fate.MIGRATED) {
                out.println("fate " + fate);
            }
        }).run();
        report.mismatches().forEach(m -> out.println("mismatch " + m));
        out.println("verified equal=" + report.isEqual() + " mails=" + report.mails());
    }

    private void event(Event event) {
        if (event instanceof Event.Started started) {
            out.println("started resumed=" + started.resumedMails());
            haltAt("started");
            if (arguments.containsKey("hold")) {
                hold();
            }
        } else if (event instanceof Event.Scanned) {
            haltAt("scanned");
        } else if (event instanceof Event.Reached reached) {
            out.println("reached " + reached.state());
            haltAt(reached.state().name());
        } else if (event instanceof Event.Done) {
            haltAt("done");
        }
    }

    /** Waits for the end of standard input. */
    private static void hold() {
        try {
            System.in.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void haltAt(String point) {
        if (point.equals(arguments.get("halt"))) {
            Runtime.getRuntime().halt(HALTED);
        }
    }

    /** Looks at what is recorded as often as it can. */
    private void haltAfterBatches(CheckpointStore store, String user) {
        String halt = arguments.getOrDefault("halt", "");
        if (!halt.matches("[0-9]+")) {
            return;
        }
        int batches = Integer.parseInt(halt);
        Thread watcher = new Thread(() -> {
            while (store.user(user).map(UserRecord::nextBatch).orElse(0) < batches
                    && store.user(user).map(u -> u.state() != UserState.DONE).orElse(true)) {
                Thread.onSpinWait();
            }
            Runtime.getRuntime().halt(HALTED);
        });
        watcher.setDaemon(true);
        watcher.start();
    }
}
