package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.director.UserHash;
import io.roost.dovecot.InvalidSettingException;

class StaleIndexesTest {
    private static final String USER = "anna@example.org";

    @TempDir
    private Path temp;
    private final UserHash hash = hash();

    private static UserHash hash() {
        try {
            return new UserHash("%Lu");
        } catch (InvalidSettingException e) {
            throw new AssertionError(e);
        }
    }

    private UserTree tree(String host) throws IOException {
        return UserTree.of(temp + "/" + host + "/%2.256Nu/%u/dovecot.list.index");
    }

    private HostChangeService daemon(String host) throws IOException {
        HostChangeService service = new HostChangeService(new HostChangeService.Config(tree(host), hash,
                List.of(temp.resolve(host + ".sock")), 0600,
                Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                AddressList.of(List.of("127.0.0.1")), "", Duration.ZERO, Duration.ZERO, Duration.ZERO, Optional.empty(),
                Optional.empty()), Optional.empty(), Notes.NONE);
        service.start();
        return service;
    }

    @Test
    void hereAndOnEveryBackendThatAnswers() throws IOException {
        TestSite site = new TestSite(temp.resolve("site"));
        for (String host : List.of("be0", "be1", "be2")) {
            site.listIndex(Path.of(tree(host).pathOf(USER).path()), "stale");
        }
        try (HostChangeService be1 = daemon("be1"); HostChangeService be2 = daemon("be2");
                ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String overTcp = "127.0.0.1:" + be2.tcpPort();
            String overUnix = temp.resolve("be1.sock").toString();
            String dead = temp.resolve("dead.sock").toString();
            String hung = "127.0.0.1:" + silent.getLocalPort();
            StaleIndexes stale = new StaleIndexes(Optional.of(tree("be0")), hash, List.of(overUnix, overTcp, dead, hung),
                    Duration.ofMillis(2000), site);
            StaleIndexes.Report report = stale.purge(USER);
            assertEquals(3, report.files());
            assertEquals(List.of(overUnix, overTcp), report.reached());
            assertEquals(2, report.failed().size(), report.failed()::toString);
            assertTrue(report.failed().get(0).startsWith(dead + ": "), report.failed()::toString);
            assertEquals(hung + ": no answer within 2 seconds", report.failed().get(1));
            assertFalse(report.isComplete());
            for (String host : List.of("be0", "be1", "be2")) {
                assertEquals(List.of(".lasthost"), TestSite.names(Path.of(tree(host).pathOf(USER).path())));
            }
            Files.delete(Path.of(tree("be2").pathOf(USER).path()).resolve(".lasthost"));
            Files.createDirectories(Path.of(tree("be2").pathOf(USER).path()).resolve(".lasthost/x"));
            report = new StaleIndexes(Optional.empty(), hash, List.of(overTcp), Duration.ofSeconds(60), site).purge(USER);
            assertTrue(report.failed().get(0).endsWith("/.lasthost: Is a directory"), report.failed()::toString);
        }
    }

    @Test
    void answers() throws ProtocolException {
        assertEquals(List.of(), FlushClient.problems("whatever\n+\n", false));
        assertEquals(List.of("a", "b"), FlushClient.problems("a\nb\n-\n", false));
        assertEquals(List.of("a"), FlushClient.problems("a\r\n.\r\n-\n", true));
        assertEquals(1, FlushClient.problems("-\n", false).size());
        for (String bad : List.of("", "+", "x\n", "+\n ")) {
            assertThrows(ProtocolException.class, () -> FlushClient.problems(bad, false));
        }
    }

    @Test
    void addresses() {
        for (String bad : List.of("", "be1:9093", "10.1.0.1", "10.1.0.1:99999", "10.1.0.1:x", ":1")) {
            assertThrows(InvalidSettingException.class, () -> FlushClient.of(bad, Duration.ZERO), bad);
        }
    }
}
