package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.UserState;
import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.JsonLines;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.migrate.Event;
import io.roost.migrate.MonthCounts;

class EventJsonTest {
    private long now;

    @Test
    void eachEventHasItsObject() {
        CapturedScreen captured = CapturedScreen.plain();
        EventJson events = new EventJson(new JsonLines(captured.screen(), Clock.systemUTC()), () -> now);
        events.event(new Event.Started("anna", "/a", "/b\u00ff", 0));
        events.event(new Event.Scanned("anna", 3, 200, 4_000));
        for (int i = 0; i <= 200; i++) {
            events.event(new Event.Copying("anna", i, 200, i * 20, 4_000));
            now += 10_000_000L;
        }
        events.event(new Event.Problem("anna", Samples.problem(Kind.WRONG_SIZE, "cur/1")));
        events.event(new Event.Reached("anna", UserState.COPIED));
        events.event(new Event.SourceChanged("anna", 2));
        List<Map<String, Object>> lines = Json.lines(captured.out());
        assertEquals(List.of("started", "scanned", "copying", "copying", "copying", "problem", "reached", "source_changed"),
                lines.stream().map(l -> l.get("type")).toList(), "copying once a second, and the last one");
        assertEquals(List.of("anna"), lines.stream().map(l -> l.get("user")).distinct().toList());
        assertEquals("/b\\xff", lines.get(0).get("target"));
        assertEquals("L2L/", lines.get(0).get("target_base64"));
        assertEquals(null, lines.get(0).get("source_base64"));
        assertEquals(200L, lines.get(4).get("mails_done"));
        assertEquals(4_000L, lines.get(4).get("bytes_total"));
        assertEquals("wrong-size", lines.get(5).get("kind"));
        assertEquals("warning", lines.get(5).get("severity"));
        assertEquals("copied", lines.get(6).get("state"));
        assertEquals(2L, lines.get(7).get("attempt"));
    }

    @Test
    void monthsOfBothSides() {
        CapturedScreen captured = CapturedScreen.plain();
        MonthCounts source = new MonthCounts();
        source.add(1_577_836_799L, 1);
        source.add(1_577_836_800L, 7);
        source.addUndated(2);
        MonthCounts target = new MonthCounts();
        target.add(1_577_836_800L, 7);
        new EventJson(new JsonLines(captured.screen(), Clock.systemUTC()),
                () -> now).event(new Event.Compared("anna", source, target));
        Map<String, Object> line = Json.object(captured.out());
        assertEquals("compared", line.get("type"));
        assertEquals(Map.of("2019-12", 1L, "2020-01", 7L), line.get("source"));
        assertEquals(Map.of("2020-01", 7L), line.get("target"));
        assertEquals(2L, line.get("undated"));
    }
}
