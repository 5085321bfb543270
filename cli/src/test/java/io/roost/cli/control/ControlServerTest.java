package io.roost.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.roost.checkpoint.UserState;
import io.roost.engine.Phase;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;
import io.roost.migrate.Event;

/** A real engine, a real socket, and clients of all sorts. */
class ControlServerTest extends AskedRun {
    @Test
    void statusTellsWhatTheEngineKnows() throws Exception {
        try (FakeRun run = FakeRun.start(state, 2, "anna", "bad", "again", "held")) {
            FakeRun.await("three have ended", () -> run.engine().status().users(Phase.RETRYING) == 1
                    && run.engine().status().users(Phase.FAILED) == 1 && run.engine().status().users(Phase.DONE) == 1
                    && run.engine().status().active().get(0).mailsDone() == 10);
            String text = String.join("\n", ask("status"));
            assertTrue(text.contains("run      running\n"), text);
            assertTrue(text.contains("users    4: 1 active, 1 retrying, 1 done, 1 failed\n"), text);
            assertTrue(text.contains("active   held: copying 10 of 100 mails"), text);
            JsonObject status = json("status").get(0);
            assertEquals("run_status", status.type());
            assertEquals(ProcessHandle.current().pid(), status.number("pid"));
            assertEquals("running", status.text("state"));
            assertEquals(2, status.number("workers"));
            assertEquals(1, status.object("users").number("failed"));
            assertEquals("held", status.objects("active").get(0).user());
            assertEquals(10, status.objects("active").get(0).number("mails_done"));
            assertFalse(status.has("deadline"));
            assertFalse(status.object("throttle").flag("held"));
            assertEquals(3, status.object("throttle").objects("sources").size());
            assertTrue(status.time("started") > 0);
        }
    }

    @Test
    void pauseAndResumeReachEngineAndThrottle() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held1", "held2")) {
            FakeRun.await("one is in flight", () -> run.engine().status().active().size() == 1);
            ask("pause the store is slow");
            assertEquals(RunState.PAUSED, run.engine().status().state());
            assertTrue(run.engine().status().reason().matches("paused by an operator at ..:..: the store is slow"),
                    run.engine().status().reason());
            assertTrue(run.throttle().state().held());
            assertEquals("the run is paused already", refused("pause").getMessage());
            run.release("held1");
            FakeRun.await("it is done", () -> run.engine().status().users(Phase.DONE) == 1);
            assertEquals(1, run.engine().status().users(Phase.WAITING));
            ask("resume");
            assertEquals(RunState.RUNNING, run.engine().status().state());
            assertTrue(run.throttle().state().isOpen());
            assertEquals("the run is running, not paused", refused("resume").getMessage());
            FakeRun.await("the other is in flight", () -> run.engine().status().active().size() == 1);
        }
    }

    @Test
    void theRateIsChangedWhileItRuns() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held")) {
            ask("rate 20MB/s");
            assertEquals(20_000_000, run.throttle().state().limitBytesPerSecond());
            assertEquals(20_000_000, json("status").get(0).object("throttle").number("bytes_per_second"));
            assertTrue(json("status").get(0).object("throttle").text("reason").startsWith("limited to 20MB/s by an operator at "));
            ask("rate off");
            assertTrue(run.throttle().state().held());
            ask("rate 500mails/s");
            assertFalse(run.throttle().state().held());
            assertEquals(500, run.throttle().state().limitMailsPerSecond());
            ask("rate full");
            assertTrue(run.throttle().state().isOpen());
            assertEquals(List.of("the timetable is 00:00-24:00=5MB/s"), ask("timetable 0:00-24:00=5MB/s"));
            assertEquals(5_000_000, run.throttle().state().limitBytesPerSecond());
            ask("timetable none");
            assertTrue(run.throttle().state().isOpen());
            for (String bad : List.of("rate", "rate 20", "rate -1MB/s", "rate 20Mb/s", "timetable", "timetable 25:00-3:00=full")) {
                assertEquals(RefusedException.Kind.USAGE, refused(bad).kind(), bad);
            }
            assertTrue(run.throttle().state().isOpen());
        }
    }

    @Test
    void workersStopAndNow() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held1", "held2")) {
            ask("workers 2");
            FakeRun.await("both are in flight", () -> run.engine().status().active().size() == 2);
            ask("workers +3");
            assertEquals(5, run.engine().status().workers());
            ask("workers -4");
            assertEquals(1, run.engine().status().workers());
            assertEquals(RefusedException.Kind.REFUSED, refused("workers -1").kind());
            for (String bad : List.of("workers", "workers 0", "workers 257", "workers two", "workers 99999999999", "stopp", "")) {
                assertEquals(RefusedException.Kind.USAGE, refused(bad).kind(), bad);
            }
            ask("now");
            FakeRun.await("halted", run::isHalted);
            ask("stop it is late");
            FakeRun.await("it has ended", () -> run.engine().status().state() == RunState.ENDED);
            assertTrue(run.engine().status().reason().endsWith(": it is late"), run.engine().status().reason());
        }
        assertEquals(ControlException.Kind.NO_RUN, assertThrows(ControlException.class, () -> ask("status")).kind());
    }

    @Test
    void usersAreListedAPageAtATime() throws Exception {
        List<String> names = new ArrayList<>(List.of("bad", "held one", "again"));
        for (int i = 0; i < 2_000; i++) {
            names.add("user" + i + "@example.org");
        }
        try (FakeRun run = FakeRun.start(state, 2, names)) {
            FakeRun.await("all others are done", () -> run.engine().status().users(Phase.DONE) == 2_000);
            List<JsonObject> page = json("users offset=2 limit=2");
            assertEquals(List.of("again", "user0@example.org"), page.subList(0, 2).stream().map(JsonObject::user).toList());
            assertEquals("retrying", page.get(0).text("phase"));
            assertTrue(page.get(0).time("retry_at") > System.currentTimeMillis());
            assertEquals("another process works on again", page.get(0).text("error"));
            assertEquals(2_003, page.get(2).number("total"));
            List<JsonObject> failed = json("users phase=failed,retrying");
            assertEquals(3, failed.size());
            assertTrue(failed.get(0).text("error").contains("dovecot-uidlist"), failed.get(0).text("error"));
            List<JsonObject> matching = json("users phase=active match=LD O");
            assertEquals("held one", matching.get(0).user());
            assertEquals("copying", matching.get(0).text("step"));
            assertEquals(1, matching.get(1).number("total"));
            assertEquals(1_001, json("users limit=1000").size());
            assertTrue(ask("users phase=failed").get(0).contains("\\x1b[31m"), "no control character reaches a terminal");
            for (String bad : List.of("users limit=1001", "users offset=-1", "users phase=gone", "users anna", "users limit=1 limit=2")) {
                assertEquals(RefusedException.Kind.USAGE, refused(bad).kind(), bad);
            }
        }
    }

    @Test
    void aUserIsShownRetriedAndSkipped() throws Exception {
        try (FakeRun run = FakeRun.start(state, 2, "bad", "held one")) {
            FakeRun.await("one has failed, and that was told", () -> {
                try {
                    return json("user bad").stream().anyMatch(object -> object.type().equals("failed"));
                } catch (IOException | RefusedException e) {
                    return false;
                }
            });
            List<JsonObject> user = json("user bad");
            assertEquals("failed", user.get(0).text("phase"));
            assertEquals("permanent", user.get(0).text("failure"));
            assertEquals("queued", user.get(0).object("record").text("state"));
            assertEquals(List.of("begun", "started", "scanned", "failed"), user.subList(1, user.size()).stream().map(JsonObject::type)
                    .toList());
            ask("retry bad");
            FakeRun.await("it has failed again", () -> {
                try {
                    return json("user bad").stream().filter(o -> o.type().equals("failed")).count() == 2;
                } catch (IOException | RefusedException e) {
                    throw new AssertionError(e);
                }
            });
            ask("skip held one");
            FakeRun.await("it is skipped", () -> run.engine().status().users(Phase.SKIPPED) == 1);
            assertEquals(RefusedException.Kind.UNKNOWN_USER, refused("user bert").kind());
            assertEquals(RefusedException.Kind.UNKNOWN_USER, refused("retry bert").kind());
            assertEquals(RefusedException.Kind.USAGE, refused("skip").kind());
        }
    }

    @Test
    void watchersSeeEverythingAndNobodyWaitsForOneThatDoesNotRead() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            names.add("user" + i);
        }
        Set<String> done = Collections.synchronizedSet(new HashSet<>());
        try (FakeRun run = FakeRun.start(state, 2, "held")) {
            ControlClient deaf = ControlClient.connect(state.toString());
            try (RawClient raw = new RawClient(state)) {
                raw.send("json watch\n");
                Thread reader = new Thread(() -> {
                    try (ControlClient client = ControlClient.connect(state.toString())) {
                        client.askForJson("watch recent=10 status=1", line -> done.add(typeAndUser(line)));
                        done.add("the end");
                    } catch (IOException | RefusedException e) {
                        done.add(e.toString());
                    }
                });
                reader.start();
                FakeRun.await("the past and a status", () -> done.contains("begun held") && done.contains("run_status "));
                for (String name : names) {
                    // more than any buffer takes; none of these calls may wait for the client that does not read
                    run.server().event(new RunEvent.Requeued(name));
                    String last = "requeued " + name;
                    if (Integer.parseInt(name.substring(4)) % 500 == 499) {
                        FakeRun.await(name, () -> done.contains(last));
                    }
                }
                for (String name : names) {
                    assertTrue(done.contains("requeued " + name), name);
                }
                for (int i = 0; i < 20_000; i++) {
                    run.server().event(new RunEvent.Requeued("more" + i));
                }
                // now it reads after all
                FakeRun.await("told what was dropped", () -> raw.receive().contains("\"type\":\"dropped\""));
            }
            FakeRun.await("the one that reads has caught up", () -> {
                run.server().event(new RunEvent.Requeued("after"));
                return done.contains("requeued after");
            });
            run.release("held");
            FakeRun.await("the engine has ended", () -> run.engine().status().state() == RunState.ENDED);
            run.server().close();
            FakeRun.await("the watcher is told", () -> done.contains("the end"));
            assertTrue(done.contains("run "), "the last words");
            deaf.close();
        }
    }

    private static String typeAndUser(String line) {
        try {
            JsonObject object = JsonObject.parse(line);
            return object.type() + " " + object.user();
        } catch (ControlException e) {
            throw new AssertionError(line, e);
        }
    }

    @Test
    void lockOutsAreSeenWhileTheyLast() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held")) {
            run.server().event(new RunEvent.Progress(new Event.Reached("anna", UserState.GATED)));
            run.server().event(new RunEvent.Progress(new Event.Reached("bert", UserState.GATED)));
            run.server().event(new RunEvent.Progress(new Event.Reached("bert", UserState.SWITCHED)));
            assertEquals(List.of("anna", "bert"), json("status").get(0).objects("locked_out").stream().map(JsonObject::user).toList());
            run.server().event(new RunEvent.Progress(new Event.CutOver("bert", 1_500, 700)));
            run.server().event(new RunEvent.Stopped("anna"));
            JsonObject status = json("status").get(0);
            assertEquals(List.of(), status.objects("locked_out"));
            assertEquals(1, status.object("lock_outs").number("count"));
            assertEquals(1.5, status.object("lock_outs").decimal("longest_seconds"));
            assertTrue(String.join("\n", ask("status")).contains("lock-out 1 user so far, median 1.5 s, longest 1.5 s"));
        }
    }

    @Test
    void garbageIsAnsweredByAnErrorAndHarmsNobody() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held")) {
            try (RawClient raw = new RawClient(state)) {
                raw.send("status\u0007\n");
                FakeRun.await("control characters", () -> raw.receive().contains("error usage a request with control characters\n"));
                raw.send("x".repeat(ControlProtocol.MAX_REQUEST + 1));
                FakeRun.await("too long", () -> raw.receive().contains("error usage a line of more than 4096 bytes\n"));
                FakeRun.await("closed", raw::isClosed);
            }
            try (RawClient raw = new RawClient(state)) {
                raw.send(new byte[] {'u', 's', 'e', 'r', ' ', (byte) 0xff, '\n'});
                FakeRun.await("not UTF-8", () -> raw.receive().contains("error usage a line that is not UTF-8\n"));
            }
            Random random = new Random(20261123);
            String[] valid = {"status", "json status", "users limit=2 match=x", "user held", "rate 1MB/s", "json help", "watch", "\n",
                "workers +1", "retry nobody"};
            for (int round = 0; round < 300; round++) {
                try (RawClient raw = new RawClient(state)) {
                    byte[] request = (valid[random.nextInt(valid.length)] + "\n").repeat(1 + random.nextInt(3))
                            .getBytes(StandardCharsets.UTF_8);
                    for (int i = random.nextInt(4); i > 0; i--) {
                        request[random.nextInt(request.length)] = (byte) random.nextInt();
                    }
                    raw.send(request);
                } catch (IOException e) {
                    // the server was faster in closing
                }
            }
            FakeRun.await("it still answers", () -> {
                try {
                    return json("status").get(0).text("state").equals("running");
                } catch (IOException | RefusedException e) {
                    // all places are taken for a moment
                    return false;
                }
            });
            assertEquals(RunState.RUNNING, run.engine().status().state());
        }
    }

    @Test
    void tooManyClientsAreSentAway() throws Exception {
        try (FakeRun run = FakeRun.start(state, 1, "held")) {
            List<ControlClient> clients = new ArrayList<>();
            for (int i = 0; i < ControlServer.MAX_CLIENTS; i++) {
                clients.add(ControlClient.connect(state.toString()));
                clients.get(i).objects("status");
            }
            try (RawClient raw = new RawClient(state)) {
                FakeRun.await("sent away", () -> raw.receive().contains("error busy 32 clients are connected already\n"));
            }
            for (boolean late : new boolean[] {false, true}) {
                try (ControlClient one = ControlClient.connect(state.toString())) {
                    if (late) {
                        // the server has closed meanwhile: its word is found all the same
                        TimeUnit.MILLISECONDS.sleep(50);
                    }
                    RefusedException no = assertThrows(RefusedException.class, () -> one.objects("status"));
                    assertEquals(RefusedException.Kind.BUSY, no.kind());
                    assertEquals("32 clients are connected already", no.getMessage());
                }
            }
            for (ControlClient client : clients) {
                client.close();
            }
            FakeRun.await("there is room again", () -> {
                try {
                    return !json("status").isEmpty();
                } catch (IOException | RefusedException e) {
                    return false;
                }
            });
            assertEquals(1, run.engine().status().active().size());
        }
    }
}
