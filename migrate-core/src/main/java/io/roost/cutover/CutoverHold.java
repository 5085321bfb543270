package io.roost.cutover;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether users may be locked out now. Who is copied waits here as long as a file exists or an operator holds everybody or this
 * very user; whom an operator lets pass waits for nothing. Thread-safe.
 */
public final class CutoverHold {
    /** Between two looks for the file. */
    private static final long LOOK_MILLIS = 1_000;

    private final Optional<Path> file;
    private String all = "";
    private final Map<String, String> held = new HashMap<>();
    private final Set<String> passing = new HashSet<>();
    private final Map<String, Long> waiting = new LinkedHashMap<>();
    private volatile int parked;

    /** @param file as long as it exists nobody is locked out; an absolute path */
    public CutoverHold(Optional<String> file) {
        this.file = file.map(Path::of);
    }

    /** Nobody is locked out from now on; those who are already are gone on with. */
    public synchronized void hold(String why) {
        all = why;
    }

    /** Takes {@link #hold(String)} back, not what holds single users. @return whether that changes anything */
    public synchronized boolean release() {
        boolean was = !all.isEmpty();
        all = "";
        notifyAll();
        return was;
    }

    /** This user is not locked out, whatever else is said. */
    public synchronized void hold(String user, String why) {
        passing.remove(user);
        held.put(user, why);
        count();
    }

    /** Takes what was said of this user back. @return whether that changes anything */
    public synchronized boolean release(String user) {
        boolean was = held.remove(user) != null | passing.remove(user);
        count();
        notifyAll();
        return was;
    }

    /** This user waits for nothing any more, for the rest of the run. */
    public synchronized void pass(String user) {
        held.remove(user);
        passing.add(user);
        count();
        notifyAll();
    }

    /** Why nobody is locked out now, for people; empty if nothing is in the way. */
    public synchronized String reason() {
        return !all.isEmpty() ? all : file.filter(Files::exists).map(path -> "held by the file " + path).orElse("");
    }

    /** Why this user is not; empty if nothing is in the way. */
    public synchronized String reason(String user) {
        return passing.contains(user) ? "" : held.containsKey(user) ? held.get(user) : reason();
    }

    /** Whether an operator holds everybody. */
    public synchronized boolean isHeldByOperator() {
        return !all.isEmpty();
    }

    /** Whether an operator holds this user. */
    public synchronized boolean isHeld(String user) {
        return held.containsKey(user);
    }

    /** Who is ready and waits here, and since when, Unix milliseconds. */
    public synchronized Map<String, Long> waiting() {
        return new LinkedHashMap<>(waiting);
    }

    /** How many of those wait because an operator holds these very users. Never waits, not even for a file system. */
    public int parked() {
        return parked;
    }

    private void count() {
        parked = (int) waiting.keySet().stream().filter(held::containsKey).count();
    }

    /** Waits until nothing holds the user; returns whether anything did. */
    synchronized boolean await(String user) throws InterruptedException {
        if (reason(user).isEmpty()) {
            return false;
        }
        waiting.put(user, System.currentTimeMillis());
        count();
        try {
            while (!reason(user).isEmpty()) {
                wait(LOOK_MILLIS);
            }
        } finally {
            waiting.remove(user);
            count();
        }
        return true;
    }
}
