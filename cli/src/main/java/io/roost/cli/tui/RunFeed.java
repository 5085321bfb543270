package io.roost.cli.tui;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;
import io.roost.cli.control.RefusedException;

/**
 * Two connections to a run: one for its stream, one for questions. Both are made again when they break, so that a screen that was
 * left alone finds the next run of the same state directory. Screens say what they want to see; it is asked for again and again.
 */
final class RunFeed implements Closeable {
    private static final long AGAIN_MILLIS = 1_000;
    private static final int RECENT = 500;
    private static final int MAX_QUESTIONS = 100;
    private static final int AT_ONCE = 1_000;

    private final String state;
    private final RunModel model;
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>(MAX_QUESTIONS);
    private volatile UsersQuery wantedUsers;
    private volatile UsersQuery wantedFailures;
    private volatile String wantedUser;
    private volatile boolean wantedCluster;
    private volatile boolean closed;
    private volatile ControlClient stream;
    private volatile ControlClient client;

    /** Lines of an answer, or why there is none. */
    record Reply(List<String> lines, String refusal) {
        boolean isRefused() {
            return !refusal.isEmpty();
        }
    }

    private record Question(String request, Consumer<Reply> reply) {
    }

    RunFeed(String stateDirectory, RunModel model) {
        state = stateDirectory;
        this.model = model;
    }

    void start() {
        daemon("tui-stream", this::follow);
        daemon("tui-questions", this::ask);
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow() {
        while (!closed) {
            try (ControlClient now = ControlClient.connect(state)) {
                stream = now;
                model.beginStream();
                now.askForJson("watch recent=" + RECENT + " status=1", this::take);
                model.ended();
            } catch (ControlException | RefusedException e) {
                model.trouble(e.getMessage());
            }
            pause();
        }
    }

    private void take(String line) {
        try {
            JsonObject object = JsonObject.parse(line);
            if (!object.type().equals("ok")) {
                model.take(object);
            }
            if (model.hasEnded()) {
                wake();
            }
        } catch (ControlException e) {
            model.trouble(e.getMessage());
        }
    }

    private void ask() {
        while (!closed) {
            try (ControlClient now = ControlClient.connect(state)) {
                client = now;
                Set<String> verbs = new HashSet<>();
                now.objects("help").forEach(verb -> verbs.add(verb.text("name")));
                model.verbs(verbs);
                while (!closed) {
                    // first: what is asked for after that is how it ended
                    boolean last = model.hasEnded();
                    ask(now, last ? 0 : AGAIN_MILLIS);
                    if (last) {
                        break;
                    }
                }
            } catch (ControlException | RefusedException e) {
                model.verbs(Set.of());
                List<Question> left = new ArrayList<>();
                questions.drainTo(left);
                left.forEach(question -> reply(question, new Reply(List.of(), e.getMessage())));
            } catch (InterruptedException e) {
                return;
            }
            pause();
        }
    }

    /** @param pause how long to wait for a question, milliseconds */
    private void ask(ControlClient now, long pause) throws ControlException, RefusedException, InterruptedException {
        UsersQuery users = wantedUsers;
        if (users != null) {
            model.users(page(now, users));
        }
        UsersQuery failures = wantedFailures;
        if (failures != null) {
            model.failures(page(now, failures));
        }
        String user = wantedUser;
        if (user != null) {
            model.user(user(now, user));
        }
        if (wantedCluster) {
            model.cluster(cluster(now));
        }
        for (Question question = questions.poll(pause, TimeUnit.MILLISECONDS); question != null; question = questions.poll()) {
            if (question.request().isEmpty()) {
                // something else is wanted
                continue;
            }
            List<String> lines = new ArrayList<>();
            try {
                now.ask(question.request(), lines::add);
                // what a key does may depend on what it has just changed
                now.objects("status").forEach(model::take);
                reply(question, new Reply(lines, ""));
            } catch (RefusedException e) {
                reply(question, new Reply(List.of(), e.getMessage()));
            } catch (ControlException e) {
                reply(question, new Reply(List.of(), e.getMessage()));
                throw e;
            }
        }
    }

    private void reply(Question question, Reply reply) {
        if (question.reply() != null) {
            model.post(() -> question.reply().accept(reply));
        }
    }

    private static RunModel.UsersPage page(ControlClient now, UsersQuery query) throws ControlException, RefusedException {
        List<JsonObject> objects = now.objects(query.request());
        int rows = Math.max(0, objects.size() - 1);
        int total = objects.isEmpty() ? 0 : (int) objects.get(rows).number("total");
        return new RunModel.UsersPage(query, List.copyOf(objects.subList(0, rows)), total);
    }

    private static RunModel.UserPage user(ControlClient now, String name) throws ControlException {
        try {
            List<JsonObject> objects = now.objects("user " + name);
            return new RunModel.UserPage(name, objects.get(0), objects.subList(1, objects.size()), "");
        } catch (RefusedException e) {
            return new RunModel.UserPage(name, null, List.of(), e.getMessage());
        }
    }

    /** All that the answer has; a run of an older Roost has no such verb. */
    private static List<JsonObject> cluster(ControlClient now) throws ControlException {
        try {
            return now.objects("backends");
        } catch (RefusedException e) {
            return List.of();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wants a list of users, null for none. */
    void wantUsers(UsersQuery query) {
        if (query == null ? wantedUsers != null : !query.equals(wantedUsers)) {
            wantedUsers = query;
            wake();
        }
    }

    /** Wants the users that need attention, null for none. */
    void wantFailures(UsersQuery query) {
        if (query == null ? wantedFailures != null : !query.equals(wantedFailures)) {
            wantedFailures = query;
            wake();
        }
    }

    /** Wants the backends, or not. */
    void wantCluster(boolean wanted) {
        if (wantedCluster != wanted) {
            wantedCluster = wanted;
            wake();
        }
    }

    /** Wants nothing but what always comes: the screen that is left had its own wishes. */
    void wantNothing() {
        wantUsers(null);
        wantFailures(null);
        wantUser(null);
        wantCluster(false);
    }

    /** Wants a user, null for none. */
    void wantUser(String name) {
        if (name == null ? wantedUser != null : !name.equals(wantedUser)) {
            wantedUser = name;
            wake();
        }
    }

    private void wake() {
        questions.offer(new Question("", null));
    }

    /**
     * Asks once.
     *
     * @param reply called by the thread that draws
     */
    void send(String request, Consumer<Reply> reply) {
        if (!questions.offer(new Question(request, reply))) {
            reply.accept(new Reply(List.of(), "too much is being asked already"));
        }
    }

    /** Hands all rows of a list to a visitor, in the run's order, each user at most once. */
    static void all(String stateDirectory, UsersQuery list, Consumer<JsonObject> visitor) throws ControlException, RefusedException {
        try (ControlClient now = ControlClient.connect(stateDirectory)) {
            long number = -1;
            while (true) {
                List<JsonObject> rows = now.objects(list.requestAfter(number, AT_ONCE));
                rows = rows.subList(0, Math.max(0, rows.size() - 1));
                rows.forEach(visitor);
                if (rows.isEmpty()) {
                    return;
                }
                number = rows.get(rows.size() - 1).number("number");
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (ControlClient each : new ControlClient[] {stream, client}) {
            if (each != null) {
                each.close();
            }
        }
    }
}
