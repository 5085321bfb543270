package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MailboxBuilder;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/**
 * Control files that are cut off or no longer what they were, a mailbox for each: either all is shown as Dovecot shows it, or the
 * user is refused, the file named, and nothing lost once that is skipped.
 */
@RequiresDovecot
class DamagedControlFilesTest {
    private static final int TESTS = 10;
    private static final int MAILS = 6;
    private static final String HEADER = "3 V1500000000 N9 G00000000000000000123456789abcdef\n";
    /** Damages by name; of bytes as ISO 8859-1. */
    private static final Map<String, UnaryOperator<String>> DAMAGES = new TreeMap<>(Map.of(
            "empty", s -> "",
            "halved", s -> s.substring(0, s.length() / 2),
            "short", s -> s.substring(0, s.length() - 5),
            "zeros", s -> "\0".repeat(s.length()),
            "zerotail", s -> s + "\0".repeat(4096),
            "garbage", s -> "garbage \u00ff\u0000\n".repeat(50),
            "middle", s -> s.substring(0, s.length() / 2) + "\u00ff\u00ff\u00ff\u00ff" + s.substring(s.length() / 2 + 4)));

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;
    private static int used;
    private String user;
    private SideBySide maildir;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").numberedUsers(TESTS).start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @BeforeEach
    void next() {
        user = "u" + used++;
        maildir = new SideBySide(dovecot, user, state, "");
    }

    /** A Maildir with these mailboxes and an INBOX, each with a few mails. */
    private Path mailboxes(Iterable<String> names) throws Exception {
        MaildirBuilder builder = maildir.builder().subscribe("INBOX", "Work");
        List<String> all = new ArrayList<>(List.of("INBOX"));
        names.forEach(all::add);
        for (String name : all) {
            MailboxBuilder mailbox = builder.mailbox(name);
            for (int i = 0; i < MAILS; i++) {
                mailbox.add(SampleMail.of("Subject: mail " + i + "\n\n" + name + "x\n".repeat(i)).flags(i % 2 == 0 ? "S" : "F")
                        .keywords(i % 3 == 0 ? new String[0] : new String[] {"Kw" + i % 3}));
            }
        }
        Path root = builder.write();
        dovecot.own(root);
        return root;
    }

    /** Lets Dovecot write indexes and caches. */
    private void use(Iterable<String> mailboxes) throws Exception {
        for (String fields : List.of("uid date.received date.saved size.virtual", "hdr flags")) {
            dovecot.doveadm("-o", "mail=maildir:~/Maildir", "fetch", "-u", user, fields, "ALL").succeeded();
        }
        // so that it writes the index after every change, not after many
        dovecot.doveadm("-o", "mail=maildir:~/Maildir", "-o", "mail_index_rewrite_min_log_bytes=1", "-o",
                "mail_index_rewrite_max_log_bytes=2", "flags", "add", "-u", user, "\\Answered Late", "uid", "3").succeeded();
    }

    private static void damage(Path file, UnaryOperator<String> damage) throws IOException {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, damage.apply(content), StandardCharsets.ISO_8859_1);
    }

    private static List<String> content(MailboxView view, String mailbox) {
        return view.mails(mailbox).stream().map(l -> MailboxView.field(l, "flags") + MailboxView.field(l, "sha256")).sorted().toList();
    }

    @Test
    void aDamagedIndexCostsNothing() throws Exception {
        List<String> names = DAMAGES.keySet().stream().flatMap(d -> Stream.of(d + "-index", d + "-index.log",
                d + "-index.cache").map(n -> n.replace('.', '_'))).toList();
        Path root = mailboxes(names);
        use(names);
        for (String name : names) {
            String[] parts = name.split("-");
            damage(root.resolve("." + name + "/dovecot." + parts[1].replace('_', '.')), DAMAGES.get(parts[0]));
        }
        MailboxView shown = maildir.shownByDovecot();
        assertEquals(MAILS * (names.size() + 1), maildir.migrate(false).mails());
        MailboxView migrated = maildir.migrated();
        for (String name : names) {
            if (name.equals("short-index")) {
                // Dovecot takes the mail whose record is cut off for an expunged one, and gives it a new UID.
                assertEquals(shown.mails(name).subList(0, MAILS - 1), migrated.mails(name).subList(0, MAILS - 1));
                assertEquals(6, MigratedUser.uids(migrated, name).get(MAILS - 1));
            } else {
                assertEquals(shown.mails(name), migrated.mails(name), name);
                assertEquals(MigratedUser.status(shown, name, "uidnext"), MigratedUser.status(migrated, name, "uidnext"), name);
            }
        }
    }

    @Test
    void aDamagedUidlistRefusesTheUserWhereUidsWouldBeLost() throws Exception {
        Path root = mailboxes(DAMAGES.keySet());
        for (String name : DAMAGES.keySet()) {
            damage(root.resolve("." + name + "/dovecot-uidlist"), DAMAGES.get(name));
        }
        MailboxView shown = maildir.shownByDovecot(Ignoring.MAILBOX_GUID);

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));

        assertTrue(e.problems().stream().allMatch(p -> p.kind() == Kind.CORRUPT_UIDLIST), e.problems()::toString);
        assertEquals(List.of("garbage"), e.problems().stream().map(SourceProblem::mailbox).sorted().toList());
        assertEquals(MAILS * (DAMAGES.size() + 1), maildir.migrate(true).mails());
        MailboxView migrated = maildir.migrated(Ignoring.MAILBOX_GUID);
        for (String name : DAMAGES.keySet()) {
            assertEquals(content(shown, name), content(migrated, name), name);
        }
        for (String name : List.of("halved", "short", "middle", "zerotail")) {
            // Mails without a whole line get some new UID, with Dovecot one that depends on how often it has tried.
            List<String> known = shown.mails(name).stream().filter(l -> l.matches(".* uid=000000000[1-6] .*")).toList();
            assertTrue(known.size() >= 2 && migrated.mails(name).containsAll(known), migrated::toString);
            assertEquals(MigratedUser.status(shown, name, "uidvalidity"), MigratedUser.status(migrated, name, "uidvalidity"));
        }
    }

    /** Each breaks a rule, and Dovecot then numbers the mails anew. */
    @Test
    void aUidlistThatBreaksARuleRefusesTheUser() throws Exception {
        String[] uidlists = {"2 V1500000000 N9\n1 :NAME0\n", "3 V0 N9\n1 :NAME0\n", "3 V1500000000\n1 :NAME0\n",
                "1 1500000000 9\n9 NAME0\n",
            HEADER + "2 :NAME0\n1 :NAME1\n", HEADER + "1 :NAME0\n1 :NAME1\n", HEADER + "0 :NAME0\n", HEADER + "4294967295 :NAME0\n",
            HEADER + "99999999999999999999 :NAME0\n", HEADER + "1 :../NAME0\n", HEADER + "1 NAME0\n", HEADER + "x :NAME0\n", HEADER + "\n",
            HEADER + "1 :\n", HEADER + "-1 :NAME0\n", "3 V1500000000 N9 Gshort\n1 :NAME0\n"};
        List<String> names = new ArrayList<>();
        for (int i = 0; i < uidlists.length; i++) {
            names.add("rule" + i);
        }
        Path root = mailboxes(names);
        for (int i = 0; i < uidlists.length; i++) {
            Path mailbox = root.resolve(".rule" + i);
            List<String> files = Stream.of(mailbox.resolve("cur").toFile().list()).sorted().toList();
            Files.writeString(mailbox.resolve("dovecot-uidlist"), uidlists[i].replace("NAME0", files.get(0))
                    .replace("NAME1", files.get(1)));
        }

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));

        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        for (String name : names) {
            assertEquals(List.of(Kind.CORRUPT_UIDLIST), e.problems().stream().filter(p -> p.mailbox().equals(name)
                    && p.path().equals(root + "/." + name + "/dovecot-uidlist")).map(SourceProblem::kind).toList(), name);
        }
        assertEquals(MAILS * (names.size() + 1), maildir.migrate(true).mails());
        MailboxView migrated = maildir.migrated();
        names.forEach(name -> assertEquals(MAILS, migrated.mails(name).size(), name));
    }

    @Test
    void harmlessOdditiesOfAUidlistAreReadAsDovecotReadsThem() throws Exception {
        Path cur = mailboxes(List.of()).resolve("cur");
        List<String> files = Stream.of(cur.toFile().list()).map(n -> n.substring(0, n.indexOf(':'))).sorted().toList();
        maildir.write("dovecot-uidlist", "3 X1 V1500000000 Pfoo N1   G00000000000000000123456789abcdef Q\n"
                + "5 :1390000000.gone\n6 S5 W6 X7 :" + files.get(0) + ":2,FRS\n70   Y1    Z2 :" + files.get(1) + "\n80 Gguid with :"
                + files.get(2) + "\n90 :" + files.get(3) + "\n91 :" + files.get(3) + "\n92 :14000002");
        MailboxView shown = maildir.shownByDovecot();
        assertEquals(MAILS, maildir.migrate(false).mails());
        MailboxView migrated = maildir.migrated();
        assertEquals(shown.mails("INBOX").subList(0, 4), migrated.mails("INBOX").subList(0, 4));
        assertEquals(content(shown, "INBOX"), content(migrated, "INBOX"));
    }

    @Test
    void keywordsAreReadAsDovecotReadsThem() throws Exception {
        Path root = mailboxes(List.of());
        for (char letter = 'a'; letter <= 'o'; letter++) {
            Files.writeString(root.resolve("cur/15000000" + (int) letter + ".x:2," + letter), "Subject: " + letter + "\n\n");
        }
        maildir.write("dovecot-keywords", "0 Kw1\n1 Kw1\n1 Kw2\n2\n3 a/b/../c\n4 with space\n5 \n26 out\n-1 neg\nx y\n6 ctl\u0001\u0007\n"
                + "7 tab\tx\n8 " + "long".repeat(100) + "\n9 \u00e4\u00ff\n10 a\0b\n11 *%\\\"\n12 last without line end");
        MailboxView shown = maildir.shownByDovecot();
        maildir.migrate(false);
        MailboxView.assertSame(shown, maildir.migrated());
    }

    @Test
    void subscriptionsThatNameNothingAreLeftOut() throws Exception {
        mailboxes(List.of("Work"));
        maildir.write("subscriptions", "V\t2\n\nWork\n../../etc\n..\n/etc/passwd\nA\t..\tB\n\nA\t\tB\n~x\ndbox-Mails\n&AC8-x\ninv&alid\n"
                + "Deep\tbelow\n\u0001x\nINBOX\n" + "long".repeat(1100) + "\n");
        Result result = maildir.migrate(false);
        assertEquals(List.of("subscribed Deep/below", "subscribed INBOX", "subscribed Work"),
                maildir.migrated().lines().stream().filter(l -> l.startsWith("subscribed ")).toList());
        assertTrue(result.notes().stream().allMatch(p -> p.kind() == Kind.CORRUPT_SUBSCRIPTIONS), result.notes()::toString);
        assertEquals(12, result.notes().size(), result.notes()::toString);
    }

    /** A directory or a link instead of a file is never followed; what hangs on it is refused or, where nothing is lost, told. */
    @Test
    void directoriesAndLinksInsteadOfControlFiles() throws Exception {
        List<String> files = List.of("dovecot-uidlist", "dovecot-keywords", "dovecot.index.log", "dovecot.index.cache", "dovecot-acl");
        Map<String, Path> replaced = new TreeMap<>();
        for (String file : files) {
            replaced.put(file.replace('.', '-') + "-link", Path.of(file));
            replaced.put(file.replace('.', '-') + "-directory", Path.of(file));
        }
        Path root = mailboxes(replaced.keySet());
        use(replaced.keySet());
        Path secret = root.resolveSibling("secret");
        Files.writeString(secret, "somebody else's");
        replaced.replaceAll((mailbox, file) -> root.resolve("." + mailbox).resolve(file));
        replaced.put("link", root.resolve("subscriptions"));
        replaced.put("directory", root.resolve("dovecot-uidvalidity"));
        for (Map.Entry<String, Path> entry : replaced.entrySet()) {
            Files.deleteIfExists(entry.getValue());
            if (entry.getKey().endsWith("link")) {
                Files.createSymbolicLink(entry.getValue(), secret);
            } else {
                Files.createDirectory(entry.getValue());
            }
        }

        MigrationException e = assertThrows(MigrationException.class, () -> maildir.migrate(false));

        assertEquals(MigrationException.Kind.SOURCE, e.kind(), e::getMessage);
        for (String name : List.of("dovecot-uidlist-link", "dovecot-uidlist-directory", "link")) {
            Path path = replaced.get(name);
            assertTrue(e.problems().stream().anyMatch(p -> p.path().equals(path.toString())), () -> path + " in " + e.problems());
        }
        assertEquals(MAILS * (files.size() * 2 + 1), maildir.migrate(true).mails());
        assertEquals(MAILS * (files.size() * 2 + 1), maildir.migrated().mailCount());
        try (Stream<Path> all = Files.walk(root.resolveSibling("mdbox"))) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                assertFalse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("somebody else's"), file::toString);
            }
        }
    }
}
