package io.roost.cli.control;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The stream of events to one client. Whoever has an event never waits: what does not fit the queue is dropped, and the client is
 * told how much that was as soon as it reads again. One thread runs {@link #stream}; {@link #offer} may be called by any.
 */
final class Watcher {
    /** Events that wait for a client. */
    static final int QUEUE = 1_000;

    private final LineChannel channel;
    private final boolean json;
    private final WatchOptions options;
    private final Supplier<String> status;
    private final BlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private volatile boolean ending;

    /** @param status the lines of a status, in the form that the client wants */
    Watcher(LineChannel channel, boolean json, WatchOptions options, Supplier<String> status) {
        this.channel = channel;
        this.json = json;
        this.options = options;
        this.status = status;
    }

    /** Never waits. */
    void offer(Happening happening) {
        String line = happening.line(json);
        if (!line.isEmpty() && !queue.offer(line)) {
            dropped.incrementAndGet();
        }
    }

    /** No event comes any more: the stream ends after those in the queue. */
    void end() {
        ending = true;
    }

    /** Sends what comes until the run ends or the client is gone. */
    void stream() throws IOException, InterruptedException {
        long pause = options.statusSeconds() == 0 ? Long.MAX_VALUE / 2 : TimeUnit.SECONDS.toNanos(options.statusSeconds());
        long nextStatus = System.nanoTime();
        while (true) {
            long now = System.nanoTime();
            if (options.statusSeconds() > 0 && now - nextStatus >= 0) {
                channel.write(status.get());
                nextStatus = now + pause;
            }
            String line = queue.poll(Math.min(TimeUnit.MILLISECONDS.toNanos(250), Math.max(1, nextStatus - now)),
                    TimeUnit.NANOSECONDS);
            if (line != null) {
                channel.write(line);
            }
            if (queue.isEmpty()) {
                tellDropped();
                if (ending && queue.isEmpty()) {
                    if (options.statusSeconds() > 0) {
                        // the last word is how it ended
                        channel.write(status.get());
                    }
                    channel.write(Answer.end(json));
                    return;
                }
            }
        }
    }

    private void tellDropped() throws IOException {
        long count = dropped.getAndSet(0);
        if (count > 0) {
            channel.write(json ? JsonText.object("dropped", "", fields -> fields.writeNumberField("count", count))
                    : Answer.textLine(count + " events were dropped, since nobody read them in time"));
        }
    }
}
