package io.roost.cli.tui;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.roost.cli.control.JsonObject;

/**
 * What the socket's threads have brought, for the thread that draws. Thread-safe; what it hands out does not change any more.
 */
final class RunModel {
    private static final int LOG = 5_000;
    /** A status comes every second. */
    private static final long SILENCE_MILLIS = 5_000;

    private final Deque<JsonObject> log = new ArrayDeque<>();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private volatile JsonObject status;
    private volatile long statusAt;
    private volatile String trouble = "connecting";
    private volatile boolean isNone;
    private volatile boolean ended;
    private volatile UsersPage users;
    private volatile UsersPage failures;
    private volatile UserPage user;
    private volatile List<JsonObject> cluster;
    private volatile Set<String> verbs = Set.of();

    /** A part of a list of users; {@code refusal} says why there is none. */
    record UsersPage(UsersQuery query, List<JsonObject> rows, int total, String refusal) {
        UsersPage(UsersQuery query, List<JsonObject> rows, int total) {
            this(query, rows, total, "");
        }

        /** The row at a place of the list, null if it is not in this part. */
        JsonObject row(int place) {
            int at = place - query.offset();
            return at < 0 || at >= rows.size() ? null : rows.get(at);
        }
    }

    /** One user; {@code refusal} says why there is nothing else. */
    record UserPage(String name, JsonObject user, List<JsonObject> events, String refusal) {
    }

    /** Grows whenever there may be something new to draw. */
    long changes() {
        return changes.get();
    }

    /** To be done by the thread that draws. */
    void post(Runnable work) {
        posted.add(work);
        answered.set(true);
        changes.incrementAndGet();
    }

    void runPosted() {
        for (Runnable work; (work = posted.poll()) != null;) {
            work.run();
        }
    }

    /** An object of the stream. */
    void take(JsonObject object) {
        switch (object.type()) {
            case "run_status" -> {
                status = object;
                statusAt = System.currentTimeMillis();
                trouble = "";
                ended = object.text("state").equals("ended");
            }
            case "copying", "verifying" -> {
                return;
            }
            default -> {
                synchronized (log) {
                    log.add(object);
                    if (log.size() > LOG) {
                        log.remove();
                    }
                }
                if (object.type().equals("run") && object.text("state").equals("ended")) {
                    ended = true;
                }
            }
        }
        changes.incrementAndGet();
    }

    /** The stream begins anew: what it brings of the past is known already. */
    void beginStream() {
        synchronized (log) {
            log.clear();
        }
        ended = false;
    }

    /** The run said farewell. */
    void ended() {
        ended = true;
        changes.incrementAndGet();
    }

    /** @param none whether it is that there is no run */
    void trouble(String why, boolean none) {
        trouble = why;
        isNone = none;
        changes.incrementAndGet();
    }

    /** Whether something has come that was asked for, since the last time. */
    boolean takeAnswered() {
        return answered.getAndSet(false);
    }

    /** What was wished, with the status of that moment. */
    void take(Wishes.Seen seen) {
        users = seen.users() == null ? users : seen.users();
        failures = seen.failures() == null ? failures : seen.failures();
        user = seen.user() == null ? user : seen.user();
        cluster = seen.cluster() == null ? cluster : seen.cluster();
        if (!ended || seen.status().text("state").equals("ended")) {
            take(seen.status());
        }
    }

    /**
     * Only that is wanted from now on: the rest goes out of date, and is not to be shown later as if it were not. Of a run that
     * has ended it is the last word.
     */
    void keepOnly(Wishes wanted) {
        if (isConnected()) {
            users = wanted.users() == null ? null : users;
            failures = wanted.failures() == null ? null : failures;
            user = user != null && user.name().equals(wanted.user()) ? user : null;
            cluster = wanted.cluster() ? cluster : null;
        }
    }

    void verbs(Set<String> known) {
        verbs = Set.copyOf(known);
    }

    /** The last status that came, null before the first. */
    JsonObject status() {
        return status;
    }

    /** When it came, Unix milliseconds. */
    long statusAt() {
        return statusAt;
    }

    /** Why there is no connection, empty if there is one. */
    String trouble() {
        return trouble;
    }

    /** Whether there is no run, as far as is known. */
    boolean hasNoRun() {
        return isNone && !trouble.isEmpty();
    }

    /** Whether there is a connection, and nothing has come over it for a while. */
    boolean isSilent(long now) {
        return isConnected() && status != null && now - statusAt > SILENCE_MILLIS;
    }

    /** Whether the run can be asked. */
    boolean isConnected() {
        return trouble.isEmpty() && !ended;
    }

    /** Whether the run said that it has ended. */
    boolean hasEnded() {
        return ended;
    }

    UsersPage users() {
        return users;
    }

    UsersPage failures() {
        return failures;
    }

    /** A user's line in what is there of lists, null if there is none. */
    JsonObject row(String name) {
        return Stream.of(Optional.ofNullable(users), Optional.ofNullable(failures)).flatMap(Optional::stream)
                .flatMap(page -> page.rows().stream()).filter(row -> row.user().equals(name)).findFirst().orElse(null);
    }

    UserPage user() {
        return user;
    }

    /** The answer of the verb {@code backends}, null before it has come. */
    List<JsonObject> cluster() {
        return cluster;
    }

    /** Verbs that this run knows. */
    Set<String> verbs() {
        return verbs;
    }

    /** The last events, oldest first, without those before the last {@code skipped}. */
    List<JsonObject> log(int count, int skipped) {
        synchronized (log) {
            List<JsonObject> all = new ArrayList<>(log);
            int to = Math.max(0, all.size() - skipped);
            return List.copyOf(all.subList(Math.max(0, to - count), to));
        }
    }

    /** The last events, oldest first, without steps and notes about Maildirs, of which there are many for every user. */
    List<JsonObject> notable(int count) {
        Deque<JsonObject> found = new ArrayDeque<>();
        synchronized (log) {
            for (Iterator<JsonObject> it = log.descendingIterator(); it.hasNext() && found.size() < count;) {
                JsonObject event = it.next();
                boolean step = event.type().equals("reached") || event.type().equals("compared");
                if (!step && !event.text("severity").equals("note")) {
                    found.addFirst(event);
                }
            }
        }
        return List.copyOf(found);
    }

    int logSize() {
        synchronized (log) {
            return log.size();
        }
    }
}
