package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.FakeRun;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;

/** Runs that are started on the screens. */
@Requires(Requires.Ability.TMUX)
class TuiStartTest {
    @TempDir
    private Path temp;
    private Tmux tmux;

    @BeforeEach
    void begin() throws IOException {
        tmux = new Tmux(temp);
        for (String user : List.of("anna", "bert")) {
            MaildirSample.of(temp.resolve("mail/" + user + "/Maildir"), 1, 2).write();
        }
        Files.write(temp.resolve("users"), List.of("anna", "bert"));
    }

    @AfterEach
    void end() throws Exception {
        tmux.close();
    }

    private String state() {
        return temp.resolve("state").toString();
    }

    private boolean isAlive() {
        try (ControlClient client = ControlClient.connect(state())) {
            return client.pid() > 0;
        } catch (ControlException e) {
            return false;
        }
    }

    private Tmux.Pane tui(String options, String... args) throws Exception {
        String[] all = new String[args.length + 3];
        all[0] = "tui";
        all[1] = "--state=" + state();
        all[2] = "--with=" + options + " --single-backend --no-dovecot --home=" + temp + "/mail/%u --from=maildir:~/Maildir";
        System.arraycopy(args, 0, all, 3, args.length);
        return tmux.open(100, 30, Map.of("TERM", "screen-256color", "LC_ALL", "C.UTF-8"), TuiTmuxTest.roost(all));
    }

    @Test
    void planThenStartThenTheTerminalIsKilled() throws Exception {
        Path hold = Files.createFile(temp.resolve("hold"));
        Tmux.Pane pane = tui("--hold-file=" + hold);
        pane.await("no run is alive in ");
        pane.keys("P");
        pane.await("Which: nothing is named");
        pane.keys("Down", "Enter").type(temp.resolve("users").toString()).keys("Enter");
        pane.await("--users-file=" + temp.toString().substring(0, 5));
        pane.keys("P");
        pane.await("2 users: 2 clean, 0 with losses or obstacles, 0 failed");
        pane.keys("Enter");
        pane.await("All of it can be carried over");
        pane.await(", lines 1 to 27 of 28");
        pane.keys("End");
        pane.await("日本/東京");
        assertFalse(Files.exists(temp.resolve("state")), "a plan writes nothing");
        pane.keys("Escape", "Escape");
        pane.await("What S will run");
        pane.keys("S");
        pane.await("start this run, for the users in ");
        pane.await("it goes on by itself if this terminal ends [y/N]");
        pane.keys("y");
        pane.await("HELD: held by the file");
        pane.kill();
        tmux.close();
        assertTrue(isAlive());
        Files.delete(hold);
        FakeRun.await("both are migrated", () -> Files.exists(temp.resolve("mail/anna/mdbox")) && Files.exists(temp.resolve(
                "mail/bert/mdbox")));
        FakeRun.await("the run ends", () -> !isAlive());
    }

    @Test
    void theFirstTryWithOneUser() throws Exception {
        Tmux.Pane pane = tui("", "anna");
        pane.await("It writes nothing, anywhere.");
        pane.keys("Enter");
        pane.await("All of it can be carried over: ");
        assertFalse(Files.exists(temp.resolve("state")));
        pane.await("Copies the mails into m.* files");
        pane.keys("Enter");
        pane.await("anna: done: ");
        pane.await("2 Migrate, done");
        assertTrue(Files.isDirectory(temp.resolve("mail/anna/mdbox/storage")));
        pane.keys("Enter");
        pane.await("Equal: ");
        pane.await("Dovecot still uses the Maildir.");
        pane.keys("q");
        pane.await("EXIT 0");
    }
}
