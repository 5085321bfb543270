package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.mdbox.MapIndex;
import io.roost.migrate.SeparateMigration.Ended;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DoveadmResult;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;

/** What users do to their Maildir between a run that was killed and the one that ends it; the Maildir's end state is what counts. */
@RequiresDovecot
class ChangedMeanwhileTest {
    private static final int TESTS = 8;

    private static DovecotInstance dovecot;
    private static int used;
    @TempDir
    Path temp;
    private String user;
    private SeparateMigration migration;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("maildir:~/Maildir").numberedUsers(TESTS).start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (dovecot != null) {
            dovecot.close();
        }
    }

    @BeforeEach
    void sample() throws Exception {
        user = "u" + used++;
        MaildirSample.of(maildir(), 13, 12).write();
        dovecot.own(maildir());
        migration = new SeparateMigration(temp.resolve("state"), user, dovecot.home(user));
        dovecot.forgetLog();
    }

    private Path maildir() {
        return dovecot.home(user).resolve("Maildir");
    }

    private void kill(String point) throws Exception {
        Ended killed = migration.run("halt=" + point);
        assertTrue(killed.wasKilled(), killed::toString);
    }

    /** Ends the migration; Dovecot must show the same of both then. */
    private Ended end() throws Exception {
        MailboxView before = MailboxView.of(dovecot, user);
        dovecot.assertLogClean();
        List<String> source = MaildirBuilder.fingerprint(maildir());
        Ended last = migration.run("verify=1");
        assertTrue(last.line("verified").startsWith("equal=true mails=" + before.mailCount()), last::toString);
        assertEquals(source, MaildirBuilder.fingerprint(maildir()));
        MailboxView.assertSame(before, mdbox());
        dovecot.assertLogClean();
        return last;
    }

    private MailboxView mdbox(Ignoring... ignoring) throws IOException {
        return MailboxView.at(dovecot, user, "mdbox:~/mdbox", ignoring);
    }

    private void doveadm(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of("-o", "mail=mdbox:~/mdbox"));
        all.addAll(List.of(command));
        dovecot.doveadm(all.toArray(String[]::new)).succeeded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "COPIED", "VERIFIED"})
    void everythingThatClientsDo(String point) throws Exception {
        kill(point);
        try (ImapClient imap = dovecot.imap(user)) {
            imap.command("SELECT INBOX");
            imap.command("STORE 1:5 +FLAGS (\\Flagged New-Keyword)");
            imap.command("STORE 6:8 -FLAGS (\\Seen)");
            imap.command("COPY 2:9 Sent");
            imap.command("STORE 10:12 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
            imap.command("SELECT Work");
            imap.command("STORE 1:* +FLAGS (\\Answered)");
            imap.command("UID MOVE 3:6 Archive");
            imap.command("CREATE Fresh/Nested");
            imap.command("RENAME Sent \"Sent before\"");
            imap.command("DELETE Deep/a/b/c");
            imap.command("SUBSCRIBE Fresh/Nested");
            imap.command("UNSUBSCRIBE Work");
            imap.append("Fresh/Nested", "(\\Seen) \"01-Jan-2020 10:00:00 +0000\"", "Subject: appended\r\n\r\nbody\r\n");
            imap.append("INBOX", "", "Subject: appended too\r\n\r\nbody\r\n");
        }
        dovecot.lmtp(user, "From: a@example.org\nSubject: delivered\n\nbody\n");
        end();
    }

    @Test
    void runsThatAreKilledOneAfterTheOtherWhileTheUserGoesOn() throws Exception {
        for (String point : new String[] {"2", "scanned", "COPIED", "FINISHED", "VERIFIED"}) {
            kill(point);
            try (ImapClient imap = dovecot.imap(user)) {
                imap.command("SELECT INBOX");
                imap.command("STORE 1 +FLAGS (kw-" + point + ")");
                imap.command("STORE 2 +FLAGS (\\Deleted)");
                imap.command("EXPUNGE");
                imap.append("INBOX", "", "Subject: after " + point + "\r\n\r\nbody\r\n");
            }
        }
        end();
    }

    @Test
    void anExpungedMailIsLeftToPurgeAndNoRebuildBringsItBack() throws Exception {
        kill("COPIED");
        int expunged = 0;
        List<String> gone = new ArrayList<>();
        try (Stream<Path> files = Files.list(maildir().resolve(".Sent/cur"))) {
            for (Path file : files.sorted().limit(7).toList()) {
                gone.add(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1));
                Files.delete(file);
                expunged++;
            }
        }
        // Dovecot's look at the Maildir, in end(), is what syncs the expunges.
        end();
        assertEquals(expunged, zeroReferences());
        // A rebuild counts as a change.
        MailboxView before = mdbox(Ignoring.HIGHEST_MODSEQ);
        long size = dataBytes();

        rebuild();
        MailboxView.assertSame(before, mdbox(Ignoring.HIGHEST_MODSEQ));
        // Of records with one GUID a rebuild leaves one in use.
        assertTrue(zeroReferences() >= expunged);

        doveadm("purge", "-u", user);
        assertEquals(0, zeroReferences());
        assertTrue(dataBytes() <= size - gone.stream().mapToLong(String::length).sum());
        rebuild();
        MailboxView.assertSame(before, mdbox(Ignoring.HIGHEST_MODSEQ));
        dovecot.assertLogClean();
    }

    /** Dovecot says so when it is told to rebuild, and must say nothing else. */
    private void rebuild() throws IOException {
        DoveadmResult result = dovecot.doveadm("-o", "mail=mdbox:~/mdbox", "force-resync", "-u", user, "*");
        assertEquals(0, result.exit());
        assertEquals("", result.stderr().lines().filter(l -> !l.contains("Warning: fscking index file ")
                && !l.endsWith("/mdbox/storage: rebuilding indexes")).collect(Collectors.joining("\n")));
        dovecot.forgetLog();
    }

    private long zeroReferences() throws IOException {
        try (OpenDirectory storage = OpenDirectory.open(ByteString.ofText(dovecot.home(user).resolve("mdbox/storage").toString()))) {
            MapIndex map = MapIndex.read(storage);
            long n = 0;
            for (int i = 0; i < map.size(); i++) {
                n += map.refcount(i) == 0 ? 1 : 0;
            }
            return n;
        }
    }

    private long dataBytes() throws IOException {
        try (Stream<Path> files = Files.list(dovecot.home(user).resolve("mdbox/storage"))) {
            return files.filter(f -> f.getFileName().toString().startsWith("m.")).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    @Test
    void aMailboxThatWasRenamedIsNotStoredTwice() throws Exception {
        kill("COPIED");
        Files.move(maildir().resolve(".Sent"), maildir().resolve(".Posted"));
        end();
        assertEquals(0, zeroReferences());
    }

    @Test
    void aMailThatWasReplacedByAnotherOfItsNameBesideIt() throws Exception {
        kill("COPIED");
        // The same base name in new/ as in cur/: what a broken restore leaves. Both are mails.
        try (Stream<Path> files = Files.list(maildir().resolve(".Sent/cur"))) {
            Path one = files.sorted().findFirst().orElseThrow();
            String base = one.getFileName().toString().replaceFirst(":2,.*", "");
            Files.writeString(maildir().resolve(".Sent/new").resolve(base), "Subject: another\n\nof the same name\n");
        }
        dovecot.own(maildir());
        Ended last = migration.run("verify=1");
        assertTrue(last.line("verified").startsWith("equal=true"), last::toString);
        MailboxView view = MailboxView.at(dovecot, user, "mdbox:~/mdbox");
        assertEquals(13, view.mails("Sent").size());
        assertEquals(13, view.mails("Sent").stream().map(l -> MailboxView.field(l, "sha256")).distinct().count());
        dovecot.assertLogClean();
    }
}
