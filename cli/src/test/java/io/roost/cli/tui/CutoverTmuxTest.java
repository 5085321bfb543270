package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.FakeRun;
import io.roost.gate.AuthSocket;
import io.roost.gate.Gate;
import io.roost.gate.PasswdFileGate;
import io.roost.gate.RunIdentity;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;

/** The night at the screen: a run that really cuts users over, in a cluster with a director, steered by keys. */
@RequiresDovecot
@Requires({Requires.Ability.ROOT, Requires.Ability.TMUX})
@Timeout(300)
class CutoverTmuxTest {
    private static final List<String> USERS = List.of("anna", "bert", "carl", "dora", "emil", "away");

    @TempDir
    private Path temp;
    private DirectorCluster cluster;
    private Process run;
    private Tmux.Pane pane;

    private String userdb(String user) throws IOException {
        return Files.readAllLines(cluster.usersFile()).stream().filter(line -> line.startsWith(user + ":")).findFirst()
                .orElseThrow();
    }

    private String output() {
        try {
            return Files.readString(temp.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Tmux.Pane tui(Tmux tmux, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("tui", "--state=" + temp.resolve("state")));
        all.addAll(List.of(args));
        return tmux.open(80, 24, Map.of("TERM", "screen-256color", "LC_ALL", "C.UTF-8", "XDG_STATE_HOME", temp.resolve("xdg")
                .toString()), TuiTmuxTest.roost(all.toArray(String[]::new)));
    }

    /** Puts the bar on a user of the unfiltered list. */
    private void choose(int place) throws Exception {
        pane.keys("u");
        pane.await("of 6");
        pane.keys("Home");
        for (int i = 1; i < place; i++) {
            pane.keys("Down");
        }
        pane.await(" " + place + " of 6");
    }

    @Test
    void aNightAtTheScreen() throws Exception {
        try (Tmux tmux = new Tmux(temp); DirectorCluster started = DirectorCluster.with().users(USERS.toArray(String[]::new))
                .directorConfig("director_user_kick_delay = 1s").start()) {
            cluster = started;
            Path postpone = Files.createFile(temp.resolve("postpone"));
            begin(postpone);
            pane = tui(tmux);
            pane.await("Cutovers   HELD, 2 ready: held by the file " + postpone.toString().substring(0, 5));
            backends();
            cutOverNowAndRollBack();
            openGate();
            hold(postpone);
            theLastWord(tmux);
        } finally {
            if (run != null) {
                run.destroy();
                if (!run.waitFor(60, TimeUnit.SECONDS)) {
                    run.destroyForcibly().waitFor();
                }
            }
        }
    }

    private void begin(Path postpone) throws Exception {
        DovecotNode here = cluster.backends().get(0);
        for (String user : USERS) {
            MaildirSample.of(cluster.home(user).resolve("Maildir"), 3, 2).write();
            cluster.own(cluster.home(user));
            DovecotNode backend = user.equals("away") ? cluster.backends().get(1) : here;
            cluster.director().doveadm("director", "move", user, backend.ip()).succeeded();
        }
        Files.write(temp.resolve("users"), USERS);
        run = new ProcessBuilder(TuiTmuxTest.roost("migrate", "--dovecot-config=" + here.config(), "--director="
                + cluster.adminAddress(), "--here=" + here.ip(), "--mine", "--cutover", "--gate=passwd-file:"
                + cluster.gateFile(), "--switch=passwd-file:" + cluster.usersFile(), "--postpone-cutover-file=" + postpone,
                "--state=" + temp.resolve("state"), "--workers=2", "--quiet", "--users-file=" + temp.resolve("users")))
                .redirectErrorStream(true).redirectOutput(temp.resolve("output").toFile()).start();
        FakeRun.await("the run is there", () -> Files.exists(temp.resolve("state/control")) || !run.isAlive());
        assertTrue(run.isAlive(), this::output);
    }

    private void backends() throws Exception {
        pane.keys("b");
        List<String> screen = pane.await("Pinned here  2 users");
        assertTrue(screen.stream().anyMatch(line -> line.matches("    > 127\\.\\d+\\.\\d+\\.11 +up +100 +5 +2  -  this one")),
                String.join("\n", screen));
        assertTrue(screen.stream().anyMatch(line -> line.matches("      127\\.\\d+\\.\\d+\\.12 +up +100 +1 +-")),
                String.join("\n", screen));
        cluster.director().doveadm("director", "down", cluster.backends().get(1).ip()).succeeded();
        pane.await("DOWN ");
        cluster.director().doveadm("director", "up", cluster.backends().get(1).ip()).succeeded();
        pane.await("it is up", text -> !text.contains("DOWN"));
        // somebody moves a user who is ready: that is told, and the next one takes the place
        cluster.director().doveadm("director", "move", "bert", cluster.backends().get(1).ip()).succeeded();
        pane.await("bert is seen elsewhere", text -> text.lines().anyMatch(line -> line.matches(
                "      bert +moved to 127\\.\\d+\\.\\d+\\.12, .*")));
        pane.await("Pinned here  2 users");
    }

    private void cutOverNowAndRollBack() throws Exception {
        choose(4);
        pane.keys("c");
        pane.await("cut dora over now: sessions end, nobody can log in for some seconds");
        pane.keys("n");
        pane.await("nothing was done");
        assertFalse(Files.exists(cluster.home("dora").resolve("mdbox")));
        pane.keys("c", "y");
        pane.await("dora is done, in spite of the file", text -> text.lines().anyMatch(line ->
                line.matches(" >dora +done .*")));
        assertTrue(userdb("dora").contains("userdb_mail=mdbox:"), userdb("dora"));
        pane.keys("Enter");
        pane.await("Cutover   at ");
        pane.keys("c");
        pane.await("cutover: the user is done");
        pane.keys("?");
        pane.await("not now: the user is not locked out");
        pane.keys("Escape");
        pane.await("Placed ");
        pane.keys("R").type("rolback").keys("Enter");
        pane.await("nothing was done");
        pane.keys("R");
        pane.await("rolls dora back: nobody can log in meanwhile, all that came since goes to");
        pane.type("rollback").keys("Enter");
        pane.await("rolled back to the Maildir; left alone until r says otherwise");
        assertFalse(userdb("dora").contains("mdbox"), userdb("dora"));
        try (ImapClient imap = cluster.imap("dora")) {
            assertTrue(imap.command("LIST \"\" *").size() > 2);
        }
        pane.keys("Escape");
        pane.await("4 of 6");
    }

    private void openGate() throws Exception {
        AuthSocket auth = new AuthSocket(cluster.backends().get(0).baseDirectory().resolve("auth-master"), "imap");
        Gate foreign = new PasswdFileGate(cluster.gateFile().toString(), List.of(auth), RunIdentity.current(),
                Clock.systemUTC());
        foreign.close("emil", "a test", Instant.now().plus(Duration.ofMinutes(30)));
        choose(5);
        pane.keys("Enter");
        pane.await("Gate      LOCKED OUT since ");
        pane.keys("g");
        pane.await("let emil in at once; what goes on behind the gate is given up");
        pane.keys("y");
        pane.await("emil is let in, after ");
        assertEquals(List.of(), foreign.entries());
        pane.await("it is seen", text -> !text.contains("LOCKED OUT"));
        pane.keys("g");
        pane.await("open-gate: the user is not locked out");
        pane.keys("Escape");
        pane.await("5 of 6");
    }

    private void hold(Path postpone) throws Exception {
        choose(3);
        pane.keys("h");
        pane.await("carl is not locked out until unhold carl");
        pane.keys("H");
        pane.await("nobody is locked out until unhold");
        Files.delete(postpone);
        pane.keys("o");
        pane.await(" ready: held by an operator at ");
        assertFalse(Files.exists(cluster.home("anna").resolve("mdbox")));
        pane.keys("H");
        pane.await("let the cutovers go on, ");
        pane.keys("y");
        pane.await("cutovers go on; ready: ");
        choose(3);
        pane.await("emil goes on though carl waits", text -> text.lines().anyMatch(line -> line.matches("  emil +done .*")));
        pane.await("who is on another backend is left there", text -> text.lines()
                .anyMatch(line -> line.matches("  away +failed .*")));
        pane.await(">carl                     active");
        pane.await("ready, held by an operator");
        pane.keys("b");
        pane.await("left on 127.");
        pane.await("Pinned here  1 user;");
    }

    private void theLastWord(Tmux tmux) throws Exception {
        choose(3);
        pane.keys(":").type("unhold ca").keys("Tab", "Enter");
        pane.await("let carl be cut over as all others");
        pane.keys("y");
        pane.await("carl's end is shown, though the run ended with it", text -> text.lines().anyMatch(line -> line.matches(
                " >carl +done .*")) && text.contains("the run has ended"));
        assertEquals(1, run.waitFor(), this::output);
        pane.keys("q");
        pane.await("roost: the run has ended");
        assertEquals("", Files.readString(cluster.gateFile()));
        assertTrue(output().contains("3 done, 2 failed, 1 skipped"), this::output);

        Path history = temp.resolve("xdg/roost/tui-history");
        assertEquals(List.of("unhold carl"), Files.readAllLines(history));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
        pane = tui(tmux);
        pane.await("no run is alive in ");
        pane.keys(":", "Up");
        pane.await(":unhold carl");
    }
}
