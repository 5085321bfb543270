package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.FakeRun;
import io.roost.cli.control.JsonObject;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;

/** The real program in a real terminal, against a migration that really runs; a file holds it for as long as a test looks. */
@Requires(Requires.Ability.TMUX)
class TuiTmuxTest {
    @TempDir
    private Path temp;
    private Tmux tmux;
    private Process run;
    private Path link;
    private Path hold;

    @BeforeEach
    void begin() throws Exception {
        tmux = new Tmux(temp);
        List<String> users = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            users.add(String.format("user%02d@example.org", i));
            MaildirSample.of(temp.resolve("mail/" + users.get(i) + "/Maildir"), i, 2).write();
        }
        link = temp.resolve("mail/user07@example.org/Maildir/cur/1500000000.M1P1.link:2,S");
        Files.createSymbolicLink(link, temp);
        hold = Files.createFile(temp.resolve("hold"));
        Files.write(temp.resolve("users"), users);
        // the user who will fail is the first
        run = new ProcessBuilder(roost("migrate", "--no-dovecot", "--single-backend", "--home=" + temp + "/mail/%u",
                "--from=maildir:~/Maildir", "--state=" + temp.resolve("state"), "--hold-file=" + hold, "--workers=2", "--quiet",
                "user07@example.org", "--users-file=" + temp.resolve("users"))).redirectErrorStream(true)
                .redirectOutput(temp.resolve("output").toFile()).start();
        FakeRun.await("the run is there", () -> Files.exists(temp.resolve("state/control")) || !run.isAlive());
        assertTrue(run.isAlive(), () -> output());
    }

    private String output() {
        try {
            return Files.readString(temp.resolve("output"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @AfterEach
    void end() throws Exception {
        tmux.close();
        run.destroy();
        if (!run.waitFor(60, TimeUnit.SECONDS)) {
            run.destroyForcibly().waitFor();
        }
    }

    static String[] roost(String... args) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--add-opens", "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                        "io.roost.cli.Roost"));
        command.addAll(List.of(args));
        return command.toArray(String[]::new);
    }

    private Tmux.Pane tui(int columns, int rows, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("tui", "--state=" + temp.resolve("state")));
        all.addAll(List.of(args));
        return tmux.open(columns, rows, Map.of("TERM", "screen-256color", "LC_ALL", "C.UTF-8"),
                roost(all.toArray(String[]::new)));
    }

    private JsonObject status() throws Exception {
        try (ControlClient client = ControlClient.connect(temp.resolve("state").toString())) {
            return client.objects("status").get(0);
        }
    }

    @Test
    void anEveningAtTheScreen() throws Exception {
        Tmux.Pane pane = tui(80, 24);
        pane.await("HELD: held by the file");
        List<String> first = pane.await("1 failed !");
        assertTrue(first.get(0).startsWith(" roost · overview"), first.get(0));
        pane.await("failed   user07@example.org: one thing cannot");

        // filter, open the user who failed, look, repair, retry
        pane.keys("/").type("USER07");
        pane.await("  1 of 1");
        pane.keys("Enter", "Enter");
        pane.await("is a symbolic link, and Roost follows none");
        Files.delete(link);
        pane.keys("r");
        pane.await("try user07@example.org again before all others? [y/N]");
        pane.keys("n");
        pane.await("nothing was done");
        assertEquals(1, status().object("users").number("failed"));
        pane.keys("r", "y");
        pane.await("user07@example.org is next");
        pane.await("it is no longer failed", screen -> screen.contains("Phase     waiting")
                || screen.contains("Phase     active"));

        // pause, resume, workers, by key and by command
        pane.keys("Escape");
        pane.await(" roost · users: all, with \"USER07\"");
        pane.keys("Escape");
        pane.await("1 of 30");
        pane.keys("p");
        pane.await("PAUSED ·");
        assertEquals("paused", status().text("state"));
        pane.keys("p");
        pane.await(" running ·");
        pane.keys(":").type("work").keys("Tab").type("5").keys("Enter");
        pane.await("users in flight: 5 at the most");
        assertEquals(5, status().number("workers"));
        pane.keys("+");
        pane.await("users in flight: 6 at the most");
        pane.keys("-");
        pane.await("users in flight: 5 at the most");
        pane.keys(":").type("rate 20").keys("Enter");
        pane.await("rate: bandwidth: found \"20\"");
        pane.keys("o", ">");
        pane.await("faster: no operator's limit is set");
        pane.keys(":").type("rate 20MB/s").keys("Enter");
        pane.await("the rate is 20MB/s");
        pane.keys("<");
        pane.await("the rate is 10MB/s");
        pane.keys(">");
        pane.await("it is twice that", text -> text.contains("the rate is 20MB/s"));
        pane.keys("H");
        pane.await("hold: this run cuts nobody over: it was started without --cutover");
        skipSortAndSave(pane);

        // every size
        pane.resize(250, 70);
        pane.await("the big screen is drawn", screen -> screen.lines().findFirst().orElse("").stripTrailing().length() > 200);
        pane.resize(100, 30);
        List<String> middle = pane.await("the middle one", screen -> screen.lines().findFirst().orElse("").stripTrailing()
                .length() == 99);
        assertEquals(30, middle.size());
        pane.resize(30, 5);
        pane.await("too small");
        pane.resize(80, 24);
        pane.await("HELD: held by the file");

        // leave, and find the terminal as it was
        pane.keys("q");
        List<String> left = pane.await("icanon");
        assertEquals("BEFORE", left.get(0));
        assertTrue(left.get(1).startsWith("roost: the run goes on (process " + run.pid() + ")"), left.toString());
        assertTrue(left.containsAll(List.of("EXIT 0", "echo", "icanon", "isig")), left.toString());
        assertTrue(run.isAlive());
    }

    private void skipSortAndSave(Tmux.Pane pane) throws Exception {
        pane.keys("u", "Home", "Down", "Down");
        pane.await("  3 of 30");
        pane.keys("s");
        pane.await("out of this run (another run may do it)? [y/N]");
        pane.keys("y");
        pane.await("is left out of this run");
        assertEquals(1, status().object("users").number("skipped"));
        pane.keys("Right");
        pane.await("users: all, by name");
        pane.keys("i");
        pane.await("the last name stands first", text -> text.contains("users: all, by name, descending") && text.contains(
                ">user29@example.org"));
        pane.keys("A");
        pane.await(", 30 marked");
        pane.keys("r");
        pane.await("try 30 marked users again before all others? [y/N]");
        pane.keys("n", "U", "f", "f", "f", "f", "f");
        pane.await("  1 of 1");
        Path table = temp.resolve("table");
        pane.keys("w").type(table.toString()).keys("Enter");
        pane.await("written: ");
        List<String> lines = Files.readAllLines(table);
        assertEquals(2, lines.size(), lines.toString());
        assertEquals("user\tphase\tattempts\tmails_done\tmails_total\tbytes_total\tseconds\tchanged\terror", lines.get(0));
        assertTrue(lines.get(1).matches("user\\d\\d@example.org\tskipped\t[01](\t[^\t]*){6}"), lines.get(1));
        pane.keys("w").type(table.toString()).keys("Enter");
        pane.await("not written, that file exists already: ");
        pane.keys("f");
        pane.await("1 of 30");
        pane.keys("w").type(table + "2").keys("Enter");
        pane.await(" 30 users");
        assertEquals(31, Files.readAllLines(temp.resolve("table2")).size());
        pane.keys("o");
        pane.await("HELD: held by the file");
    }

    @Test
    void severalWatchAndTheRunSurvivesThemAll() throws Exception {
        Tmux.Pane watcher = tui(80, 24, "--read-only");
        Tmux.Pane other = tui(250, 70);
        watcher.await("HELD: held by the file");
        watcher.keys("p");
        watcher.await("pause: this session only looks (--read-only)");
        watcher.keys("?");
        watcher.await("not now: this session only looks (--read-only)");
        watcher.keys("Escape");
        other.await("HELD: held by the file");
        other.keys("p");
        watcher.await("PAUSED ·");
        other.await("PAUSED ·");
        other.keys("p");
        watcher.await(" running ·");

        // a terminal that is killed, and one whose program is
        other.kill();
        // one that is stopped says nothing: that is no word of its own
        assertEquals(0, new ProcessBuilder("sh", "-c", "kill -STOP " + run.pid()).start().waitFor());
        watcher.await("SILENT, as of ");
        watcher.await(" nothing comes from the run: is its process stopped");
        assertEquals(0, new ProcessBuilder("sh", "-c", "kill -CONT " + run.pid()).start().waitFor());
        watcher.await(" running ·");

        killed("TERM", 143);
        killed("HUP", 129);
        assertTrue(run.isAlive());

        // the run ends, and the screen says so
        Files.delete(hold);
        watcher.await("the run has ended; what is shown is its last word");
        watcher.await("100 % of 30 users");
        assertEquals(1, run.waitFor(), this::output);
        watcher.keys("q");
        watcher.await("roost: the run has ended; roost status shows what is recorded");
    }

    /** The program ends by a signal, and leaves the terminal as it was. */
    private void killed(String signal, int exit) throws Exception {
        Tmux.Pane pane = tui(80, 24);
        pane.await("HELD: held by the file");
        long pid = ProcessHandle.of(pane.pid()).orElseThrow().descendants().filter(p -> p.info().command().orElse("")
                .endsWith("java")).findFirst().orElseThrow().pid();
        assertEquals(0, new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start().waitFor());
        List<String> left = pane.await("icanon");
        assertEquals("BEFORE", left.get(0), left.toString());
        assertTrue(left.containsAll(List.of("EXIT " + exit, "echo", "icanon", "isig")), left.toString());
        assertTrue(left.stream().noneMatch(line -> line.contains("Exception")), left.toString());
    }

    @Test
    void whatIsPastedIsNoKeys() throws Exception {
        Tmux.Pane pane = tui(80, 24);
        pane.await("HELD: held by the file");
        pane.paste("S\ny\n");
        pane.await("what was pasted is not taken for keys");
        assertEquals("running", status().text("state"));
        pane.keys("/");
        pane.paste("user1" + "9".repeat(10_000));
        pane.await("no such user");
        pane.keys("C-u").type("user19");
        pane.await(">user19@example.org ");
    }

    @Test
    void poorTerminals() throws Exception {
        Tmux.Pane ascii = tmux.open(80, 24, Map.of("TERM", "vt100", "LC_ALL", "C.UTF-8", "ROOST_CHARSET", "ANSI_X3.4-1968",
                "NO_COLOR", "1"), roost("tui", "--state=" + temp.resolve("state")));
        List<String> screen = ascii.await("HELD: held by the file");
        assertTrue(screen.get(0).startsWith(" roost - overview"), screen.get(0));
        assertTrue(screen.stream().anyMatch(line -> line.startsWith("  Progress ") && line.contains("....]")),
                screen.toString());
        screen.forEach(line -> assertTrue(line.chars().allMatch(c -> c < 128), line));

        Tmux.Pane dumb = tmux.open(80, 24, Map.of("TERM", "dumb"), roost("tui", "--state=" + temp.resolve("state")));
        dumb.await("throttle held by the file");
        Process piped = new ProcessBuilder(roost("tui", "--state=" + temp.resolve("state"))).redirectErrorStream(true).start();
        assertTrue(piped.inputReader().readLine().contains("following in plain lines"));
        piped.destroy();
    }
}
