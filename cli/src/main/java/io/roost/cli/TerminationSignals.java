package io.roost.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.roost.cli.screen.Screen;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What SIGINT, SIGTERM and SIGHUP mean while a run goes on: the first one ends it softly, the second one ends the process now.
 * If there is no soft end within a minute the process ends as well. Nothing is lost either way. The only place that knows the
 * JDK's signals.
 */
final class TerminationSignals implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;
    private static final int SIGNALLED = 128;

    private final Map<Signal, SignalHandler> before = new LinkedHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Screen screen;
    private final Runnable stop;
    private int received;

    /** @param stop called once, by another thread; must not wait */
    TerminationSignals(Screen screen, Runnable stop) {
        this.screen = screen;
        this.stop = stop;
        for (String name : new String[] {"INT", "TERM", "HUP"}) {
            try {
                Signal signal = new Signal(name);
                before.put(signal, Signal.handle(signal, this::received));
            } catch (IllegalArgumentException e) {
                // The JVM was told to leave it alone, as nohup does with HUP.
            }
        }
    }

    private void received(Signal signal) {
        synchronized (this) {
            if (received != 0) {
                screen.message("roost: stopping now; nothing is lost, and the next run goes on from what is recorded");
                Runtime.getRuntime().halt(SIGNALLED + signal.getNumber());
            }
            received = SIGNALLED + signal.getNumber();
        }
        screen.message("roost: stopping at the next safe point; once more stops now");
        stop.run();
        try {
            if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                screen.message("roost: no end within " + PATIENCE_SECONDS
                        + " seconds, leaving as it is: nothing is lost, and the next run goes on from what is recorded");
                Runtime.getRuntime().halt(received);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** 128 and the number of the signal that came, 0 if none did. */
    synchronized int exitCode() {
        return received;
    }

    /** The work has ended, and all that it has to say is said. */
    @Override
    public void close() {
        closed.countDown();
        before.forEach((signal, handler) -> Signal.handle(signal, handler));
    }
}
