package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.cli.control.FakeRun;
import io.roost.cli.control.JsonObject;

/** Screens when things are not as they should be. */
class AwkwardSessionTest extends SessionHarness {
    private static final String TIME = "\"time\":\"2026-11-23T21:00:00.000Z\"";

    private void key(Key.Name... names) {
        for (Key.Name name : names) {
            session.key(Key.of(name));
        }
    }

    private void paste(String text) {
        key(Key.Name.PASTE_BEGINS);
        text.codePoints().forEach(c -> session.key(c == '\n' ? Key.of(Key.Name.ENTER) : Key.character(c)));
        key(Key.Name.PASTE_ENDS);
    }

    private static void assertHides(List<String> screen, String text) {
        assertFalse(String.join("\n", screen).contains(text), text + "\n" + String.join("\n", screen));
    }

    @Test
    void whatIsPastedIsNoKeys() {
        connected();
        paste("S\ny\nq:now\nnow\n");
        assertShows(screen(80, 24), " roost · overview", "what was pasted is not taken for keys; / and : take text");
        keys("S");
        paste("y\n");
        assertShows(screen(80, 24), "end the whole run; users in flight end at a safe step? [y/N]");
        key(Key.Name.ESCAPE);
        keys(":");
        paste("stop\ny\n");
        assertShows(screen(80, 24), ":stopy", "Enter does it");
        key(Key.Name.ESCAPE, Key.Name.PASTE_BEGINS, Key.Name.INTERRUPT);
        keys("u");
        assertShows(screen(80, 24), " roost · users");
    }

    @Test
    void tenThousandCharactersInTheFilter() {
        connected();
        keys("/");
        paste("long\u0301".repeat(2_000));
        List<String> screen = screen(80, 24);
        assertTrue(screen.get(0).startsWith(" roost · users: all, with \"long\u0301") && screen.get(0)
                .endsWith("… running · 21:00:10"), screen.get(0));
        assertTrue(screen.get(22).endsWith("long\u0301"), screen.get(22));
        key(Key.Name.KILL_LINE);
        assertShows(screen(80, 24), " roost · users: all   ", "Enter keeps the filter  Esc shows all");
    }

    @Test
    void everyScreenSaysWhyItHasNothing() {
        model.trouble("no run is alive in the state directory /nowhere", true);
        assertShows(screen(80, 24), "  no run is alive in the state directory /nowhere", "P prepare a run");
        for (String command : List.of("users", "backends", "user anna")) {
            keys(":" + command);
            key(Key.Name.ENTER);
            assertShows(screen(80, 24), "  no run is alive in the state directory /nowhere");
            assertHides(screen(80, 24), "asking");
        }
        keys("oP");
        assertShows(screen(80, 24), " roost · prepare a run", "  no run is alive in the state directory /nowhere. Say what is "
                + "to be done");
        keys("?");
        assertHides(screen(80, 60), "goes on without you");
    }

    @Test
    void aRunThatHasEndedLeavesThoseWhoFailed() {
        connected();
        keys("u");
        model.take(json(STATUS.replace("\"running\"", "\"ended\"")));
        List<JsonObject> rows = rows(3, "failed");
        seen(null, new RunModel.UsersPage(UsersQuery.failures(1_000), rows, 3), null, List.of());
        assertShows(screen(80, 24), "  the run has ended and answers no more; roost status shows what is recorded");
        keys("f");
        assertShows(screen(80, 24), ">e\u0301mile0@例え.jp", "1 of 3");
        key(Key.Name.ENTER);
        assertShows(screen(80, 24), " roost · user e\u0301mile0@例え.jp", "Phase     failed, 2 attempts",
                "Error     the disk is full", "Next      a further run tries again; the Maildir is in force as before",
                "There is more in roost status");
        keys("o");
        assertShows(screen(80, 24), "Needs attention  3 users", "P prepare a run");
    }

    @Test
    void notEverybodyIsMarkedAtOnce() {
        connected();
        keys("u");
        seen(new RunModel.UsersPage(new UsersQuery(0, 76, "", "", ""), rows(5, "failed"), 10_001), null, null, null);
        screen(80, 24);
        keys("A");
        assertShows(screen(80, 24), "mark: the list has more than 10,000 users: filter it first");
    }

    @Test
    void aListThatIsRefusedSaysWhy() {
        connected();
        keys("u");
        seen(new RunModel.UsersPage(new UsersQuery(0, 76, "", "", ""), List.of(), 0, "found \"sort=name\", expected less"),
                null, null, null);
        assertShows(screen(80, 24), "  found \"sort=name\", expected less");
    }

    @Test
    void noRunAndNoConnectionAreTwoThings() {
        model.trouble("32 clients are connected already", false);
        assertTrue(screen(80, 24).get(0).endsWith(" not connected"), screen(80, 24).get(0));
        assertShows(screen(80, 24), "  32 clients are connected already");
        keys("p");
        assertShows(screen(80, 24), "pause: there is no connection to a run");
        model.trouble("no run is alive", true);
        assertTrue(screen(80, 24).get(0).endsWith(" no run"), screen(80, 24).get(0));
        connected();
        assertFalse(model.isSilent(System.currentTimeMillis()));
        assertTrue(model.isSilent(System.currentTimeMillis() + 6_000), "it says something every second");
    }

    @Test
    void noEstimateWhileNothingIsRead() {
        connected();
        assertShows(screen(80, 24), "0 % of 300,000 users, about 3 h 20 min left");
        model.take(json(STATUS.replace("\"throttle\":{\"held\":false", "\"throttle\":{\"held\":true")));
        assertShows(screen(80, 24), "0 % of 300,000 users, standing still");
    }

    @Test
    void countsAreNotCutOff() {
        connected();
        assertShows(screen(80, 24), "299,900 waiting  2 active  1 retrying  90 done  7 failed !");
        assertHides(screen(80, 24), "0 skip");
        assertShows(screen(100, 24), "0 skipped");
    }

    @Test
    void readyAndHeldAloneIsNotCountedAsGoingOn() {
        model.verbs(Set.of("hold", "unhold"));
        model.take(json(STATUS.replace("\"locked_out\"", "\"cutover\":{\"mode\":\"cut_over\",\"held\":\"held by an "
                + "operator\",\"held_by_operator\":true,\"ready\":[{\"user\":\"anna\",\"held_alone\":true},"
                + "{\"user\":\"bert\",\"held_alone\":false}]},\"locked_out\"")));
        keys("H");
        assertShows(screen(80, 24), "let the cutovers go on, 1 ready: locked out");
    }

    @Test
    void whatTabFoundIsShownInFull() {
        connected();
        keys(":");
        key(Key.Name.TAB);
        List<String> screen = screen(80, 24);
        assertShows(screen, " backends  keys  log  mouse  overview  pause", "workers", "Tab completes");
        key(Key.Name.ESCAPE);
        keys("u");
        List<JsonObject> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add(json("{\"type\":\"user_row\"," + TIME + ",\"user\":\"user" + i + "@example.org\",\"phase\":\"done\"}"));
        }
        seen(new RunModel.UsersPage(new UsersQuery(0, 1_000, "", "", ""), many, 500), null, null, null);
        keys(":retry user");
        key(Key.Name.TAB);
        screen = screen(80, 24);
        assertShows(screen, " roost · users: all", " and more", ":retry user");
    }

    @Test
    void aVerbWithoutItsUserIsNotAskedAbout() {
        connected();
        for (String verb : List.of("skip", "user")) {
            keys(":" + verb);
            key(Key.Name.ENTER);
            assertShows(screen(80, 24), verb + ": expected the name of a user");
            assertHides(screen(80, 24), "[y/N]");
        }
    }

    @Test
    void whereALongTextIsSeenOf() {
        connected();
        keys("?");
        assertTrue(screen(80, 24).get(0).startsWith(" roost · help, lines 1 to 21 of "), screen(80, 24).get(0));
        assertHides(screen(80, 24), "Keys of this screen");
        key(Key.Name.END);
        assertShows(screen(80, 24), "Draw everything anew.");
        assertTrue(screen(80, 80).get(0).startsWith(" roost · help   "), "all of it is seen");
    }

    @Test
    void theFormNamesWhatWillHappen() {
        model.trouble("no run is alive in the state directory /nowhere", true);
        session.prepare();
        assertShows(screen(80, 24), "where their names come from: file, glob, names, Dovecot; Enter takes",
                "Which: nothing is named");
        key(Key.Name.DOWN, Key.Name.ENTER);
        keys("/some/file");
        key(Key.Name.ENTER);
        keys("S");
        assertShows(screen(80, 24), "start this run, for the users in /some/file? They stay on the Maildir;");
        keys("n");
        for (int i = 0; i < 6; i++) {
            key(Key.Name.DOWN);
        }
        key(Key.Name.ENTER);
        keys("--cutover " + "--ignore-check=much-that-does-not-fit ".repeat(20));
        key(Key.Name.ENTER);
        List<String> screen = screen(80, 24);
        assertShows(screen, "more lines; this terminal is too low");
        keys("S");
        assertShows(screen(80, 24), "Each is locked out for some", " ends [y/N]");
    }

    @ParameterizedTest
    @CsvSource({"39,24", "80,7", "20,5", "1,1"})
    void tooSmall(int columns, int rows) {
        connected();
        List<String> screen = screen(columns, rows);
        assertTrue(screen.get(0).startsWith(columns == 1 ? "…" : "too small"), screen.toString());
    }

    @Test
    void theWalkTellsWhatTheNextStepWouldSay() {
        String plan = "{\"type\":\"plan\"," + TIME
                + ",\"user\":\"anna\",\"clean\":false,\"mails\":2,\"bytes\":3,\"obstacles\":[\"a link\"],\"mailboxes\":[]}";
        walk(() -> List.of("sh", "-c", "echo '" + plan + "'; exit 5"));
        key(Key.Name.ENTER);
        FakeRun.await("the plan is there", () -> {
            model.runPosted();
            return String.join("\n", screen(80, 24)).contains("1 Look, done");
        });
        assertShows(screen(80, 24), "NOT all of it can be carried over", "a link",
                "The next step would refuse the user, and change nothing.", "L look again");
        keys("u");
        assertShows(screen(80, 24), " roost · users");
        key(Key.Name.ESCAPE, Key.Name.ESCAPE);
        assertShows(screen(80, 24), " roost · first try: anna", "1 Look, done");
        keys("L");
        assertShows(screen(80, 24), "  at it ...");
    }

    @Test
    void theWalkTellsAnErrorOnce() {
        walk(() -> List.of("sh", "-c", "echo '{\"type\":\"failed\"," + TIME + ",\"user\":\"anna\",\"reason\":\"no Maildir\"}'; "
                + "echo 'roost: no Maildir' >&2; exit 1"));
        key(Key.Name.ENTER);
        FakeRun.await("it has failed", () -> {
            model.runPosted();
            return String.join("\n", screen(80, 24)).contains("This step ended with exit code 1");
        });
        assertEquals(1, screen(80, 24).stream().filter(line -> line.contains("no Maildir")).count(), screen(80, 24).toString());
    }

    private void walk(Supplier<List<String>> program) {
        session(StandardCharsets.UTF_8, new RoostProgram(program), "anna");
        model.trouble("no run is alive in the state directory /nowhere", true);
    }
}
