package io.roost.cutover;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.gate.ForwardingUserdbSwitch;
import io.roost.gate.MailChange;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Event;
import io.roost.testing.DirectorCluster;

/**
 * A process of Roost that ends as {@code kill -9} ends one, with each of its users at another step. Arguments: directory of the
 * cluster, addresses of the backends, state directory, and {@code user=STEP} for each user, where a step is the name of a state,
 * {@value #APPLIED}, {@value #OPENED}, {@value #REVERTING}, {@value #REVERTED} or {@value #TAKEN_BACK}.
 */
final class NightProcess {
    static final int HALTED = 137;
    /** The userdb is switched, and nobody has recorded it. */
    static final String APPLIED = "APPLIED";
    /** The switch is to be undone, since mail has come; or is undone, and nobody has recorded it; or the mdbox is taken back, too. */
    static final String REVERTING = "REVERTING";
    static final String REVERTED = "REVERTED";
    static final String TAKEN_BACK = "TAKEN_BACK";
    /** Those. Mail comes to users who are to be stopped there when they are switched, as of a delivery that began before. */
    private static final Set<String> BACK = Set.of(REVERTING, REVERTED, TAKEN_BACK);
    /** The gate is open again, and nobody has recorded it. */
    static final String OPENED = "OPENED";

    private NightProcess() {
    }

    /**
     * Starts one on backend {@code b1}.
     *
     * @param stops       where each user is to be stopped
     * @param environment added to this process's
     */
    static Process start(DirectorCluster cluster, Path state, Map<String, String> stops, Map<String, String> environment, File output)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx128m",
                "--add-opens", "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), NightProcess.class.getName(),
                cluster.directory().toString(), cluster.backends().get(0).ip(), cluster.backends().get(1).ip(), state.toString()));
        stops.forEach((user, stop) -> command.add(user + "=" + stop));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Runs one until all its users are where they are to be stopped, and ends it there. */
    static void kill(DirectorCluster cluster, Path state, Map<String, String> stops, File output) throws Exception {
        int exit = start(cluster, state, stops, Map.of(), output).waitFor();
        if (exit != HALTED) {
            throw new AssertionError(exit + ": " + Files.readString(output.toPath()));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        Map<String, String> stops = new TreeMap<>();
        for (int i = 4; i < arguments.length; i++) {
            String[] stop = arguments[i].split("=");
            stops.put(stop[0], stop[1]);
        }
        CountDownLatch stopped = new CountDownLatch(stops.size());
        BiConsumer<String, String> passed = (user, step) -> {
            if (step.equals(stops.get(user))) {
                stopped.countDown();
                while (true) {
                    try {
                        Thread.sleep(Long.MAX_VALUE);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }
            }
        };
        UserdbSwitch userdb = new PasswdFileSwitch(directory.resolve("users").toString(), "%u", Clock.systemUTC());
        CutoverBench bench = new CutoverBench(directory, arguments[1], arguments[2], Path.of(arguments[3]), new ForwardingUserdbSwitch(userdb) {
            @Override
            public Instant apply(MailChange change) throws IOException {
                Instant moment = super.apply(change);
                passed.accept(change.user(), APPLIED);
                return moment;
            }

            @Override
            public Instant revert(MailChange change, Optional<String> before) throws IOException {
                passed.accept(change.user(), REVERTING);
                Instant moment = super.revert(change, before);
                passed.accept(change.user(), REVERTED);
                return moment;
            }
        });
        Set<String> switchedOnce = ConcurrentHashMap.newKeySet();
        bench.onEvent = event -> {
            if (event instanceof Event.Reached reached) {
                if (reached.state() == UserState.SWITCHED && BACK.contains(stops.get(reached.user()))) {
                    deliverTo(directory.resolve("home").resolve(reached.user()).resolve("Maildir"));
                    switchedOnce.add(reached.user());
                } else if (reached.state() == UserState.COPYING && switchedOnce.contains(reached.user())) {
                    passed.accept(reached.user(), TAKEN_BACK);
                }
                passed.accept(reached.user(), reached.state().name());
            } else if (event instanceof Event.CutOver over) {
                passed.accept(over.user(), OPENED);
            }
        };
        for (String user : stops.keySet()) {
            new Thread(() -> {
                try {
                    bench.run(user, Mode.CUT_OVER);
                    System.out.println(user + " was not stopped");
                } catch (Exception e) {
                    System.out.println(user + ": " + e);
                }
                Runtime.getRuntime().halt(1);
            }).start();
        }
        stopped.await();
        Runtime.getRuntime().halt(HALTED);
    }

    private static void deliverTo(Path maildir) {
        try {
            Path file = Files.writeString(maildir.resolve("new/1800000000.M1P1.late"), "Subject: late\n\nx\n");
            Files.setAttribute(file, "unix:uid", Files.getAttribute(maildir, "unix:uid"));
            Files.setAttribute(file, "unix:gid", Files.getAttribute(maildir, "unix:gid"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
