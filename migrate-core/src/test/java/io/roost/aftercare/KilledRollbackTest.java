package io.roost.aftercare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.gate.Gate;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.migrate.UserMigration;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirSample;
import io.roost.testing.RequiresDovecot;

/** A rollback that is killed at each of its steps; the next one ends it, and every mail is there once. */
@RequiresDovecot
@Timeout(300)
class KilledRollbackTest {
    private static final List<String> STEPS = List.of("gate closed", "nobody is there", "mails that had other UIDs", "synced", "verified",
            RollbackProcess.REVERTED, "switched to Maildir", "gate open", RollbackProcess.IN_FORCE);

    @TempDir
    Path temp;
    private Path gates;

    /** Those after which the most is half done. */
    @Test
    void atSomeSteps() throws Exception {
        killedAt(List.of("mails that had other UIDs", RollbackProcess.REVERTED, "gate open"));
    }

    @Test
    @Tag("soak")
    void atEachStep() throws Exception {
        killedAt(STEPS);
    }

    private static boolean isBefore(String step, String other) {
        return STEPS.indexOf(step) < STEPS.indexOf(other);
    }

    private void killedAt(List<String> steps) throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        gates = Files.createDirectory(temp.resolve("gates"));
        Path dict = Files.writeString(temp.resolve("gate.conf.ext"), "uri = fs:posix:prefix=" + gates + "/\niterate_disable = yes\n"
                + "key gate {\n  key = %{sha256:user}\n  format = json\n}\nuserdb_objects = gate\n");
        Map<String, String> stops = new TreeMap<>();
        for (String step : steps) {
            stops.put("user" + stops.size(), step);
        }
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users(stops.keySet().toArray(String[]::new))
                .before("userdb {\n  driver = dict\n  args = " + dict + "\n}").start()) {
            Path directory = dovecot.config().getParent();
            Instant migrated = Instant.now();
            migrate(dovecot, stops.keySet());
            Map<String, List<String>> before = new TreeMap<>();
            for (String user : stops.keySet()) {
                use(dovecot, user);
                before.put(user, shown(dovecot, user));
            }
            RollbackProcess.kill(directory, gates, dovecot.mailUid(), migrated, stops, temp.resolve("out").toFile());

            Gate gate = RollbackProcess.gate(directory, gates);
            assertEquals(stops.keySet().stream().filter(user -> isBefore(stops.get(user), "gate open")).collect(Collectors.toSet()),
                    gate.liftAbandoned(Instant.now()).stream().map(entry -> entry.user()).collect(Collectors.toSet()));
            UserdbSwitch userdb = RollbackProcess.userdb(directory);
            for (String user : stops.keySet()) {
                boolean isMdbox = userdb.field(user).isPresent();
                assertEquals(isBefore(stops.get(user), RollbackProcess.REVERTED), isMdbox, user);
                awaitMail(dovecot, user, isMdbox ? "mdbox:~/mdbox" : "maildir:~/Maildir");
                // life goes on, wherever that is
                dovecot.lmtp(user, "Subject: between\n\nx\n");
                dovecot.doveadm("flags", "add", "-u", user, "\\Flagged", "mailbox", "INBOX", "subject", "second").succeeded();
                dovecot.doveadm("expunge", "-u", user, "mailbox", "INBOX", "subject", "first").succeeded();
            }
            for (String user : stops.keySet()) {
                Account account = RollbackProcess.account(directory, user, dovecot.mailUid());
                RollbackProcess.rollback(directory, gates, account, migrated, step -> { }).run(userdb.field(user).isPresent(),
                        Optional.empty());
            }
            for (String user : stops.keySet()) {
                awaitMail(dovecot, user, "maildir:~/Maildir");
                List<String> expected = new ArrayList<>(before.get(user).stream().filter(line -> !line.endsWith("\tfirst"))
                        .map(line -> line.endsWith("\tsecond") ? line.replace("\t\t", "\t\\Flagged\t") : line).toList());
                List<String> now = shown(dovecot, user);
                assertEquals(1, now.stream().filter(line -> line.endsWith("\tbetween")).count(), user + now);
                List<String> found = now.stream().filter(line -> !line.endsWith("\tbetween")).toList();
                assertEquals(List.of(), expected.stream().filter(line -> !found.contains(line)).toList(), stops.get(user) + ": gone");
                assertEquals(List.of(), found.stream().filter(line -> !expected.contains(line)).toList(), stops.get(user) + ": new");
                assertEquals(expected.size(), found.size(), user);
                try (Stream<Path> all = Files.list(dovecot.home(user))) {
                    List<String> names = all.map(path -> path.getFileName().toString()).sorted().toList();
                    assertEquals(3, names.size(), names::toString);
                    assertTrue(names.contains("Maildir") && names.contains(".roost-trash") && names.stream()
                            .anyMatch(name -> name.startsWith("mdbox.rolled-back-")), names::toString);
                }
            }
            assertEquals(List.of(), gate.entries());
        }
    }

    private void migrate(DovecotInstance dovecot, Set<String> users) throws Exception {
        Path directory = dovecot.config().getParent();
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            for (String user : users) {
                MaildirSample.of(dovecot.home(user).resolve("Maildir"), user.hashCode(), 2).write();
                dovecot.own(dovecot.home(user));
                Account account = RollbackProcess.account(directory, user, dovecot.mailUid());
                new UserMigration(account, Settings.defaults(), store, event -> { }).run();
                RollbackProcess.userdb(directory).apply(RollbackProcess.change(account));
            }
        }
        for (String user : users) {
            awaitMail(dovecot, user, "mdbox:~/mdbox");
        }
    }

    /** Two mails, and between them one that came late in the cutover: its UID in the Maildir is that of the first. */
    private static void use(DovecotInstance dovecot, String user) throws IOException {
        dovecot.lmtp(user, "Subject: first\n\nx\n");
        Path home = dovecot.home(user);
        Path small = home.resolve("small");
        for (String each : List.of("cur", "new", "tmp")) {
            Files.createDirectories(small.resolve(each));
        }
        for (Path maildir : List.of(home.resolve("Maildir"), small)) {
            dovecot.own(Files.writeString(maildir.resolve("new/1700000000.M1P1.late"), "Subject: late\n\nx\n"));
        }
        dovecot.own(small);
        dovecot.doveadm("import", "-u", user, "maildir:" + small, "", "ALL").succeeded();
        try (Stream<Path> all = Files.walk(small)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
        dovecot.lmtp(user, "Subject: second\n\nx\n");
    }

    private static List<String> shown(DovecotInstance dovecot, String user) throws IOException {
        return dovecot.doveadm("-f", "tab", "fetch", "-u", user, "mailbox uid flags date.received hdr.subject", "ALL").succeeded().lines()
                .stream().skip(1).map(line -> line.replace("\\Recent", "").replace(" \t", "\t").replace("\t ", "\t")).sorted().toList();
    }

    private static void awaitMail(DovecotInstance dovecot, String user, String location) throws Exception {
        while (!dovecot.doveadm("user", "-f", "mail", user).text().strip().equals(location)) {
            Thread.sleep(20);
        }
    }
}
