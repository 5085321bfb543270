package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.gate.HookSwitch;
import io.roost.gate.MailChange;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.Result;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** One user's night with a real director and two real backends. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(180)
class NightTest {
    private static DirectorCluster cluster;
    private static DovecotNode b1;

    @TempDir
    Path temp;

    @BeforeAll
    static void start() throws IOException {
        cluster = DirectorCluster.with().users("anna", "bert", "carl", "dora", "emil", "fred", "gina", "hans", "ida", "kurt")
                .directorConfig("director_user_kick_delay = 1s").backendConfig("auth_username_chars =").start();
        b1 = CutoverBench.here(cluster);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    private static void sample(String user, int mails) throws IOException {
        MaildirSample.of(cluster.home(user).resolve("Maildir"), 3, mails).write();
        cluster.own(cluster.home(user));
    }

    private static String usersLine(String user) throws IOException {
        return Files.readAllLines(cluster.usersFile()).stream().filter(l -> l.startsWith(user + ":")).findFirst().orElseThrow();
    }

    @Test
    void aUserWhoIsOnlineMovesOver() throws Exception {
        sample("anna", 10);
        List<String> before = ShownMails.of(b1, "anna");
        ImapClient online = cluster.imap("anna");
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            online.command("SELECT INBOX");
            bench.run("anna", Mode.CUT_OVER);
            assertThrows(IOException.class, () -> online.command("NOOP"));
            assertTrue(usersLine("anna").endsWith("userdb_mail=" + CutoverBench.MDBOX), () -> "switched");
            assertEquals("", Files.readString(cluster.gateFile()));
            assertEquals(before, ShownMails.of(b1, "anna"));
            assertEquals(UserState.DONE, bench.store.user("anna").orElseThrow().state());
            assertEquals(1, bench.cutovers().size());
            try (ImapClient again = cluster.imap("anna"); LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("anna", "Subject: after\n\nx\n");
                assertTrue(again.command("SELECT INBOX").stream().anyMatch(l -> l.endsWith(" EXISTS")));
            }
            assertEquals(before.size() + 1, ShownMails.of(b1, "anna").size());
        } finally {
            online.drop();
        }
    }

    private static String subject(int n) {
        return "Subject: late " + n + "\n\nx\n";
    }

    /** Only one session may be open: RCPT goes through before the gate closes, DATA comes when it pleases. */
    private void lateDelivery(String user, UserState when, boolean broughtOver) throws Exception {
        sample(user, 4);
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state")); LmtpClient lmtp = cluster.lmtp(b1)) {
            assertTrue(lmtp.recipient(user).startsWith("250"));
            bench.onReached = state -> {
                if (state == when) {
                    bench.onReached = other -> { };
                    try {
                        assertTrue(lmtp.data(subject(1)).startsWith("250"));
                        lmtp.reset();
                        if (when.isSwitched() || when == UserState.QUIET) {
                            assertTrue(lmtp.recipient(user).startsWith(when == UserState.RELEASED ? "2" : "4"));
                        }
                        lmtp.drop();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
            bench.run(user, Mode.CUT_OVER);
            List<String> late = ShownMails.withSubject(b1, user, "late 1");
            assertEquals(1, late.size(), late::toString);
            assertTrue(late.get(0).startsWith("INBOX\t"), late::toString);
            assertEquals(broughtOver, bench.events.stream().anyMatch(Event.BroughtOver.class::isInstance));
            assertEquals(List.of(), bench.complaints);
            assertEquals("", Files.readString(cluster.gateFile()));
            assertEquals(2, Files.list(cluster.home(user)).count(), "Maildir and mdbox, nothing else");
            // nothing is left of it for a second run
            assertTrue(bench.run(user, Mode.CUT_OVER).alreadyDone());
            assertEquals(1, ShownMails.withSubject(b1, user, "late 1").size());
        }
    }

    @Test
    void mailThatComesWhileTheUserIsLockedOut() throws Exception {
        lateDelivery("bert", UserState.QUIET, false);
    }

    @Test
    void mailThatComesBetweenPublishAndSwitch() throws Exception {
        lateDelivery("carl", UserState.PUBLISHED, false);
    }

    @Test
    void mailThatComesRightAfterTheSwitch() throws Exception {
        lateDelivery("dora", UserState.SWITCHED, false);
    }

    @Test
    void mailThatComesWhenTheUserIsInAgain() throws Exception {
        lateDelivery("emil", UserState.RELEASED, true);
    }

    /** An mdbox that another backend writes to is not touched from here. */
    @Test
    void movedAwayBeforeALateMailIsBroughtOver() throws Exception {
        sample("kurt", 4);
        String elsewhere = cluster.backends().get(1).ip();
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state")); LmtpClient lmtp = cluster.lmtp(b1)) {
            assertTrue(lmtp.recipient("kurt").startsWith("250"));
            bench.onReached = state -> {
                if (state == UserState.RELEASED) {
                    try {
                        assertTrue(lmtp.data(subject(1)).startsWith("250"));
                        lmtp.drop();
                        while (!bench.director.lookup("kurt").current().equals(Optional.of(elsewhere))) {
                            cluster.director().doveadm("director", "move", "kurt", elsewhere);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
            MigrationException e = assertThrows(MigrationException.class, () -> bench.run("kurt", Mode.CUT_OVER));
            assertEquals(Kind.ELSEWHERE, e.kind(), e::getMessage);
            assertEquals(0, ShownMails.withSubject(b1, "kurt", "late 1").size());
            assertTrue(usersLine("kurt").contains("mdbox"));
            assertEquals("", Files.readString(cluster.gateFile()));
            bench.onReached = state -> { };
            bench.run("kurt", Mode.CUT_OVER);
            assertEquals(1, ShownMails.withSubject(b1, "kurt", "late 1").size());
        }
    }

    @Test
    void preparedByDayAndCutOverByNight() throws Exception {
        sample("fred", 6);
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            int mails = ShownMails.of(b1, "fred").size();
            bench.run("fred", Mode.PREPARE);
            assertEquals(UserState.COPIED, bench.store.user("fred").orElseThrow().state());
            try (LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("fred", subject(1));
                bench.run("fred", Mode.PREPARE);
                lmtp.deliver("fred", subject(2));
            }
            assertTrue(Files.notExists(cluster.home("fred").resolve("mdbox")));
            Path postpone = Files.createFile(temp.resolve("postpone"));
            CutoverSettings postponed = bench.settings(Mode.CUT_OVER).withPostponeFile(Optional.of(postpone.toString()));
            CompletableFuture<Result> night = CompletableFuture.supplyAsync(() -> {
                try {
                    return bench.run("fred", postponed, bench.pins);
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            while (bench.events.stream().noneMatch(e -> e instanceof Event.Started)
                    || bench.store.user("fred").orElseThrow().mailsPlaced() < mails + 2) {
                Thread.sleep(20);
            }
            // online, and more mail, while the last step is held back
            try (ImapClient imap = cluster.imap("fred"); LmtpClient lmtp = cluster.lmtp()) {
                lmtp.deliver("fred", subject(3));
                imap.command("SELECT INBOX");
            }
            assertFalse(night.isDone());
            Files.delete(postpone);
            Result result = night.get();
            assertEquals(mails + 3, ShownMails.of(b1, "fred").size());
            assertTrue(result.copiedMails() <= 2, () -> "copied " + result.copiedMails());
        }
    }

    @Test
    void aUserMovedAwayByHandStaysWithTheMaildir() throws Exception {
        sample("gina", 3);
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            String elsewhere = cluster.backends().get(1).ip();
            for (UserState when : List.of(UserState.COPIED, UserState.QUIET)) {
                bench.onReached = state -> {
                    if (state == when) {
                        try {
                            while (!bench.director.lookup("gina").current().equals(Optional.of(elsewhere))) {
                                cluster.director().doveadm("director", "move", "gina", elsewhere);
                            }
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                };
                MigrationException e = assertThrows(MigrationException.class, () -> bench.run("gina", Mode.CUT_OVER));
                assertEquals(Kind.ELSEWHERE, e.kind(), e::getMessage);
                assertTrue(e.getMessage().contains("somebody else moved gina"), e::getMessage);
                assertEquals("", Files.readString(cluster.gateFile()));
                assertFalse(usersLine("gina").contains("mdbox"));
                assertFalse(Thread.currentThread().isInterrupted());
                assertEquals(elsewhere, bench.director.lookup("gina").current().orElseThrow());
            }
            // only those who are here already
            try (Pins mine = new Pins(bench.director, b1.ip(), true)) {
                MigrationException e = assertThrows(MigrationException.class, () -> bench.run("gina", bench.settings(Mode.CUT_OVER), mine));
                assertTrue(e.getMessage().contains("left to the run there"), e::getMessage);
            }
            bench.onReached = state -> { };
            bench.run("gina", Mode.CUT_OVER);
            assertEquals(b1, cluster.backendOf("gina"));
        }
    }

    @Test
    void hooksThatFailOrHang() throws Exception {
        sample("hans", 3);
        Path script = temp.resolve("hook.sh");
        Path log = temp.resolve("hook.log");
        Files.writeString(script, "#!/bin/sh\necho $ROOST_ACTION $ROOST_TO >>" + log + "\nexit 1\n");
        assertTrue(script.toFile().setExecutable(true));
        HookSwitch hook = new HookSwitch(script.toString(), Duration.ofSeconds(1), Clock.systemUTC());
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"), hook)) {
            assertThrows(MigrationException.class, () -> bench.run("hans", Mode.CUT_OVER));
            assertEquals("", Files.readString(cluster.gateFile()));
            awaitDelivery("hans", 1);
            // It does what it shall, and then hangs: who knows?
            Files.writeString(script, "#!/bin/sh\nsed -i '/^hans:/s/$/userdb_mail=mdbox:~\\/mdbox/' " + cluster.usersFile()
                    + "\nsleep 60\n");
            assertThrows(MigrationException.class, () -> bench.run("hans", Mode.CUT_OVER));
            assertEquals("", Files.readString(cluster.gateFile()));
            assertEquals(1, ShownMails.withSubject(b1, "hans", "late 1").size());
            awaitDelivery("hans", 2);
            Files.writeString(script, "#!/bin/sh\nexit 0\n");
            bench.run("hans", Mode.CUT_OVER);
            assertEquals(UserState.DONE, bench.store.user("hans").orElseThrow().state());
            assertEquals(1, ShownMails.withSubject(b1, "hans", "late 1").size());
            assertEquals(1, ShownMails.withSubject(b1, "hans", "late 2").size());
        }
    }

    /** Delivers as a mail server does, again and again until it is taken. */
    private static void awaitDelivery(String user, int n) throws Exception {
        try (LmtpClient lmtp = cluster.lmtp()) {
            while (!lmtp.recipient(user).startsWith("2")) {
                lmtp.reset();
                Thread.sleep(100);
            }
            lmtp.data(subject(n));
        }
    }

    @Test
    @Tag("soak")
    void theDirectorIsRestartedMeanwhile() throws Exception {
        sample("ida", 3);
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            bench.onReached = state -> {
                if (state == UserState.COPIED) {
                    cluster.director().stop();
                    new Thread(() -> {
                        try {
                            Thread.sleep(500);
                            cluster.director().start();
                        } catch (IOException | InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }).start();
                }
            };
            bench.run("ida", Mode.CUT_OVER);
            assertEquals(Optional.of(b1.ip()), bench.director.lookup("ida").current());
        }
    }

    /** The director's own doing, or an administrator's, while nothing of ours asks: somebody must look. */
    @Test
    void aPinThatIsLostInterruptsItsThread() throws Exception {
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            String elsewhere = cluster.backends().get(1).ip();
            Pin pin = bench.pins.pin("nobody");
            assertEquals(Optional.of(b1.ip()), bench.director.lookup("nobody").current());
            pin.requireOurs();
            while (!bench.director.lookup("nobody").current().equals(Optional.of(elsewhere))) {
                cluster.director().doveadm("director", "move", "nobody", elsewhere);
            }
            assertThrows(InterruptedException.class, () -> Thread.sleep(60_000));
            assertTrue(pin.lost().contains("from this backend (" + b1.ip() + ") to " + elsewhere), pin.lost());
            pin.close();
            assertEquals(Optional.of(elsewhere), bench.director.lookup("nobody").current(), "nobody is moved back");
        }
    }

    /** What a path, a file or a protocol could take amiss is refused before anything happens. */
    @Test
    void namesThatLeadElsewhereAreRefused() throws Exception {
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"), new NoUserdb())) {
            for (String user : List.of("..", "../x", "a/b", "co:lon", "ta\tb", "new\nline", "nul\0", "*", "an?a", " end ", "")) {
                MigrationException e = assertThrows(MigrationException.class, () -> bench.run(user, Mode.CUT_OVER), user);
                assertTrue(e.getMessage().startsWith("user name: "), e::getMessage);
            }
            assertEquals(List.of(), bench.events);
        }
    }

    /** Through director, gate, who and kick, up to the userdb. */
    @Test
    @Tag("soak")
    void oddNamesThatAuthTakes() throws Exception {
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"), new NoUserdb())) {
            for (String user : List.of("two words", "o'hara", "quo\"te", "back\\slash", "l\u00f6we@example.org", "12345", "%u")) {
                Files.createDirectories(cluster.home(user).resolve("Maildir/cur"));
                cluster.own(cluster.home(user));
                MigrationException e = assertThrows(MigrationException.class, () -> bench.run(user, Mode.CUT_OVER), user);
                assertEquals("as far as this: " + user, e.getMessage());
                assertEquals(Optional.of(b1.ip()), bench.director.lookup(user).current(), user);
                assertEquals("", Files.readString(cluster.gateFile()));
            }
        }
    }

    /** Takes everybody, and switches nobody. */
    private static final class NoUserdb implements UserdbSwitch {
        @Override
        public void check(MailChange change) {
            // whatever it is
        }

        @Override
        public Optional<String> field(String user) {
            return Optional.empty();
        }

        @Override
        public Instant apply(MailChange change) throws IOException {
            throw new IOException("as far as this: " + change.user());
        }

        @Override
        public Instant revert(MailChange change, Optional<String> before) {
            throw new AssertionError(change.user());
        }
    }
}
