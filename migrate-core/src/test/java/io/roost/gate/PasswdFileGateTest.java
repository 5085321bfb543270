package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.DoveadmUsers;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.UserDatabase;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.RequiresDovecot;

/** What a real Dovecot makes of the gate. */
@RequiresDovecot
class PasswdFileGateTest {
    private static final String REASON = "Your mailbox is being moved (100% of it); try again in 2 minutes";
    private static final List<String> MANY = IntStream.range(0, 20).mapToObj(i -> "many" + i).toList();
    /** As a passwd-file spells them. */
    private static final List<String> ODD = List.of("o\\'brien", "say \\\"hi\\\"", "anna smith", "jürgen", "back\\\\slash", "a=b");

    @TempDir
    static Path temp;
    private static Path file;
    private static DovecotInstance dovecot;

    private final Instant soon = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.SECONDS);

    @BeforeAll
    static void start() throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        file = Files.writeString(temp.resolve("gate"), "# the administrator's\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna", "bert").users(MANY.toArray(String[]::new))
                .users(ODD.toArray(String[]::new)).before(userdb(file)).config("auth_username_chars =\nauth_cache_size = 1M")
                .start();
    }

    static String userdb(Path file) {
        return "userdb {\n  driver = passwd-file\n  args = " + file + "\n}";
    }

    @AfterAll
    static void stop() throws IOException {
        dovecot.close();
    }

    @AfterEach
    void everybodyIsIn() throws IOException {
        String left = Files.readString(file);
        Files.writeString(file, "# the administrator's\n");
        assertEquals("# the administrator's\n", left);
    }

    private static AuthProbe probe() {
        return new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "imap");
    }

    private static PasswdFileGate gate() throws IOException {
        return gate(RunIdentity.current());
    }

    private static PasswdFileGate gate(RunIdentity owner) {
        return new PasswdFileGate(file.toString(), List.of(probe()), owner, Clock.systemUTC());
    }

    private static RunIdentity dead() throws IOException {
        RunIdentity self = RunIdentity.current();
        return new RunIdentity(self.host(), self.pid(), self.run().substring(0, self.run().lastIndexOf('-')) + "-1");
    }

    @Test
    void whatClientsSee() throws IOException {
        Gate gate = gate();
        try (ImapClient early = dovecot.imap("anna")) {
            Gate.Closed closed = gate.close("anna", REASON, soon);
            assertEquals(List.of(closed.entry()), gate.entries());
            assertEquals(List.of(), closed.notAsked());
            String shown = REASON.replace(' ', '\t');
            assertEquals("NO [UNAVAILABLE] " + shown, refusal(() -> dovecot.imap("anna")));
            assertEquals("-ERR [SYS/TEMP] " + shown, refusal(() -> dovecot.pop3("anna")));
            assertTrue(refusal(() -> dovecot.lmtp("anna", "Subject: x\n\nx\n")).startsWith("451 4.3.0 "));
            assertThrows(UserDatabase.TemporaryFailure.class,
                    () -> new DoveadmUsers(DovecotProgram.doveadm(Optional.of(dovecot.config().toString()))).find("anna"));
            // another is not concerned, and a session that was there goes on
            dovecot.imap("bert").close();
            dovecot.lmtp("bert", "Subject: x\n\nx\n");
            early.command("SELECT INBOX");
        }
        assertTrue(gate.isHeld("anna"));
        gate.open("anna");
        assertFalse(gate.isHeld("anna"));
        assertTrue(gate.awaitOpen("anna", Duration.ofSeconds(60)));
        dovecot.imap("anna").close();
        dovecot.lmtp("anna", "Subject: x\n\nx\n");
        gate.open("anna");
        dovecot.assertLogClean("Login auth request failed", "Internal login failure", "Failed to lookup user anna");
        dovecot.forgetLog();
    }

    interface Attempt {
        Object make() throws IOException;
    }

    /**
     * What the client is told. Each attempt is refused; but the mail process tells the login process to hang up before it writes
     * its answer, and on a busy machine the client sees no more than the end.
     */
    static String refusal(Attempt attempt) {
        for (int i = 0; i < 100; i++) {
            String message = assertThrows(IOException.class, attempt::make).getMessage();
            if (message.contains(" with ")) {
                return message.substring(message.lastIndexOf(" with ") + " with ".length());
            }
            assertTrue(message.startsWith("the server closed the connection"), message);
        }
        throw new AssertionError("never told why");
    }

    @Test
    void oddNames() throws Exception {
        Gate gate = gate();
        List<String> users = List.of("o'brien", "say \"hi\"", "anna smith", "jürgen", "back\\slash", "a=b");
        for (String user : users) {
            assertEquals(AuthAnswer.Kind.ADMITTED, probe().ask(user).kind(), user);
        }
        closeAtOnce(gate, users, "wait");
        for (String user : users) {
            assertEquals(AuthAnswer.tempfail("wait"), probe().ask(user));
            gate.open(user);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "a\tb", "a\nuserdb", "#anna", "../anna", "anna\0"})
    void namesThatNoFileHolds(String user) throws IOException {
        Gate gate = gate();
        assertThrows(InvalidSettingException.class, () -> gate.check(user, "wait"));
        assertThrows(InvalidSettingException.class, () -> gate.close(user, "wait", soon));
    }

    /** Closed and opened at once, again and again: each time within a second of the last, and Dovecot follows. */
    @Test
    void quickChanges() throws IOException {
        Gate gate = gate();
        for (int i = 0; i < 2; i++) {
            gate.close("anna", "wait", soon);
            gate.open("anna");
            assertTrue(gate.awaitOpen("anna", Duration.ofSeconds(60)));
        }
    }

    @Test
    void manyAtOnce() throws Exception {
        Gate gate = gate();
        long before = Files.getLastModifiedTime(file).toMillis() / 1000;
        closeAtOnce(gate, MANY, REASON);
        assertEquals(MANY.size(), gate.entries().size());
        for (String user : MANY) {
            assertEquals(AuthAnswer.Kind.TEMPFAIL, probe().ask(user).kind(), user);
            gate.open(user);
        }
        assertTrue(Files.getLastModifiedTime(file).toMillis() / 1000 > before);
    }

    private void closeAtOnce(Gate gate, List<String> users, String reason) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(users.size());
        try {
            List<Future<Gate.Closed>> all = new ArrayList<>();
            for (String user : users) {
                all.add(threads.submit(() -> gate.close(user, reason, soon)));
            }
            for (Future<Gate.Closed> each : all) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
        assertTrue(gate.entries().stream().map(GateEntry::user).toList().containsAll(users));
    }

    @Test
    void gatesOfOthers() throws IOException {
        RunIdentity self = RunIdentity.current();
        Gate other = gate(new RunIdentity("elsewhere", 7, self.run()));
        other.close("anna", "wait", soon);
        Gate gate = gate();
        GateException e = assertThrows(GateException.class, () -> gate.close("anna", "wait", soon));
        assertTrue(e.getMessage().contains("by Roost on elsewhere, process 7"), e.getMessage());
        assertThrows(GateException.class, () -> gate.extend("anna", soon.plusSeconds(1)));
        gate.open("anna");
        assertFalse(gate.isHeld("anna"));
        assertEquals(1, gate.entries().size());
        assertEquals(List.of(), gate.liftAbandoned(Instant.now()));
        other.extend("anna", soon.plusSeconds(60));
        assertEquals(List.of(), gate.liftAbandoned(soon.plusSeconds(30)));
        assertEquals("anna", gate.liftAbandoned(soon.plusSeconds(61)).get(0).user());
        assertFalse(other.isHeld("anna"));
    }

    @Test
    void theDeadAndTheAdministratorsWish() throws IOException {
        gate(dead()).close("anna", "wait", soon);
        gate().close("bert", "wait", soon);
        assertEquals(List.of("anna"), gate().liftAbandoned(Instant.now()).stream().map(GateEntry::user).toList());
        assertEquals("bert", gate(dead()).lift("bert").orElseThrow().user());
        assertTrue(gate().lift("bert").isEmpty());
        // edited by hand: it can be seen, and lifted
        Files.writeString(file, "bert:::::::userdb_tempfail userdb_reason=x roost_host=oops\nmine:::::::userdb_tempfail\n");
        assertEquals(1, gate().damage().size());
        assertThrows(GateException.class, () -> gate().close("bert", "wait", soon));
        GateException e = assertThrows(GateException.class, () -> gate().close("mine", "wait", soon));
        assertTrue(e.getMessage().contains("not Roost's"), e.getMessage());
        assertTrue(gate().lift("bert").isEmpty());
        assertTrue(gate().lift("mine").isEmpty());
        assertEquals("mine:::::::userdb_tempfail\n", Files.readString(file));
        Files.writeString(file, "# the administrator's\n");
    }

    /** Auth that does not read the file lets the user in: that is no gate, and must not be left as if it were one. */
    @Test
    void whoIsNotKeptOutIsNotGated() throws IOException {
        Path elsewhere = Files.writeString(temp.resolve("unread"), "");
        GateWatch watch = new GateWatch(List.of(probe()), Duration.ofMillis(100));
        GateException e = assertThrows(GateException.class, () -> watch.awaitClosed("anna", "wait", "is it configured?",
                System.nanoTime()));
        assertTrue(e.getMessage().contains("still lets user anna in") && e.getMessage().endsWith("is it configured?"), e.getMessage());
        e = assertThrows(GateException.class, () -> watch.awaitClosed("nobody", "wait", "is it configured?", System.nanoTime()));
        assertTrue(e.getMessage().contains("does not know user nobody"), e.getMessage());
        AuthProbe none = new AuthSocket(temp.resolve("none"), "imap");
        Gate gate = new PasswdFileGate(elsewhere.toString(), List.of(none), RunIdentity.current(), Clock.systemUTC());
        e = assertThrows(GateException.class, () -> gate.close("anna", "wait", soon));
        assertTrue(e.getMessage().contains("no Dovecot could be asked"), e.getMessage());
        assertEquals("", Files.readString(elsewhere));
        Gate both = new PasswdFileGate(file.toString(), List.of(none, probe()), RunIdentity.current(), Clock.systemUTC());
        assertEquals(1, both.close("anna", "wait", soon).notAsked().size());
        both.open("anna");
    }

    /** A gate that Dovecot cannot read keeps nobody out, and breaks nothing but the certainty of who is unknown. */
    @Test
    void unreadable() throws IOException {
        RewrittenFile rewritten = new RewrittenFile(file.toString(), Duration.ofSeconds(30));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        rewritten.rewrite(content -> "anna:::::::userdb_tempfail userdb_reason=x\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 300 && probe().ask("nobody").kind() == AuthAnswer.Kind.UNKNOWN; i++) {
            Pause.millis(10, "auth");
        }
        assertEquals(AuthAnswer.Kind.TEMPFAIL, probe().ask("nobody").kind());
        assertEquals(AuthAnswer.Kind.ADMITTED, probe().ask("bert").kind());
        assertEquals(AuthAnswer.Kind.ADMITTED, probe().ask("anna").kind());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        rewritten.rewrite(content -> "# the administrator's\n".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 300 && probe().ask("nobody").kind() == AuthAnswer.Kind.TEMPFAIL; i++) {
            Pause.millis(10, "auth");
        }
        assertEquals(AuthAnswer.Kind.UNKNOWN, probe().ask("nobody").kind());
        dovecot.forgetLog();
    }

    @Test
    void answersOfAuth() throws IOException {
        assertEquals(dovecot.home("bert").toString(), probe().ask("bert").fields().get("home"));
        assertEquals(AuthAnswer.unknown(), probe().ask("nobody"));
        assertThrows(InvalidSettingException.class, () -> probe().ask("a\tb"));
        new AuthSocket(dovecot.baseDirectory().resolve("auth-master"), "doveadm").flushCache("bert");
        assertThrows(IOException.class, () -> new AuthSocket(dovecot.baseDirectory().resolve("login/login"), "imap").ask("bert"));
        assertThrows(AuthProbe.Unreachable.class, () -> new AuthSocket(temp.resolve("none"), "imap").ask("bert"));
    }

    @Test
    void nothingIsLeftBesideTheFile() throws IOException {
        gate().close("anna", "wait", soon);
        gate().open("anna");
        try (Stream<Path> all = Files.list(temp)) {
            assertTrue(all.noneMatch(p -> p.getFileName().toString().startsWith(".")));
        }
    }
}
