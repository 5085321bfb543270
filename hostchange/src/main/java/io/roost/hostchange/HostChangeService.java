package io.roost.hostchange;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.roost.director.Director;
import io.roost.director.UserHash;
import io.roost.dovecot.InvalidSettingException;

/**
 * The daemon of a backend: answers the director's flushes, so that the list index of a user who comes back is gone before they
 * are let in; asks the director who is elsewhere now, and frees their memory; deletes what nobody has used for long; and writes
 * what it counts. It needs no shared storage. One thread does all that is done from time to time. Thread-safe.
 */
public final class HostChangeService implements Closeable {
    private final Config config;
    private final Optional<Director> director;
    private final Notes notes;
    private final PresentUsers present;
    private final Purge purge;
    private final Counters counters = new Counters();
    private final Readiness readiness;
    private final FlushServer server;
    private final ScheduledThreadPoolExecutor clock = daemon("hostchange-clock");
    /** Of its own: the watchdog of the service manager does not wait for a sweep of a million directories. */
    private final ScheduledThreadPoolExecutor reports = daemon("hostchange-report");
    private final Duration reportEvery;
    private boolean metricsFail;
    private int tcpPort;

    /**
     * How it is to work.
     *
     * @param tree       layout of users' directories
     * @param hash       the directors' {@code director_username_hash}
     * @param sockets    unix sockets to listen on
     * @param socketMode their permission bits
     * @param address    TCP address to listen on; port 0 for any
     * @param allowed    who may connect there
     * @param self       this backend's IP address as the director knows it; empty if users who left are not looked for
     * @param watchEvery how often the director is asked for them
     * @param maxAge     what has not been used for longer is deleted; zero for nothing
     * @param sweepEvery how often that is looked for
     * @param metrics    textfile for Prometheus
     * @param notifySocket of the service manager, {@code NOTIFY_SOCKET}
     */
    public record Config(UserTree tree, UserHash hash, List<Path> sockets, int socketMode, Optional<InetSocketAddress> address,
            AddressList allowed, String self, Duration watchEvery, Duration maxAge, Duration sweepEvery,
            Optional<Path> metrics, Optional<String> notifySocket) { }

    /**
     * @param director who is asked for users elsewhere, and closed by {@link #close}; empty for nobody
     * @throws InvalidSettingException if users cannot be told from directories and hashes
     */
    public HostChangeService(Config config, Optional<Director> director, Notes notes) throws InvalidSettingException {
        this(config, director, notes, Duration.ofSeconds(10));
    }

    HostChangeService(Config config, Optional<Director> director, Notes notes, Duration reportEvery)
            throws InvalidSettingException {
        if (!config.tree().tellsDomain() && new UserHash(config.hash().format()).of("user@example.org")
                != config.hash().of("user")) {
            throw new InvalidSettingException("LISTINDEX", config.tree().template(), "%u, or %d beside %n",
                    "the director's hash (director_username_hash = " + config.hash().format()
                            + ") is of the whole name, which such directories do not tell");
        }
        this.config = config;
        this.director = director;
        this.reportEvery = reportEvery;
        this.notes = notes;
        present = new PresentUsers(config.tree(), config.hash(), PresentUsers.GOOD_FOR, notes);
        purge = new Purge(notes);
        readiness = new Readiness(config.notifySocket().orElse(""), notes);
        server = new FlushServer(new Flushes(), config.allowed(), notes);
    }

    private static ScheduledThreadPoolExecutor daemon(String name) {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Listens; when this returns flushes are answered, and the service manager knows. */
    public void start() throws IOException {
        start(Optional.empty());
    }

    /**
     * As {@link #start()}, also on a socket that somebody else keeps, such as the service manager: then no flush is lost while
     * this is being started again. {@link #close} closes it here.
     */
    public void start(Optional<ServerSocketChannel> inherited) throws IOException {
        long before = System.nanoTime();
        present.find(0);
        notes.info(present.size() + " users have a directory below " + config.tree().root() + " (looked for "
                + (System.nanoTime() - before) / 1_000_000 + " ms)");
        for (Path socket : config.sockets()) {
            server.listen(socket, FlushServer.permissions(config.socketMode()));
            notes.info("listening on " + socket);
        }
        if (inherited.isPresent()) {
            server.listen(inherited.get());
            notes.info("listening on the socket that was passed, " + FlushServer.shown(inherited.get().getLocalAddress()));
        }
        if (config.address().isPresent()) {
            tcpPort = server.listen(config.address().get());
            notes.info("listening on " + config.address().get().getAddress().getHostAddress() + ":" + tcpPort);
        }
        if (director.isPresent() && !config.self().isEmpty()) {
            Departures departures = new Departures(config.tree(), present, director.get(), config.self(), purge, counters,
                    notes);
            repeat(clock, departures::look, config.watchEvery());
        }
        if (!config.maxAge().isZero()) {
            repeat(clock, this::sweep, config.sweepEvery());
        }
        repeat(reports, this::report, reportEvery);
        report();
        readiness.ready(status());
    }

    /** The TCP port, 0 without one. */
    public int tcpPort() {
        return tcpPort;
    }

    private interface Task {
        void run() throws IOException;
    }

    private void repeat(ScheduledThreadPoolExecutor on, Task task, Duration every) {
        on.scheduleWithFixedDelay(() -> {
            try {
                task.run();
            } catch (IOException | RuntimeException e) {
                notes.warning(e.getMessage() == null ? e.toString() : e.getMessage());
            }
        }, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private String status() {
        return present.size() + " users here, " + counters.flushed.get() + " flushes, " + counters.usersLeft.get()
                + " users left, " + counters.usersSwept.get() + " swept";
    }

    private void report() {
        readiness.status(status());
        writeMetrics();
    }

    /** Metrics that cannot be written are no reason not to answer the director. */
    private synchronized void writeMetrics() {
        try {
            if (config.metrics().isPresent()) {
                counters.write(config.metrics().get(), present.size());
            }
            metricsFail = false;
        } catch (IOException e) {
            if (!metricsFail) {
                notes.warning("metrics cannot be written: " + e + "; make the directory of " + config.metrics().get()
                        + " writable to the user who runs this, or leave out --metrics");
            }
            metricsFail = true;
        }
    }

    /** Answers flushes. */
    private final class Flushes implements FlushServer.Handler {
        @Override
        public List<String> flush(FlushRequest request) {
            long start = System.nanoTime();
            List<String> problems = new ArrayList<>();
            int files = 0;
            int users = 0;
            try {
                for (String user : present.find(request.hash())) {
                    users++;
                    try {
                        Purge.Deleted deleted = purge.now(config.tree().pathOf(user));
                        files += deleted.files();
                        counters.deleted(deleted);
                        counters.usersFlushed.incrementAndGet();
                    } catch (IOException e) {
                        problems.add(e.getMessage());
                    }
                }
            } catch (IOException | RuntimeException e) {
                problems.add(e.getMessage() == null ? e.toString() : e.getMessage());
            }
            long nanos = System.nanoTime() - start;
            counters.took(nanos);
            (problems.isEmpty() ? counters.flushed : counters.flushesFailed).incrementAndGet();
            String line = "flush " + UserHash.text(request.hash()) + " from " + request.oldHost() + " to " + request.newHost()
                    + ": " + users + (users == 1 ? " user, " : " users, ") + files + " files deleted, " + nanos / 1000 + " us";
            if (problems.isEmpty()) {
                notes.info(line);
            } else {
                problems.forEach(problem -> notes.warning(line + "; " + problem));
            }
            return problems;
        }

        @Override
        public void refused() {
            counters.refused.incrementAndGet();
        }
    }

    /** Deletes what nobody has used for long. */
    void sweep() throws IOException {
        long now = System.currentTimeMillis() / 1000;
        Sweep.Report report = new Sweep(config.tree(), false, notes).run(Sweep.olderThan(config.maxAge().toSeconds(), now),
                new Sweep.Listener() {
                    @Override
                    public void deleted(String user, LocalPath path, Purge.Deleted deleted, long newest) {
                        counters.deleted(deleted);
                        counters.usersSwept.incrementAndGet();
                    }

                    @Override
                    public void unexplained(String path) {
                    }

                    @Override
                    public void failed(String message) {
                        counters.sweepsFailed.incrementAndGet();
                        notes.warning(message);
                    }
                });
        if (report.deleted() > 0) {
            notes.info("sweep: " + report.deleted() + " of " + report.users() + " users not seen for long, " + report.bytes()
                    + " bytes freed");
        }
    }

    Counters counters() {
        return counters;
    }

    /** Stops listening, answers what has come in, and writes the counters a last time. */
    @Override
    public void close() throws IOException {
        end(reports);
        readiness.stopping();
        server.close();
        end(clock);
        if (director.isPresent()) {
            director.get().close();
        }
        writeMetrics();
    }

    private static void end(ScheduledThreadPoolExecutor pool) {
        pool.shutdownNow();
        try {
            pool.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
