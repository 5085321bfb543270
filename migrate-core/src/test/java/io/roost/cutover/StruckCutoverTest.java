package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.gate.MailChange;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SmallFileSystem;

/** Whatever breaks at whatever step: the user is let in again, every mail is there once, and a later run comes to the end. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(600)
class StruckCutoverTest {
    private static final int RUNS = 5;
    private static DirectorCluster cluster;
    private static DovecotNode b1;

    @TempDir
    Path temp;

    private interface Action {
        void run() throws IOException;
    }

    @BeforeAll
    static void start() throws IOException {
        cluster = DirectorCluster.with().directorConfig("director_user_kick_delay = 1s").start();
        b1 = CutoverBench.here(cluster);
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    /**
     * Breaks something when a state is recorded, and mends it when the run has ended.
     *
     * @return how the first run failed, empty if it did not
     */
    private Optional<MigrationException> strike(String user, UserState when, Action strike, Action mend) throws Exception {
        if (Files.notExists(cluster.home(user).resolve("Maildir"))) {
            cluster.addUser(user);
            MaildirSample.of(cluster.home(user).resolve("Maildir"), 5, 3).write();
            cluster.own(cluster.home(user));
        }
        List<String> before = ShownMails.of(b1, user);
        String message = user + " struck at " + when;
        Optional<MigrationException> failure = Optional.empty();
        boolean[] struck = new boolean[1];
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"))) {
            bench.onReached = state -> {
                if (state == when && !struck[0]) {
                    struck[0] = true;
                    try {
                        strike.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };
            try {
                bench.run(user, Mode.CUT_OVER);
            } catch (MigrationException e) {
                failure = Optional.of(e);
            }
            assertTrue(struck[0], () -> message + ": that was never reached");
            assertEquals("", Files.readString(cluster.gateFile()), message);
            mend.run();
            // as a mail server and a client that try again
            CutoverUnderLoadTest.deliver(cluster, user, "after");
            try (ImapClient imap = cluster.imap(user)) {
                imap.command("SELECT INBOX");
            }
            assertEquals(before.size() + 1, ShownMails.of(b1, user).size(), message);
            for (int i = 0; failure.isPresent() && i < RUNS; i++) {
                try {
                    bench.run(user, Mode.CUT_OVER);
                    break;
                } catch (MigrationException e) {
                    assertTrue(i + 1 < RUNS, () -> message + ": " + e.getMessage());
                    Thread.sleep(500);
                }
            }
            assertEquals(UserState.DONE, bench.store.user(user).orElseThrow().state(), message);
            assertEquals("", Files.readString(cluster.gateFile()), message);
            assertTrue(b1.doveadm("user", "-f", "mail", user).succeeded().text().startsWith("mdbox:"), message);
            List<String> now = new ArrayList<>(ShownMails.of(b1, user));
            assertEquals(1, now.stream().filter(l -> l.endsWith("\tafter")).count(), message);
            now.removeIf(l -> l.endsWith("\tafter"));
            assertEquals(before, now, message);
        }
        return failure;
    }

    private void backendStopped(UserState... states) throws Exception {
        for (UserState when : states) {
            strike("backend" + when.ordinal(), when, b1::stop, b1::start);
        }
    }

    @Test
    void theBackendsDovecotIsStopped() throws Exception {
        backendStopped(UserState.QUIET);
    }

    @Test
    @Tag("soak")
    void theBackendsDovecotIsStoppedAtEveryStep() throws Exception {
        backendStopped(UserState.PINNED, UserState.COPIED, UserState.GATED, UserState.VERIFIED, UserState.PUBLISHED, UserState.SWITCHED,
                UserState.RELEASED);
    }

    private void directorStopped(UserState... states) throws Exception {
        DovecotNode director = cluster.director();
        for (UserState when : states) {
            strike("director" + when.ordinal(), when, director::stop, director::start);
        }
    }

    @Test
    @Tag("soak")
    void theDirectorIsGoneAtEveryStep() throws Exception {
        directorStopped(UserState.PINNED, UserState.COPIED, UserState.GATED, UserState.QUIET, UserState.VERIFIED, UserState.PUBLISHED,
                UserState.SWITCHED, UserState.RELEASED);
    }

    private void movedAway(UserState... states) throws Exception {
        String elsewhere = cluster.backends().get(1).ip();
        for (UserState when : states) {
            String user = "moved" + when.ordinal();
            Optional<MigrationException> failure = strike(user, when, () -> {
                do {
                    cluster.director().doveadm("director", "move", user, elsewhere);
                } while (!cluster.director().doveadm("director", "status", user).text().contains("Current: " + elsewhere));
            }, () -> { });
            if (when.ordinal() <= UserState.VERIFIED.ordinal() || when == UserState.GATED || when == UserState.QUIET) {
                assertEquals(Kind.ELSEWHERE, failure.orElseThrow().kind(), failure::toString);
            }
        }
    }

    @Test
    void movedAwayWhenTheGateCloses() throws Exception {
        movedAway(UserState.GATED);
    }

    @Test
    @Tag("soak")
    void movedAwayAtEveryStep() throws Exception {
        movedAway(UserState.PINNED, UserState.COPIED, UserState.QUIET, UserState.VERIFIED, UserState.PUBLISHED, UserState.SWITCHED,
                UserState.RELEASED);
    }

    @Test
    @Requires(Requires.Ability.MOUNT)
    void theDiskIsFullBehindTheGate() throws Exception {
        for (UserState when : List.of(UserState.QUIET)) {
            String user = "full" + when.ordinal();
            cluster.addUser(user);
            Path home = cluster.home(user);
            try (SmallFileSystem disk = SmallFileSystem.ofBytes(home, 4 << 20)) {
                MaildirSample.of(home.resolve("Maildir"), 5, 3).write();
                cluster.own(home);
                Optional<MigrationException> failure = strike(user, when, disk::fill, () -> Files.delete(home.resolve("ballast")));
                assertEquals(Kind.NO_SPACE, failure.orElseThrow().kind(), failure::toString);
            }
        }
    }

    /** A program that says it has switched the user, and has not. */
    @Test
    void theUserdbWasNotToldAfterAll() throws Exception {
        String user = "lied";
        cluster.addUser(user);
        MaildirSample.of(cluster.home(user).resolve("Maildir"), 5, 3).write();
        cluster.own(cluster.home(user));
        List<String> before = ShownMails.of(b1, user);
        Liar liar = new Liar(new PasswdFileSwitch(cluster.usersFile().toString(), "%u", Clock.systemUTC()));
        try (CutoverBench bench = new CutoverBench(cluster, temp.resolve("state"), liar)) {
            MigrationException e = assertThrows(MigrationException.class,
                    () -> bench.run(user, Mode.CUT_OVER));
            assertTrue(e.getMessage().contains("does not say so"), e::getMessage);
            assertEquals("", Files.readString(cluster.gateFile()));
            CutoverUnderLoadTest.deliver(cluster, user, "after");
            liar.honest = true;
            bench.run(user, Mode.CUT_OVER);
            assertTrue(b1.doveadm("user", "-f", "mail", user).succeeded().text().startsWith("mdbox:"));
            assertEquals(before.size() + 1, ShownMails.of(b1, user).size());
            assertEquals(1, ShownMails.withSubject(b1, user, "after").size());
        }
    }

    private static final class Liar implements UserdbSwitch {
        private final UserdbSwitch behind;
        private volatile boolean honest;

        Liar(UserdbSwitch behind) {
            this.behind = behind;
        }

        @Override
        public void check(MailChange change) throws IOException {
            behind.check(change);
        }

        @Override
        public Optional<String> field(String user) {
            // as of a database
            return Optional.empty();
        }

        @Override
        public Instant apply(MailChange change) throws IOException {
            return honest ? behind.apply(change) : Instant.now();
        }

        @Override
        public Instant revert(MailChange change, Optional<String> before) throws IOException {
            return behind.revert(change, before);
        }
    }
}
