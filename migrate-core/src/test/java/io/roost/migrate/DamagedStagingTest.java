package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.migrate.MigrationException.Kind;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

/** Staging that somebody or a failing disk has been at between two runs: all is copied again, nothing is lost. */
class DamagedStagingTest {
    @TempDir
    Path temp;
    private Path home;
    private Migrations migrations;

    @BeforeEach
    void stopWithEverythingCopied() throws Exception {
        home = Files.createDirectory(temp.resolve("home"));
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        for (int i = 0; i < 60; i++) {
            maildir.mailbox(i % 3 == 0 ? "INBOX" : "Work").add(SampleMail.of("Subject: " + i + "\n\n" + "text\n".repeat(200)));
        }
        maildir.write();
        migrations = new Migrations(temp.resolve("state"));
        Settings d = migrations.settings;
        migrations.settings = new Settings(12_000, false, d.pop3UidlFormat(), false, 1, 5_000, d.finishAttempts());
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached reached && reached.state() == UserState.COPIED) {
                throw new IOException("stopped");
            }
        };
        assertThrows(AssertionError.class, () -> migrations.migrate(account()));
        migrations.onEvent = event -> { };
        assertTrue(Files.exists(storage().resolve("m.5")));
    }

    private Account account() throws Exception {
        return Migrations.account("anna", home);
    }

    private Path storage() {
        return home.resolve(".mdbox.roost/storage");
    }

    private void assertEnds(long copiedAgain) throws Exception {
        Result result = migrations.migrate(account());
        assertEquals(60, result.mails());
        assertEquals(copiedAgain, result.copiedMails());
        VerifyReport report = migrations.verify(account(), new ArrayList<>());
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        try (Stream<Path> all = Files.list(home)) {
            assertEquals(List.of("Maildir", "mdbox"), all.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }

    private void change(String file, long offset, int value) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(storage().resolve(file).toFile(), "rw")) {
            f.seek(offset);
            f.write(value);
        }
    }

    private void truncate(String file, long length) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(storage().resolve(file).toFile(), "rw")) {
            f.setLength(length);
        }
    }

    @Test
    void undamagedNothingIsCopiedAgain() throws Exception {
        assertEnds(0);
    }

    @Test
    void withoutItsStagingDirectory() throws Exception {
        assertEquals(0, new ProcessBuilder("rm", "-r", home.resolve(".mdbox.roost").toString()).start().waitFor());
        assertEnds(60);
    }

    @Test
    void withoutOneOfItsDataFiles() throws Exception {
        Files.delete(storage().resolve("m.2"));
        assertEnds(60);
    }

    @Test
    void withoutItsLastDataFile() throws Exception {
        try (Stream<Path> files = Files.list(storage())) {
            Files.delete(files.max(java.util.Comparator.comparing(p -> Integer.parseInt(p.getFileName().toString()
                    .substring(2)))).orElseThrow());
        }
        assertEnds(60);
    }

    @Test
    void withADataFileCutOff() throws Exception {
        truncate("m.1", Files.size(storage().resolve("m.1")) - 1);
        assertEnds(60);
    }

    @Test
    void withAnEmptyDataFile() throws Exception {
        truncate("m.3", 0);
        assertEnds(60);
    }

    @Test
    void withADirectoryInPlaceOfADataFile() throws Exception {
        Files.delete(storage().resolve("m.1"));
        Files.createDirectory(storage().resolve("m.1"));
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertTrue(e.getMessage().contains(storage().resolve("m.1") + ": Is a directory"), e.getMessage());
        Files.delete(storage().resolve("m.1"));
        assertEnds(60);
    }

    @Test
    void withMoreInADataFileThanWasRecorded() throws Exception {
        try (Stream<Path> files = Files.list(storage())) {
            for (Path file : files.toList()) {
                Files.write(file, "a mail that was never recorded".getBytes(), java.nio.file.StandardOpenOption.APPEND);
            }
        }
        // The last one is cut; of those before nobody can tell where they should have ended, but verification sees it.
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.MISMATCH, e.kind(), e::toString);
        assertEnds(60);
    }

    @Test
    void withDataFilesThatNobodyRecorded() throws Exception {
        Files.writeString(storage().resolve("m.77"), "left over");
        assertEnds(0);
    }

    @Test
    void withAnUnrecordedEndOfTheLastFile() throws Exception {
        try (Stream<Path> files = Files.list(storage())) {
            Path last = files.max(java.util.Comparator.comparing(p -> Integer.parseInt(p.getFileName().toString()
                    .substring(2)))).orElseThrow();
            Files.write(last, "half a mail".getBytes(), java.nio.file.StandardOpenOption.APPEND);
        }
        assertEnds(0);
    }

    @Test
    void withAByteOfAMailChanged() throws Exception {
        change("m.2", 600, 'X');
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertEquals(Kind.MISMATCH, e.kind(), e::toString);
        assertTrue(e.getMessage().contains("m.2") && e.getMessage().contains("nothing was published"), e.getMessage());
        assertEnds(60);
    }

    @Test
    void withAHeaderChanged() throws Exception {
        for (String file : List.of("m.1", "m.2")) {
            change(file, 16, 0);
        }
        MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
        assertTrue(e.getMessage().matches("(?s).*storage/m\\.[12] .*offset 16.*"), e.getMessage());
        assertEnds(60);
    }

    @Test
    void withTheLastFilesHeaderChanged() throws Exception {
        try (Stream<Path> files = Files.list(storage())) {
            Path last = files.max(java.util.Comparator.comparing(p -> Integer.parseInt(p.getFileName().toString()
                    .substring(2)))).orElseThrow();
            change(last.getFileName().toString(), 0, '?');
        }
        assertEnds(60);
    }
}
