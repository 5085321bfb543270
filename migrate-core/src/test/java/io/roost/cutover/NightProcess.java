package io.roost.cutover;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

import io.roost.checkpoint.UserState;
import io.roost.cutover.CutoverSettings.Mode;
import io.roost.gate.PasswdFileSwitch;
import io.roost.migrate.Event;
import io.roost.testing.DirectorCluster;

/**
 * A process of Roost that ends as {@code kill -9} ends one, with each of its users at another step. Arguments: directory of the
 * cluster, addresses of the backends, state directory, and {@code user=STATE} for each user.
 */
final class NightProcess {
    static final int HALTED = 137;

    private NightProcess() {
    }

    /**
     * Starts one on backend {@code b1}.
     *
     * @param stops       where each user is to be stopped
     * @param environment added to this process's
     */
    static Process start(DirectorCluster cluster, Path state, Map<String, UserState> stops, Map<String, String> environment, File output)
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
    static void kill(DirectorCluster cluster, Path state, Map<String, UserState> stops, File output) throws Exception {
        int exit = start(cluster, state, stops, Map.of(), output).waitFor();
        if (exit != HALTED) {
            throw new AssertionError(exit + ": " + Files.readString(output.toPath()));
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        CutoverBench bench = new CutoverBench(directory, arguments[1], arguments[2], Path.of(arguments[3]),
                new PasswdFileSwitch(directory.resolve("users").toString(), "%u", Clock.systemUTC()));
        Map<String, UserState> stops = new TreeMap<>();
        for (int i = 4; i < arguments.length; i++) {
            String[] stop = arguments[i].split("=");
            stops.put(stop[0], UserState.valueOf(stop[1]));
        }
        CountDownLatch stopped = new CountDownLatch(stops.size());
        bench.onEvent = event -> {
            if (event instanceof Event.Reached reached && reached.state() == stops.get(event.user())) {
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
}
