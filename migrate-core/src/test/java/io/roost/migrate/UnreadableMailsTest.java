package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

/**
 * What cannot be read refuses the user with a list, or is left out and listed in the report. Files that another user's modes close
 * are in {@link OwnershipTest}: as root nothing is unreadable by mode.
 */
class UnreadableMailsTest {
    private static final int READABLE = 30;

    @TempDir
    Path temp;
    private Path home;
    private Migrations migrations;
    private final TreeSet<String> unreadable = new TreeSet<>();

    @BeforeEach
    void maildir() throws Exception {
        home = Files.createDirectory(temp.resolve("home"));
        migrations = new Migrations(temp.resolve("state"));
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        for (int i = 0; i < READABLE; i++) {
            maildir.mailbox(i % 2 == 0 ? "INBOX" : "Work").add(SampleMail.of("Subject: " + i + "\n\ntext\n"));
        }
        maildir.write();
    }

    private Account account() throws Exception {
        return Migrations.account("anna", home);
    }

    private Path odd(String path) {
        unreadable.add(home.resolve("Maildir").resolve(path).toString());
        return home.resolve("Maildir").resolve(path);
    }

    private void makeOddFiles() throws Exception {
        Files.createDirectory(odd("cur/1500000000.directory:2,S"));
        Files.createFile(Files.createDirectory(odd("new/1500000001.directory-with-file")).resolve("inside"));
        Files.createSymbolicLink(odd("cur/1500000002.link:2,"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(odd(".Work/new/1500000003.dangling"), Path.of("/nowhere"));
        assertEquals(0, new ProcessBuilder("mkfifo", odd(".Work/cur/1500000004.fifo:2,").toString()).start().waitFor());
        try (RandomAccessFile sparse = new RandomAccessFile(odd("cur/1500000005.larger-than-mdbox-can:2,").toFile(), "rw")) {
            sparse.setLength((4L << 30) + 1);
        }
    }

    private static TreeSet<String> paths(List<SourceProblem> problems) {
        return problems.stream().filter(p -> p.kind().severity() == SourceProblem.Severity.LOSS).map(SourceProblem::path)
                .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.map(p -> p.getFileName().toString()).filter(n -> !n.equals("Maildir")).sorted().toList();
        }
    }

    private void skipping() {
        migrations.settings = migrations.settings.withSkipUnreadable(true);
    }

    @Test
    void theUserIsRefusedWithTheList() throws Exception {
        makeOddFiles();
        unreadable.remove(home.resolve("Maildir/cur/1500000005.larger-than-mdbox-can:2,").toString());
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.SOURCE, e.kind());
        assertEquals(unreadable, paths(e.problems()));
        assertTrue(e.getMessage().matches("5 things cannot be carried over: [-a-z]+: \\w+: " + home + "/Maildir/.*: .* and 4 more; .*"
                + "--skip-unreadable"), e.getMessage());
        assertFalse(Files.exists(home.resolve("mdbox")));
        try (CheckpointStore store = CheckpointStore.openReadOnly(temp.resolve("state").toString()).orElseThrow()) {
            int user = store.user("anna").orElseThrow().number();
            assertEquals(unreadable, store.problems(user).stream().map(p -> p.path()).filter(unreadable::contains)
                    .collect(java.util.stream.Collectors.toCollection(TreeSet::new)));
        }
    }

    @Test
    void aMailThatIsTooLargeRefusesTheUserWhenAllOthersAreCopied() throws Exception {
        try (RandomAccessFile sparse = new RandomAccessFile(odd("cur/1500000005.larger-than-mdbox-can:2,").toFile(), "rw")) {
            sparse.setLength((4L << 30) + 1);
        }
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.SOURCE, e.kind());
        assertEquals(unreadable, paths(e.problems()));
        assertTrue(e.getMessage().contains("too large for mdbox"), e.getMessage());
        assertEquals(List.of(".mdbox.roost"), beside());

        // What is copied stays copied once the cause is gone.
        Files.delete(Path.of(unreadable.first()));
        Result result = migrations.migrate(account());
        assertEquals(READABLE, result.mails());
        assertEquals(0, result.copiedMails());
        assertEquals(List.of(), result.skipped());
    }

    @Test
    void withLeaveToSkipAllOthersAreThereAndTheReportHasTheList() throws Exception {
        makeOddFiles();
        skipping();
        Result result = migrations.migrate(account());
        assertEquals(READABLE, result.mails());
        assertEquals(unreadable, paths(result.skipped()));
        List<FileFate> fates = new ArrayList<>();
        VerifyReport report = migrations.verify(account(), fates);
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        assertEquals(READABLE, report.mails());
        TreeSet<String> told = paths(report.problems());
        fates.stream().filter(f -> f.fate() == FileFate.Fate.REJECTED).forEach(f -> told.add(home + "/Maildir/" + f.file()));
        assertTrue(told.containsAll(unreadable), () -> told + " instead of " + unreadable);
        assertEquals(READABLE, fates.stream().filter(f -> f.fate() == FileFate.Fate.MIGRATED).count());
    }

    @Test
    void theReportOfARunThatEndsAKilledOneHasTheListToo() throws Exception {
        makeOddFiles();
        for (String point : new String[] {"PUBLISHED", "DONE"}) {
            SeparateMigration migration = new SeparateMigration(temp.resolve("state"), "anna", home).set("skip", "1");
            assertTrue(migration.run("halt=" + point).wasKilled());
            Ended last = migration.run();
            assertTrue(last.succeeded(), last::toString);
            TreeSet<String> skipped = new TreeSet<>();
            last.lines().stream().filter(l -> l.startsWith("skipped ")).forEach(l -> unreadable.stream().filter(l::contains)
                    .forEach(skipped::add));
            assertEquals(unreadable, skipped, point);
            assertTrue(last.line("result").contains("mails=" + READABLE), last::toString);
            assertEquals(0, new ProcessBuilder("rm", "-r", home.resolve("mdbox").toString()).start().waitFor());
        }
    }

    @Test
    void whatCanBeReadInTheEndIsNotReportedAsSkipped() throws Exception {
        skipping();
        Path mail = home.resolve("Maildir/cur/1500000000.later:2,S");
        Files.createDirectory(mail);
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached reached && reached.state() == io.roost.checkpoint.UserState.COPIED) {
                Files.delete(mail);
                Files.writeString(mail, "Subject: restored\n\nbody\n");
            }
        };
        Result result = migrations.migrate(account());
        assertEquals(READABLE + 1, result.mails());
        assertEquals(List.of(), result.skipped());
    }

    @Test
    void aMailboxThatIsASymbolicLinkIsRefusedOrSkipped() throws Exception {
        Path elsewhere = temp.resolve("elsewhere");
        Files.move(home.resolve("Maildir/.Work"), elsewhere);
        Files.createSymbolicLink(home.resolve("Maildir/.Work"), elsewhere);
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.SOURCE, e.kind());
        assertTrue(e.getMessage().contains(home + "/Maildir/.Work"), e.getMessage());
        skipping();
        Result result = migrations.migrate(account());
        assertEquals(READABLE / 2, result.mails());
        assertTrue(paths(result.skipped()).contains(home + "/Maildir/.Work"), () -> result.skipped().toString());
    }
}
