package io.roost.cli.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.aftercare.Rollback;
import io.roost.checkpoint.UserState;
import io.roost.cutover.LockOutTimes;
import io.roost.engine.FailureClass;
import io.roost.engine.RunEvent;
import io.roost.engine.UserSort;
import io.roost.migrate.Event;

/**
 * The recent past of a run, within bounds: the last events of all, the last events of those users that were last heard of, and why
 * users failed. What is older stands in the checkpoint store and in the log. Thread-safe.
 */
public final class RunHistory {
    /** Events of all users. */
    static final int RECENT = 2_000;
    /** Events of one user. */
    static final int OF_USER = 40;
    private static final int USERS = 500;
    private static final int FAILURES = 20_000;
    /** Characters of the events that are remembered, in each of both memories. */
    private static final long MAX_CHARS = 4L << 20;
    private static final int MAX_REASON = 1_000;

    private final Deque<Happening> recent = new ArrayDeque<>();
    private long recentChars;
    private final Map<String, Deque<Happening>> ofUsers = new LinkedHashMap<>(16, 0.75f, true);
    private long ofUsersChars;
    private final Map<String, Long> lockedOut = new LinkedHashMap<>();
    private final LockOutTimes lockOuts = new LockOutTimes();
    private final Object recalling = new Object();
    private boolean isRecalled;
    private final Map<String, Failed> failures = new LinkedHashMap<>();

    RunHistory() {
    }

    /**
     * Why a user's last attempt failed.
     *
     * @param time    Unix milliseconds
     * @param reason  for people
     * @param attempt from 1
     */
    public record Failed(long time, String reason, FailureClass failureClass, int attempt) {
    }

    synchronized void add(long unixMillis, RunEvent event, Happening happening) {
        if (event instanceof RunEvent.Failed failed) {
            String why = String.valueOf(failed.why().getMessage() == null ? failed.why() : failed.why().getMessage());
            failures.remove(failed.user());
            failures.put(failed.user(), new Failed(unixMillis, why.substring(0, Math.min(MAX_REASON, why.length())),
                    failed.failureClass(), failed.attempt()));
            dropFirst(failures, FAILURES);
        } else if (event instanceof RunEvent.Done) {
            failures.remove(event.user());
        }
        lockOut(unixMillis, event);
        recent.add(happening);
        recentChars += chars(happening);
        while (recent.size() > RECENT || recentChars > MAX_CHARS) {
            recentChars -= chars(recent.remove());
        }
        if (!happening.user().isEmpty()) {
            addToUser(happening);
        }
    }

    private void lockOut(long unixMillis, RunEvent event) {
        if (event instanceof RunEvent.Progress progress) {
            if (progress.event() instanceof Event.Reached reached && reached.state() == UserState.GATED) {
                lockedOut.put(event.user(), unixMillis);
            } else if (progress.event() instanceof Event.Reached reached && reached.state() == UserState.RELEASED) {
                lockedOut.remove(event.user());
            } else if (progress.event() instanceof Event.CutOver cutOver) {
                lockedOut.remove(event.user());
                lockOuts.add(cutOver.lockOutMillis());
            }
        } else if (event instanceof RunEvent.Operated operated) {
            if (operated.said().equals(Rollback.GATE_CLOSED)) {
                lockedOut.put(event.user(), unixMillis);
            } else if (operated.said().equals(Rollback.GATE_OPEN) || operated.verb().equals("open-gate")) {
                lockedOut.remove(event.user());
            }
        } else if (!event.user().isEmpty()) {
            // whatever ends an attempt lets the user in
            lockedOut.remove(event.user());
        }
    }

    /** What earlier runs have recorded is read once, when somebody first wants users sorted by it. */
    void recall(ControlledRun run, UserSort sort) {
        if (sort == UserSort.MAILS || sort == UserSort.BYTES || sort == UserSort.CHANGED) {
            synchronized (recalling) {
                if (!isRecalled) {
                    run.engine().recall(run.store());
                    isRecalled = true;
                }
            }
        }
    }

    /** Since when users are locked out who are now, Unix milliseconds. */
    synchronized Map<String, Long> lockedOut() {
        return new LinkedHashMap<>(lockedOut);
    }

    /** How long those were who have been cut over. */
    LockOutTimes lockOuts() {
        return lockOuts;
    }

    private void addToUser(Happening happening) {
        Deque<Happening> own = ofUsers.computeIfAbsent(happening.user(), name -> new ArrayDeque<>());
        own.add(happening);
        ofUsersChars += chars(happening);
        if (own.size() > OF_USER) {
            ofUsersChars -= chars(own.remove());
        }
        Iterator<Deque<Happening>> eldest = ofUsers.values().iterator();
        while (ofUsers.size() > USERS || ofUsersChars > MAX_CHARS && eldest.hasNext()) {
            for (Happening forgotten : eldest.next()) {
                ofUsersChars -= chars(forgotten);
            }
            eldest.remove();
        }
    }

    private static long chars(Happening happening) {
        return happening.json().length() + happening.text().length();
    }

    private static void dropFirst(Map<?, ?> map, int most) {
        if (map.size() > most) {
            Iterator<?> eldest = map.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /** The last events, oldest first. */
    synchronized List<Happening> recent(int count) {
        List<Happening> out = new ArrayList<>(Math.min(count, recent.size()));
        int skip = Math.max(0, recent.size() - count);
        for (Happening happening : recent) {
            if (skip-- <= 0) {
                out.add(happening);
            }
        }
        return out;
    }

    /** The last events of a user as far as they are remembered, oldest first. */
    synchronized List<Happening> of(String user) {
        return List.copyOf(ofUsers.getOrDefault(user, new ArrayDeque<>()));
    }

    /** Why the user's last attempt failed, if it is remembered. */
    public synchronized Optional<Failed> failure(String user) {
        return Optional.ofNullable(failures.get(user));
    }
}
