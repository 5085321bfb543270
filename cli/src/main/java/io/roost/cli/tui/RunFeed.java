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
 * Two connections to a run: one for its stream, one for questions. Both are made again when they break, so that a screen that
 * was left alone finds the next run of the same state directory. Screens say what they want to see; it is asked for again and
 * again, and shown together with a status that was taken with it, so that lists and counts agree.
 */
final class RunFeed implements Closeable {
    private static final long AGAIN_MILLIS = 1_000;
    /** The stream's status, which comes every second, gives the beat; without it there is this one. */
    private static final long BEAT_MILLIS = 1_500;
    private static final int RECENT = 500;
    /** Each of the users who are marked may be one. */
    private static final int MAX_QUESTIONS = 100_000;
    private static final int AT_ONCE = 1_000;

    private final String state;
    private final RunModel model;
    private final BlockingQueue<Question> questions = new LinkedBlockingQueue<>(MAX_QUESTIONS);
    private volatile Wishes wishes = Wishes.NONE;
    /** When a status last came with what is wished, {@link System#nanoTime}. */
    private volatile long seenAt = System.nanoTime() - TimeUnit.DAYS.toNanos(1);
    private volatile boolean ordersAsked;
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
                ordersAsked = false;
                model.beginStream();
                now.askForJson("watch recent=" + RECENT + " status=1", this::take);
                model.ended();
            } catch (ControlException e) {
                model.trouble(e.getMessage(), e.kind() == ControlException.Kind.NO_RUN);
            } catch (RefusedException e) {
                model.trouble(e.getMessage(), false);
            }
            pause();
        }
    }

    private void take(String line) {
        try {
            JsonObject object = JsonObject.parse(line);
            if (isBeat(object)) {
                wake();
            } else if (!object.type().equals("ok")) {
                model.take(object);
            }
            if (model.hasEnded()) {
                wake();
            }
        } catch (ControlException e) {
            model.trouble(e.getMessage(), false);
        }
    }

    /** Whether it is a status that another one, which comes with the lists, is to be shown in place of. */
    private boolean isBeat(JsonObject object) {
        return object.type().equals("run_status") && !object.text("state").equals("ended") && !wishes.equals(Wishes.NONE)
                && System.nanoTime() - seenAt < TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
    }

    private void ask() {
        while (!closed) {
            try (ControlClient now = ControlClient.connect(state)) {
                client = now;
                Set<String> verbs = new HashSet<>();
                now.objects("help").forEach(verb -> verbs.add(verb.text("name")));
                model.verbs(verbs);
                for (long pause = 0; !closed; pause = BEAT_MILLIS) {
                    // first: what is asked for after that is how it ended
                    boolean last = model.hasEnded();
                    ask(now, last ? 0 : pause, last);
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

    /**
     * @param pause how long to wait for a question, milliseconds
     * @param last  nothing can be asked any more after this
     */
    private void ask(ControlClient now, long pause, boolean last)
            throws ControlException, RefusedException, InterruptedException {
        List<Runnable> replies = new ArrayList<>();
        try {
            Question question = questions.poll(pause, TimeUnit.MILLISECONDS);
            for (; question != null; question = questions.poll()) {
                if (!question.request().isEmpty()) {
                    replies.add(answered(now, question));
                }
            }
            Wishes.Seen seen = (last ? wishes.atTheEnd() : wishes).look(now);
            model.post(() -> model.take(last ? seen : seen.only(wishes)));
            seenAt = System.nanoTime();
        } finally {
            // behind the status: what a key does may depend on what was just changed
            replies.forEach(model::post);
        }
    }

    private static Runnable answered(ControlClient now, Question question) throws ControlException {
        List<String> lines = new ArrayList<>();
        Reply reply;
        try {
            now.ask(question.request(), lines::add);
            reply = new Reply(lines, "");
        } catch (RefusedException e) {
            reply = new Reply(List.of(), e.getMessage());
        }
        Reply said = reply;
        return () -> question.reply().accept(said);
    }

    private void reply(Question question, Reply reply) {
        if (!question.request().isEmpty()) {
            model.post(() -> question.reply().accept(reply));
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on it is this that is wanted; by the thread that draws. */
    void want(Wishes wanted) {
        if (!wanted.equals(wishes)) {
            wishes = wanted;
            model.keepOnly(wanted);
            wake();
            if (wanted.users() != null && !ordersAsked) {
                ordersAsked = true;
                daemon("tui-orders", this::askForOrders);
            }
        }
    }

    /** The first list in one of these orders takes a run of many users its time: before a key wants it. */
    private void askForOrders() {
        try (ControlClient now = ControlClient.connect(state)) {
            now.objects("users limit=0 sort=name");
            now.objects("users limit=0 sort=mails");
        } catch (ControlException | RefusedException e) {
            // whoever wants one waits for it
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

    /** Asks for the names of a list on a thread of its own; told by the thread that draws, as the lines of a reply. */
    void names(UsersQuery list, Consumer<Reply> reply) {
        daemon("tui-names", () -> {
            List<String> names = new ArrayList<>();
            Reply said;
            try {
                all(state, list, row -> names.add(row.user()));
                said = new Reply(names, "");
            } catch (ControlException | RefusedException e) {
                said = new Reply(List.of(), e.getMessage());
            }
            Reply told = said;
            model.post(() -> reply.accept(told));
        });
    }

    /** Hands all rows of a list to a visitor, in the run's order, each user at most once. */
    static void all(String stateDirectory, UsersQuery list, Consumer<JsonObject> visitor)
            throws ControlException, RefusedException {
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
