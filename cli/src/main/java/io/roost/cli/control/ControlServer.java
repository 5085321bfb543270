package io.roost.cli.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.roost.cli.screen.JsonLines;
import io.roost.engine.RunEvent;
import io.roost.migrate.Event;

/**
 * Answers on the control socket of a run; {@link ControlProtocol} says how. Open it first, which takes the state directory for this
 * run, give it {@link #event every event}, and {@link #serve} once the engine is there. Whatever clients do, neither the engine nor
 * another client waits for them.
 */
public final class ControlServer implements Closeable {
    /** Clients at a time. */
    static final int MAX_CLIENTS = 32;
    /** How long clients may take to hear that the run has ended. */
    private static final long FAREWELL_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** How long clients that have heard it may still ask. */
    private static final long LAST_QUESTIONS_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Progress of one user is told this often at most. */
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ControlSocket socket;
    private final JsonText json = new JsonText();
    private final RunEvent.Sink jsonSink;
    private final RunHistory history = new RunHistory();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Set<ControlConnection> connections = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> progressTold = new ConcurrentHashMap<>();
    private volatile boolean closing;
    private volatile ServedRun served;

    private ControlServer(ControlSocket socket, Function<JsonLines, RunEvent.Sink> format) {
        this.socket = socket;
        jsonSink = format.apply(json.lines());
    }

    /**
     * Takes the state directory, which has to exist. Clients can connect from now on, and are answered after {@link #serve}.
     *
     * @param format writes events as {@code roost migrate --json} does; called by one thread at a time
     * @throws ControlException of kind TAKEN if another run has it, UNUSABLE if there can be no socket
     */
    public static ControlServer open(String stateDirectory, Function<JsonLines, RunEvent.Sink> format)
            throws ControlException {
        return new ControlServer(ControlSocket.listen(stateDirectory), format);
    }

    /** Begins to answer. To be called once. */
    public void serve(ControlledRun run) {
        served = new ServedRun(run, history);
        daemon("roost-control", () -> accept(served));
    }

    private void accept(ServedRun run) {
        while (!closing) {
            try {
                SocketChannel channel = socket.accept();
                ControlConnection connection = new ControlConnection(channel, run, this);
                connections.add(connection);
                boolean full = connections.size() > MAX_CLIENTS;
                daemon("roost-control-client", () -> {
                    try {
                        connection.run(full);
                    } finally {
                        connections.remove(connection);
                    }
                });
            } catch (IOException e) {
                // Closed; or no descriptor is left, which passes.
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** To be told everything that happens, by any thread. Never waits. */
    public void event(RunEvent event) {
        long now = System.currentTimeMillis();
        if (event instanceof RunEvent.Progress progress
                && (progress.event() instanceof Event.Copying || progress.event() instanceof Event.Verifying)) {
            // Soon out of date: only for those who watch.
            if (!watchers.isEmpty() && progressIsDue(event.user())) {
                synchronized (history) {
                    offer(happening(event, now));
                }
            }
            return;
        }
        if (event instanceof RunEvent.Done || event instanceof RunEvent.Failed || event instanceof RunEvent.Stopped) {
            progressTold.remove(event.user());
        }
        synchronized (history) {
            Happening happening = happening(event, now);
            history.add(now, event, happening);
            offer(happening);
        }
    }

    private Happening happening(RunEvent event, long now) {
        jsonSink.event(event);
        String text = EventText.of(event, now);
        return new Happening(event.user(), json.take(), text.isEmpty() ? "" : Answer.textLine(text));
    }

    private void offer(Happening happening) {
        watchers.forEach(watcher -> watcher.offer(happening));
    }

    private boolean progressIsDue(String user) {
        long now = System.nanoTime();
        Long told = progressTold.get(user);
        if (told != null && now - told < PROGRESS_NANOS) {
            return false;
        }
        progressTold.put(user, now);
        return true;
    }

    /** From now on the watcher gets every event, after those of the recent past that it asked for: none is missing in between. */
    List<Happening> watch(Watcher watcher, int recent) {
        synchronized (history) {
            if (closing) {
                watcher.end();
            }
            watchers.add(watcher);
            return history.recent(recent);
        }
    }

    void unwatch(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** Tells those who watch that the run has ended, takes the socket away, and lets go of the state directory. */
    @Override
    public void close() throws IOException {
        synchronized (history) {
            closing = true;
            watchers.forEach(Watcher::end);
        }
        try {
            socket.stopAccepting();
            long deadline = System.nanoTime() + FAREWELL_NANOS;
            while (!watchers.isEmpty() && System.nanoTime() - deadline < 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            // screens ask once more, for how it ended
            long last = System.nanoTime() + LAST_QUESTIONS_NANOS;
            while (!connections.isEmpty() && System.nanoTime() - last < 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (served != null) {
                served.end();
            }
            connections.forEach(ControlConnection::close);
            socket.close();
        }
    }
}
