package io.roost.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.engine.Phase;

/** Lists in order, and verbs of a run that cuts nobody over; one that does is tested on the screens, with a real cluster. */
class CutoverVerbsTest extends AskedRun {
    private List<String> users(String request) throws IOException, RefusedException {
        return json(request).stream().filter(o -> o.type().equals("user_row")).map(JsonObject::user).toList();
    }

    @Test
    void whoeverCutsNobodyOverSaysSo() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held")) {
            for (String request : List.of("hold", "unhold", "hold held", "cutover held", "gates", "open-gate held")) {
                assertEquals("this run cuts nobody over: it was started without --cutover", refused(request).getMessage(), request);
                assertEquals(RefusedException.Kind.REFUSED, refused(request).kind());
            }
            assertTrue(refused("rollback held").getMessage().contains("roost rollback brings users back"));
            assertEquals(List.of("no director: this is the only backend, as the administrator has said"), ask("backends"));
            JsonObject cluster = json("backends").get(0);
            assertEquals("cluster", cluster.type());
            assertFalse(cluster.flag("director"));
            assertFalse(json("status").get(0).has("cutover"));
            assertFalse(json("user held").get(0).has("cutover"));
            assertTrue(run.engine().status().users(Phase.ACTIVE) <= 1);
        }
    }

    @Test
    void listsInAnyOrderAndInPieces() throws Exception {
        try (FakeRun run = FakeRun.start(state, 2, "dora", "bad", "held", "anna")) {
            FakeRun.await("three have ended", () -> run.engine().status().users(Phase.DONE) == 2
                    && run.engine().status().users(Phase.FAILED) == 1);
            assertEquals(List.of("dora", "bad", "held", "anna"), users("users"));
            assertEquals(List.of("anna", "bad", "dora", "held"), users("users sort=name"));
            assertEquals(List.of("held", "dora"), users("users sort=-name limit=2"));
            assertEquals("held", users("users sort=phase").get(0));
            assertEquals("bad", users("users sort=-phase").get(0));
            assertEquals("held", users("users sort=-seconds").get(0), "it takes longest, and goes on");
            assertEquals(List.of("held", "anna"), users("users after=1"));
            assertEquals(List.of(), users("users after=3"));
            JsonObject row = json("users match=dora").get(0);
            assertEquals(100, row.number("mails_total"));
            assertTrue(row.time("changed") > 0);
            assertTrue(row.has("seconds"));
            assertTrue(refused("users sort=size").getMessage()
                    .contains("found \"size\", expected one of number, name, phase, mails, bytes"));
        }
    }
}
