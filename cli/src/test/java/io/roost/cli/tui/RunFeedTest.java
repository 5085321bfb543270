package io.roost.cli.tui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.FakeRun;

/** What comes from a run, with its real socket. */
class RunFeedTest {
    private static final Wishes DONE = Wishes.forUsers(new UsersQuery(0, 100, "done", "", ""));

    @TempDir
    private Path temp;
    private final RunModel model = new RunModel();

    private boolean hasUsers() {
        model.runPosted();
        return model.users() != null;
    }

    private long done() {
        return model.status().object("users").number("done");
    }

    @Test
    void listsAndCountsAgree() throws Exception {
        List<String> users = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            users.add("held" + i);
            users.add("after" + i);
        }
        users.add("held-at-last");
        try (FakeRun run = FakeRun.start(temp, 1, users); RunFeed feed = new RunFeed(temp.toString(), model)) {
            feed.want(DONE);
            feed.start();
            FakeRun.await("the list comes", this::hasUsers);
            List<String> disagreements = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int most = 2 * i + 2;
                run.release("held" + i);
                FakeRun.await(most + " are done", () -> {
                    model.runPosted();
                    if (done() != model.users().total()) {
                        disagreements.add(done() + " done, " + model.users().total() + " in the list");
                    }
                    return model.users().total() == most && done() == most;
                });
            }
            // one between the moments of list and counts may happen, and is over with the next beat
            assertTrue(disagreements.stream().distinct().count() <= 1, disagreements.toString());
            run.release("held-at-last");
        }
    }

    @Test
    void somethingIsDoneWithVeryManyMarkedUsers() throws Exception {
        List<String> users = new ArrayList<>(List.of("held"));
        for (int i = 0; i < 500; i++) {
            users.add("user" + i);
        }
        try (FakeRun run = FakeRun.start(temp, 1, users); RunFeed feed = new RunFeed(temp.toString(), model)) {
            List<RunFeed.Reply> replies = new ArrayList<>();
            users.stream().skip(1).forEach(user -> feed.send("skip " + user, replies::add));
            feed.start();
            FakeRun.await("all are answered", () -> {
                model.runPosted();
                return replies.size() == 500;
            });
            assertTrue(replies.stream().noneMatch(RunFeed.Reply::isRefused), "none is too much");
            assertEquals(500, model.status().object("users").number("skipped"), "the status that comes with them knows");
            run.release("held");
        }
    }

    @Test
    void aScreenThatComesBackShowsNothingOld() throws Exception {
        try (FakeRun run = FakeRun.start(temp, 1, "a", "held"); RunFeed feed = new RunFeed(temp.toString(), model)) {
            feed.want(DONE);
            feed.start();
            FakeRun.await("a is done", () -> hasUsers() && model.users().total() == 1);
            feed.want(Wishes.forUsers(new UsersQuery(0, 50, "done", "", "")));
            assertEquals(1, model.users().total(), "another part of the list: what is there stays until it comes");
            feed.want(Wishes.forUser("a"));
            assertNull(model.users());
            FakeRun.await("the user comes", () -> {
                model.runPosted();
                return model.user() != null;
            });
            assertNull(model.users(), "an answer that comes late is of no use");
            AtomicReference<RunFeed.Reply> reply = new AtomicReference<>();
            feed.send("skip held", reply::set);
            FakeRun.await("it is answered", () -> {
                model.runPosted();
                return reply.get() != null;
            });
            assertEquals("", reply.get().refusal());
            run.release("held");
        }
    }
}
