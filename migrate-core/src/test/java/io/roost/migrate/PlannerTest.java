package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.Pop3UidlFormat;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;

class PlannerTest {
    @TempDir
    Path home;

    private Plan plan(Settings settings) throws Exception {
        return new Planner(Migrations.account("anna", home), settings).plan();
    }

    private static List<SourceProblem> of(Plan plan, Kind kind) {
        return plan.problems().stream().filter(p -> p.kind() == kind).toList();
    }

    @Test
    void saysWhatAMigrationThenDoes() throws Exception {
        MaildirSample.of(home.resolve("Maildir"), 7, 50).write();
        Settings small = new Settings(20_000, false, Settings.defaults().pop3UidlFormat(), false, 4, 1 << 20, 5);
        Plan plan = plan(small);
        assertTrue(plan.isClean(), () -> plan.obstacles() + " " + plan.problems());

        Migrations migrations = new Migrations(home.resolve("state"));
        migrations.settings = small;
        Result result = migrations.migrate(Migrations.account("anna", home));

        assertEquals(result.mailboxes(), plan.mailboxes().size());
        assertEquals(result.mails(), plan.mails());
        assertEquals(result.bytes(), plan.bytes());
        assertEquals(result.dataFiles(), plan.dataFiles());
        long written;
        try (Stream<Path> files = Files.list(home.resolve("mdbox/storage"))) {
            written = files.filter(f -> f.getFileName().toString().startsWith("m.")).mapToLong(f -> f.toFile().length()).sum();
        }
        assertEquals(written, plan.dataBytes(), written * 0.05);
    }

    @Test
    void countsUnseenAndKeywords() throws Exception {
        Path cur = Files.createDirectories(home.resolve("Maildir/cur"));
        Files.createDirectories(home.resolve("Maildir/new"));
        Files.writeString(cur.resolve("1.M1.h:2,Sa"), "a\n");
        Files.writeString(cur.resolve("2.M1.h:2,a"), "b\n");
        Files.writeString(cur.resolve("3.M1.h:2,"), "c\n");
        Files.writeString(home.resolve("Maildir/dovecot-keywords"), "0 Work\n1 Unused\n");
        Plan.Mailbox inbox = plan(Settings.defaults()).mailboxes().get(0);
        assertEquals(3, inbox.mails());
        assertEquals(6, inbox.bytes());
        assertEquals(2, inbox.unseen());
        assertEquals(List.of("Work"), inbox.keywords());
        assertEquals(4, inbox.uidNext());
    }

    @Test
    void writesNothingAndTouchesNothing() throws Exception {
        MaildirSample.of(home.resolve("Maildir"), 7, 5).write();
        List<String> before = MaildirBuilder.fingerprint(home);
        plan(Settings.defaults());
        assertEquals(before, MaildirBuilder.fingerprint(home));
    }

    @Test
    void namesWhatIsWrong() throws Exception {
        Path cur = Files.createDirectories(home.resolve("Maildir/cur"));
        Files.createDirectories(home.resolve("Maildir/new"));
        Files.writeString(cur.resolve("1.M1.h,S=99:2,S"), "four");
        Files.createSymbolicLink(cur.resolve("2.M1.h:2,S"), cur.resolve("1.M1.h,S=99:2,S"));
        Files.createDirectory(cur.resolve("3.M1.h:2,S"));
        Files.writeString(home.resolve("Maildir/dovecot-uidlist"), "3 V1500000000 N9\n5 :gone.M1.h\n", StandardCharsets.US_ASCII);
        Files.createDirectories(home.resolve("Maildir/.~odd/cur"));
        Files.createDirectories(home.resolve("mdbox/storage"));
        Plan plan = plan(Settings.defaults());
        assertFalse(plan.isClean());
        assertEquals("the file name says S=99, the file has 4 bytes", of(plan, Kind.WRONG_SIZE).get(0).detail());
        assertEquals(1, of(plan, Kind.SYMLINK).size(), () -> plan.problems().toString());
        assertEquals(1, of(plan, Kind.NOT_A_FILE).size());
        assertEquals(1, of(plan, Kind.STALE_ENTRY).size());
        assertEquals(1, of(plan, Kind.BAD_MAILBOX_NAME).size());
        assertEquals(SourceProblem.Severity.LOSS, plan.problems().get(0).kind().severity());
        assertTrue(plan.obstacles().get(0).contains("mdbox already exists"), () -> plan.obstacles().toString());
    }

    @Test
    void saysWhatHappensToPop3Uidls() throws Exception {
        Path cur = Files.createDirectories(home.resolve("Maildir/cur"));
        Files.createDirectories(home.resolve("Maildir/new"));
        Files.writeString(cur.resolve("1.M1.h:2,S"), "x\n");
        Settings d = Settings.defaults();
        Plan plan = plan(new Settings(d.rotateSize(), false, Pop3UidlFormat.of("%f"), false, 1, 1, 1));
        assertEquals(1, of(plan, Kind.POP3_UIDL).size());
        Plan impossible = plan(new Settings(d.rotateSize(), false, Pop3UidlFormat.of("%m"), false, 1, 1, 1));
        assertTrue(impossible.obstacles().get(0).startsWith("pop3_uidl_format = %m"));
    }

    @Test
    void measuresBeforeItEstimates() throws Exception {
        MaildirSample.of(home.resolve("Maildir"), 7, 100).write();
        Plan.Estimate estimate = plan(Settings.defaults()).estimate();
        assertTrue(estimate.sampleMails() >= 100, estimate::toString);
        assertTrue(estimate.sampleBytes() > 0);
        assertTrue(estimate.lowSeconds() <= estimate.highSeconds());
    }
}
