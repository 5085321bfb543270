package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Screens as text, at three sizes, of what a run has said. */
class SessionTest extends SessionHarness {
    @ParameterizedTest
    @CsvSource({"80,24", "132,43", "250,70"})
    void overview(int columns, int rows) {
        connected();
        List<String> screen = screen(columns, rows);
        assertShows(screen, " roost · overview", "  Progress ", "0 % of 300,000 users, about 3 h 20 min left",
                "299,900 waiting  2 active  1 retrying  90 done  7 failed !", "12,345 mails, 1.2 GiB", "120 mails/s, 12 MiB/s",
                " ▂▄█", "limited to 20MB/s by the command line", "Locked out 1 now: anna@example.org 2.0 s",
                "Cut over   90 users, locked out for 0.8 s (median), 3.2 s (longest)", "in 7 h 59 min", "anna@example.org",
                columns < 100 ? "█████▌░░  70 %" : "████████▍░░░  70 %", "70/100", "scanning #2", "Needs attention  8 users",
                "failed   e\u0301mile0@例え.jp: the disk is full", "FAILED: escape \\x1b[31m here", " ? help  q quit  p pause");
        assertTrue(screen.get(rows - 3).contains("FAILED: escape"), "the last event stands last " + screen);
    }

    @ParameterizedTest
    @CsvSource({"80,24", "132,43", "250,70"})
    void users(int columns, int rows) {
        connected();
        keys("u");
        assertShows(screen(columns, rows), " roost · users: all", "  asking");
        seen(new RunModel.UsersPage(new UsersQuery(0, 4 * (rows - 5), "", "", ""), rows(200, "failed"), 300_000), null, null,
                null);
        List<String> screen = screen(columns, rows);
        assertShows(screen, "User", "Phase", "Mails", "1 of 300,000", ">e\u0301mile0@例え.jp", "failed", "5/1,000,000", "4.7 GiB",
                "the disk is");
        session.key(Key.of(Key.Name.DOWN));
        keys(" ");
        screen = screen(columns, rows);
        assertShows(screen, "✓ e\u0301mile1@例え.jp", ">e\u0301mile2@例え.jp", "3 of 300,000", "1 marked");
        session.key(Key.of(Key.Name.END));
        assertShows(screen(columns, rows), "300,000 of 300,000", "(coming)");
    }

    @Test
    void aFilterIsAskedForWhileItIsTyped() {
        connected();
        keys("/abq");
        assertShows(screen(80, 24), "/abq", "users: all, with \"abq\"");
        session.key(Key.of(Key.Name.BACKSPACE));
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), "users: all, with \"ab\"");
        session.key(Key.of(Key.Name.ESCAPE));
        assertShows(screen(80, 24), " roost · users: all ");
        session.key(Key.of(Key.Name.ESCAPE));
        assertShows(screen(80, 24), " roost · overview");
    }

    @Test
    void whatTouchesAUserIsAskedBefore() {
        connected();
        keys("u");
        seen(new RunModel.UsersPage(new UsersQuery(0, 76, "", "", ""), rows(5, "failed"), 5), null, null, null);
        screen(80, 24);
        keys("  s");
        assertShows(screen(80, 24), "take 2 marked users out of this run (another run may do it)? [y/N]");
        keys("x");
        assertShows(screen(80, 24), "nothing was done");
        keys(":skip anna");
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), "take anna out of this run (another run may do it)? [y/N]");
    }

    private void cutsOver(String more) {
        connected();
        model.verbs(Set.of("status", "hold", "unhold", "cutover", "open-gate", "rollback", "now", "user", "users", "retry",
                "skip"));
        model.take(json(STATUS.replace("\"locked_out\"", "\"cutover\":{\"mode\":\"cut_over\"" + more + "},\"locked_out\"")));
    }

    @Test
    void whatCannotBeTakenBackWantsTheWord() {
        cutsOver("");
        keys(":rollback anna");
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), "type rollback to do it:", "rolls anna back: nobody can log in meanwhile, all that came "
                + "since goes to", "the mdbox is moved aside");
        keys("y");
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), "nothing was done");
        keys(":now");
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), "type now to do it:");
        session.key(Key.of(Key.Name.ESCAPE));
        assertShows(screen(80, 24), "nothing was done", " roost · overview");
    }

    @Test
    void aQuestionIsNeverCutOff() {
        cutsOver("");
        keys(":cutover " + "a-long-name-".repeat(5) + "@example.org");
        session.key(Key.of(Key.Name.ENTER));
        String text = String.join(" ", screen(80, 24).stream().map(String::strip).toList());
        assertTrue(text.contains("over now: sessions end, nobody can log in for some seconds, and then the mdbox is in force? "
                + "[y/N]"), text);
    }

    @Test
    void cutoversThatAreHeld() {
        cutsOver(",\"held\":\"held by an operator at 22:10\",\"held_by_operator\":true,\"ready\":[{\"user\":\"anna\"}]");
        assertShows(screen(80, 24), "  Cutovers   HELD, 1 ready: held by an operator at 22:10; H goes on", "300,000 users, cutovers held");
        keys("H");
        assertShows(screen(80, 24), "let the cutovers go on, 1 ready: locked out for some seconds");
        keys("n?");
        assertShows(screen(80, 80), "Cut over those who are ready, and all others; asks first.");
    }

    @Test
    void aRunThatCutsNobodyOverSaysSo() {
        connected();
        model.verbs(Set.of("hold", "cutover", "rollback", "open-gate", "user", "users"));
        keys("H");
        assertShows(screen(80, 24), "hold: this run cuts nobody over: it was started without --cutover");
        keys("u?");
        assertShows(screen(80, 90), "not now: this run cuts nobody over: it was started", "roost rollback USER brings users");
    }

    @ParameterizedTest
    @CsvSource({"80,24", "132,43", "250,70"})
    void backends(int columns, int rows) {
        connected();
        keys("b");
        assertShows(screen(columns, rows), " roost · backends", "  asking");
        String time = "\"time\":\"2026-11-23T21:00:10.000Z\"";
        seen(null, null, null, List.of(json("{\"type\":\"cluster\"," + time + ",\"director\":true,\"here\":\"10.0.0.11\",\"asked\":"
                + "\"2026-11-23T21:00:10.000Z\",\"trouble\":\"\",\"pinned\":1,\"away\":1}"),
                json("{\"type\":\"backend\"," + time + ",\"ip\":\"10.0.0.11\",\"here\":true,\"up\":true,\"vhosts\":100,\"users\":123456,"
                        + "\"pinned\":4,\"tag\":\"\",\"changed\":null}"),
                json("{\"type\":\"backend\"," + time + ",\"ip\":\"2001:db8::12\",\"here\":false,\"up\":false,\"vhosts\":0,\"users\":7,"
                        + "\"pinned\":0,\"tag\":\"eu\",\"changed\":\"2026-11-23T20:00:00.000Z\"}"),
                json("{\"type\":\"director\"," + time
                        + ",\"ip\":\"10.0.0.2\",\"port\":9090,\"kind\":\"self\",\"status\":\"ring "
                        + "handshaking\",\"failed\":null}"),
                json("{\"type\":\"pinned\"," + time + ",\"user\":\"anna\",\"since\":\"2026-11-23T21:00:00.000Z\",\"expires\":"
                        + "\"2026-11-23T21:15:00.000Z\"}"),
                json("{\"type\":\"away\"," + time + ",\"user\":\"e\u0301mile@例え.jp\",\"host\":\"10.0.0.12\",\"moved\":true,\"seen\":"
                        + "\"2026-11-23T20:59:00.000Z\"}")));
        assertShows(screen(columns, rows), "> 10.0.0.11        up        100    123,456        4  -  this one",
                "2001:db8::12     DOWN   ", "tag eu", "10.0.0.2:9090            self    ring handshaking",
                "Pinned here  1 user", "anna", "for 14 min 50 s more", "e\u0301mile@例え.jp", "moved to 10.0.0.12");
    }

    @Test
    void columnsAreSortedByKeysAndClicks() {
        connected();
        keys("u");
        for (int i = 0; i < 3; i++) {
            session.key(Key.of(Key.Name.RIGHT));
        }
        assertShows(screen(80, 24), "users: all, by mails, descending", " Mails▼ ");
        keys("i");
        assertShows(screen(80, 24), "users: all, by mails  ", " Mails▲ ");
        session.key(new Key(Key.Name.CLICK, 0, 1, 4));
        assertShows(screen(80, 24), "users: all, by name  ", "User▲ ");
        session.key(Key.of(Key.Name.LEFT));
        session.key(Key.of(Key.Name.LEFT));
        assertShows(screen(80, 24), "users: all, by last change, descending", " Changed▼ ");
        assertShows(screen(120, 24), " Size ", " Time ", " Changed▼ ");
    }

    @Test
    void aUser() {
        connected();
        keys(":user bad");
        session.key(Key.of(Key.Name.ENTER));
        assertShows(screen(80, 24), " roost · user bad", "asking");
        seen(null, null, new RunModel.UserPage("bad",
                json("{\"type\":\"user\",\"time\":\"2026-11-23T21:00:00.000Z\",\"user\":\"bad\",\"phase\":"
                + "\"retrying\",\"attempts\":2,\"retry_at\":\"2026-11-23T21:05:00.000Z\",\"error\":\"" + "quite a long error ".repeat(8)
                + "\",\"active\":null,\"record\":{\"state\":\"copied\",\"mails_placed\":10,\"mails_total\":20,\"bytes_placed\":5},"
                + "\"mailboxes\":[{\"name\":\"INBOX\",\"mails\":20},{\"name\":\"日本/東京\",\"mails\":5}],\"problems\":[\"odd\"]}"),
                List.of(json("{\"type\":\"reached\",\"time\":\"2026-11-23T20:59:00.000Z\",\"user\":\"bad\",\"state\":\"copied\"}")), ""), null);
        List<String> screen = screen(80, 40);
        assertShows(screen, "Phase     retrying, 2 attempts", "Placed    10 of 20 mails", "tried again at",
                "[queued] > [copying] > [copied ", "  finished ", "- odd", "日本/東京", "████████████████");
        seen(null, null, new RunModel.UserPage("bad",
                json("{\"type\":\"user\",\"time\":\"2026-11-23T21:00:00.000Z\",\"user\":\"bad\",\"phase\":"
                + "\"active\",\"record\":{\"state\":\"gated\"}}"), List.of(), ""), null);
        assertShows(screen(80, 40), "[queued] > [pinned] > [copying] > [copied] > [gated]", "released ");
        assertEquals(3, screen.stream().filter(line -> line.contains("long error")).count(), "nothing of an error is cut off");
    }

    @Test
    void helpSaysWhyAKeyDoesNothing() {
        connected();
        keys("?");
        assertEquals(1, screen(80, 80).stream().filter(line -> line.contains("not now")).count(), "this run knows no hold");
        session.key(Key.of(Key.Name.ESCAPE));
        model.verbs(Set.of());
        keys("?");
        assertShows(screen(80, 80), "not now: this run knows no pause", "not now: this run knows no rate");
    }

    @Test
    void theTruthWhenThereIsNoConnection() {
        model.trouble("no run is alive in the state directory /nowhere", true);
        assertShows(screen(80, 24), "no run is alive", "no run");
        connected();
        model.trouble("the connection to the run ended in the middle of an answer", false);
        assertShows(screen(80, 24), "NO CONNECTION, as of ", "the connection to the run ended");
        model.take(json("{\"type\":\"run\",\"time\":\"2026-11-23T21:00:00.000Z\",\"state\":\"ended\",\"reason\":\"\"}"));
        assertShows(screen(80, 24), "the run has ended; what is shown is its last word");
    }

    @Test
    void asciiWhereThereIsNoMore() {
        session(StandardCharsets.US_ASCII);
        connected();
        List<String> screen = screen(80, 24);
        screen.forEach(line -> assertTrue(line.chars().allMatch(c -> c < 128), line));
        assertShows(screen, " roost - overview", "[####..]  70 %", "e?mile0@??.jp");
        assertEquals(List.of("too small", "20x5", "roost needs", "40x8", ""), session.draw(5, 20).text());
        assertEquals(List.of("~"), session.draw(1, 1).text());
    }
}
