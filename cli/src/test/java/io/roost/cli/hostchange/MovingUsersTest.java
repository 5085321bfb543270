package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.roost.cli.hostchange.MovingUsers.With;
import io.roost.director.UserHash;
import io.roost.hostchange.HostChangeService;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** A real director and two real backends with list indexes in memory, between which a user goes to and fro. */
@RequiresDovecot
@Requires(Ability.ROOT)
class MovingUsersTest {
    private static final int MOVES = 8;

    /** Or the other tests here would test nothing. */
    @Test
    void withoutHostChangeListsAreWrong() throws IOException {
        try (MovingUsers site = new MovingUsers(With.NOTHING, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(4);
            assertFalse(user.wrong().isEmpty(), "of " + user.answers() + " answers");
        }
    }

    @Test
    void throughTheFlushSocket() throws IOException {
        try (MovingUsers site = new MovingUsers(With.FLUSH, true, "anna", "bert")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(MOVES);
            assertEquals(List.of(), user.wrong(), "of " + user.answers() + " answers");
            assertEquals(List.of(), site.warnings);
            assertTrue(site.infos.stream().filter(line -> line.matches("flush .* 1 user, [1-9].*")).count() >= MOVES - 2,
                    site.infos::toString);
            aMoveWithoutAMappingIsNotFlushed(site);
            site.cluster.assertLogsClean();
        }
    }

    /** Which is why docs/hostchange.md says not to do without the post-login script. */
    private static void aMoveWithoutAMappingIsNotFlushed(MovingUsers site) throws IOException {
        DovecotNode here = site.cluster.backendOf("anna");
        DovecotNode there = site.cluster.otherThan(here);
        site.infos.clear();
        for (String user : List.of("bert", "anna")) {
            site.cluster.director().doveadm("director", "move", user, there.ip()).succeeded();
        }
        site.cluster.imap("anna").close();
        List<String> flushes = site.infos.stream().filter(line -> line.startsWith("flush ")).toList();
        String anna = UserHash.text(new UserHash(UserHash.DEFAULT_FORMAT).of("anna"));
        assertEquals(1, flushes.size(), flushes::toString);
        assertTrue(flushes.get(0).startsWith("flush " + anna + " "), flushes::toString);
    }

    @Test
    void throughAUnixSocket() throws IOException {
        try (MovingUsers site = new MovingUsers(With.FLUSH_OVER_UNIX, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 2);
            user.wander(3);
            assertEquals(List.of(), user.wrong(), "of " + user.answers() + " answers");
            assertEquals(List.of(), site.warnings);
            assertTrue(site.infos.stream().filter(line -> line.startsWith("flush ")).count() >= 3, site.infos::toString);
            site.cluster.assertLogsClean();
        }
    }

    /** What the daemon cannot do, the director logs, and moves the user all the same. */
    @Test
    void theDirectorLogsWhatWentWrong() throws IOException {
        try (MovingUsers site = new MovingUsers(With.FLUSH, true, "anna")) {
            DovecotNode there = site.cluster.otherThan(site.cluster.backendOf("anna"));
            Path record = site.directoryOf(there, "anna").resolve(".lasthost");
            Files.createDirectories(record.resolve("in the way"));
            site.cluster.imap("anna").close();
            site.cluster.director().doveadm("director", "move", "anna", there.ip()).succeeded();
            site.cluster.imap("anna").close();
            List<String> logged = site.cluster.director().remarkable();
            assertEquals(1, logged.size(), logged::toString);
            assertTrue(logged.get(0).matches(".*Failed to flush user hash \\d+ in host [0-9.]+: cannot remove .*Is a "
                    + "directory"),
                    logged.get(0));
        }
    }

    /** The memory of a user whom the director has elsewhere is freed; that of others is not. */
    @Test
    void usersWhoLeft() throws Exception {
        try (MovingUsers site = new MovingUsers(With.NOTHING, true, "anna", "bert")) {
            DovecotNode here = site.cluster.backendOf("anna");
            site.cluster.director().doveadm("director", "move", "bert", here.ip()).succeeded();
            for (String user : List.of("anna", "bert")) {
                try (ImapClient imap = site.cluster.imap(user)) {
                    imap.command("LIST \"\" *");
                }
            }
            Path anna = site.directoryOf(here, "anna");
            Path bert = site.directoryOf(here, "bert");
            assertTrue(Files.exists(anna.resolve("dovecot.list.index.log")));
            site.cluster.director().doveadm("director", "move", "anna", site.cluster.otherThan(here).ip()).succeeded();
            try (HostChangeService service = site.service(here, Duration.ofMillis(200), Optional.empty())) {
                service.start();
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (Files.exists(anna) && System.nanoTime() < deadline) {
                    Thread.sleep(20);
                }
            }
            assertFalse(Files.exists(anna), site.warnings::toString);
            assertTrue(Files.exists(bert.resolve("dovecot.list.index.log")));
            assertEquals(List.of(), site.warnings);
        }
    }

    @Test
    void throughPostLogin() throws IOException {
        try (MovingUsers site = new MovingUsers(With.POST_LOGIN, true, "anna")) {
            WanderingUser user = new WanderingUser(site.cluster, "anna", 1);
            user.wander(5);
            assertEquals(List.of(), user.wrong(), "of " + user.answers() + " answers");
            site.cluster.assertLogsClean();
        }
    }
}
