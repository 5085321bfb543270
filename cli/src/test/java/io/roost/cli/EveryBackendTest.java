package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.director.UserHash;
import io.roost.hostchange.AddressList;
import io.roost.hostchange.HostChangeService;
import io.roost.hostchange.Notes;
import io.roost.hostchange.UserTree;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** What a night does beside the mail, on all backends: each has its own auth, its own list indexes in memory, and quota counts. */
@RequiresDovecot
@Requires(Requires.Ability.ROOT)
@Timeout(180)
class EveryBackendTest {
    private static final String USER = "anna";

    @TempDir
    private Path temp;
    private Path memory;
    private DirectorCluster cluster;
    private DovecotNode b1;
    private DovecotNode b2;
    private HostChangeService daemon;
    private CapturedScreen captured = CapturedScreen.plain();

    @BeforeEach
    void start() throws Exception {
        memory = Files.createTempDirectory(Path.of("/dev/shm"), "rt-");
        Files.setPosixFilePermissions(memory, PosixFilePermissions.fromString("rwxr-xr-x"));
        cluster = DirectorCluster.with().users(USER).mailLocation("maildir:~/Maildir:LISTINDEX=" + index("%IP%"))
                .backendConfig("mailbox_list_index = yes\nmailbox_list_index_very_dirty_syncs = yes\nmail_plugins = quota\n"
                        + "plugin {\n  quota = dict:User quota::file:%h/quota-sums\n  quota_rule = *:storage=1G\n}")
                .directorConfig("director_user_kick_delay = 1s\ndirector_username_hash = %Ln").start();
        b1 = cluster.backends().get(0);
        b2 = cluster.backends().get(1);
        for (DovecotNode node : cluster.backends()) {
            cluster.own(Files.createDirectory(memory.resolve(node.ip())));
        }
        Path socket = temp.resolve("flush");
        daemon = new HostChangeService(new HostChangeService.Config(UserTree.of(index(b2.ip())), new UserHash(UserHash.DEFAULT_FORMAT),
                List.of(socket), 0600, Optional.empty(), AddressList.of(List.of()), "", Duration.ofHours(1), Duration.ZERO,
                Duration.ofHours(1), Optional.empty(), Optional.empty()), Optional.empty(), Notes.NONE);
        daemon.start();
        MaildirSample.of(cluster.home(USER).resolve("Maildir"), 3, 3).write();
        cluster.own(cluster.home(USER));
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
        cluster.close();
        try (Stream<Path> all = Files.walk(memory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private String index(String ip) {
        return memory + "/" + ip + "/%2.256Nu/%u/dovecot.list.index";
    }

    private int roost(String... more) {
        captured = CapturedScreen.plain();
        List<String> all = new ArrayList<>(List.of("migrate", "--state=" + temp.resolve("state"), "--dovecot-config=" + b1.config(),
                "--director=" + cluster.adminAddress(), "--here=" + b1.ip(), "--hostchange=" + temp.resolve("flush"), "--retries=0"));
        all.addAll(List.of(more));
        all.add(USER);
        return Roost.run(captured.screen(), all.toArray(String[]::new));
    }

    private int cutover() {
        return roost("--quiet", "--cutover", "--gate=passwd-file:" + cluster.gateFile(), "--switch=passwd-file:" + cluster.usersFile());
    }

    private boolean hasListIndex(DovecotNode node) throws IOException {
        try (Stream<Path> all = Files.walk(memory.resolve(node.ip()))) {
            return all.anyMatch(path -> path.getFileName().toString().startsWith("dovecot.list.index"));
        }
    }

    private List<String> list(DovecotNode node, String... before) throws IOException {
        try (ImapClient imap = cluster.imap(node, USER)) {
            for (String command : before) {
                imap.command(command);
            }
            return imap.command("LIST \"\" *").stream().filter(l -> l.startsWith("* LIST")).toList();
        }
    }

    private String messages() throws IOException {
        return b1.doveadm("-f", "tab", "quota", "get", "-u", USER).succeeded().text().lines().map(l -> l.split("\t"))
                .filter(f -> f[1].equals("MESSAGE")).findFirst().orElseThrow()[2];
    }

    @Test
    void aNightAndWhatIsBesideTheMail() throws Exception {
        // was here, then there, and made a mailbox there: what lies in the memory here is not true any more
        int mailboxes = list(b1).size();
        cluster.director().doveadm("director", "move", USER, b2.ip()).succeeded();
        assertEquals(mailboxes + 1, list(b2, "CREATE Elsewhere").size());
        assertTrue(hasListIndex(b1) && hasListIndex(b2));
        assertEquals(0, roost("--prepare"), captured::err);
        assertFalse(hasListIndex(b1), "taken away when the user was moved here");
        assertFalse(hasListIndex(b2));
        assertEquals(mailboxes + 1, list(b1).size());

        // whoever else has the same hash
        assertEquals(1, roost("--prepare", "--director-username-hash=%Ln", "anna@example.org", "bert"), captured::out);
        assertTrue(captured.err()
                .contains("to the director these are one user, who is moved with all that they have open: anna@example.org, "
                + "anna\n"), captured::err);

        // a backend that does not follow the gate would let the user in
        String config = Files.readString(b2.config());
        Path other = Files.createFile(cluster.directory().resolve("another-gate"));
        restart(config.replace(cluster.gateFile().toString(), other.toString()));
        assertEquals(1, cutover(), captured::out);
        assertTrue(captured.err().contains("auth behind doveadm at") && captured.err().contains(b2.ip()), captured::err);
        assertEquals("", Files.readString(cluster.gateFile()));
        assertFalse(Files.readString(cluster.usersFile()).contains("mdbox"));
        restart(config);

        list(b2);
        assertTrue(hasListIndex(b1) && hasListIndex(b2));
        // as sums are that have gone wrong with the Maildir
        Files.writeString(cluster.home(USER).resolve("quota-sums"), "priv/quota/messages\n77\npriv/quota/storage\n77000000\n");
        cluster.own(cluster.home(USER));
        assertEquals("77", messages());
        assertEquals(0, cutover(), captured::err);
        assertEquals("", captured.err());
        assertFalse(hasListIndex(b1) || hasListIndex(b2), "taken away when the userdb was switched");
        assertEquals(mailboxes + 1, list(b1).size());
        int mails = b1.doveadm("-f", "tab", "search", "-u", USER, "ALL").succeeded().text().lines().toList().size() - 1;
        assertEquals(Integer.toString(mails), messages());
        cluster.director().assertLogClean();
    }

    private void restart(String config) throws IOException {
        b2.stop();
        Files.writeString(b2.config(), config);
        b2.start();
    }
}
