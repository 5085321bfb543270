package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.hostchange.HostChange.Outcome;
import io.roost.hostchange.HostChange.Step;

/** After a crash between any two steps no stale list index is ever served. */
class CrashTest {
    private static final List<String> HOSTS = List.of("be1", "be2", "be3");

    @TempDir
    private Path temp;

    /** Stands for the end of the process. */
    private static final class Crash extends IOException {
        Crash(Step step) {
            super(step.name());
        }
    }

    private static HostChange.Hook crashAfter(Step step) {
        return reached -> {
            if (reached == step) {
                throw new Crash(step);
            }
        };
    }

    @Test
    void atEachStep() throws IOException {
        for (boolean migration : new boolean[] {false, true}) {
            for (Step step : Step.values()) {
                Path root = temp.resolve(step + "-" + migration);
                TestSite site = new TestSite(root);
                UserPaths paths = site.paths("be1");
                site.host("be1").check(paths);
                site.listIndex(site.local("be1"), "stale");
                site.host("be2").check(site.paths("be2"));
                if (migration) {
                    site.listIndex(site.index(), "shared, of unknown age");
                }
                Crash crash = null;
                try {
                    site.host("be1", migration, crashAfter(step)).check(paths);
                } catch (Crash e) {
                    crash = e;
                }
                assertEquals(step.name(), crash == null ? "" : crash.getMessage());
                Outcome after = site.host("be1", migration, s -> { }).check(paths);
                assertEquals(step == Step.RECORDED ? Outcome.FRESH : Outcome.TAKEN, after, step + " " + migration);
                assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
                assertEquals(List.of(".lasthost"), TestSite.names(site.index()));
            }
        }
    }

    /** A process of its own that ends without another word. */
    @Test
    void ofAWholeProcess() throws Exception {
        for (Step step : List.of(Step.CLEARED, Step.DELETED, Step.HOST_WRITTEN)) {
            TestSite site = new TestSite(temp.resolve("process-" + step));
            site.host("be1").check(site.paths("be1"));
            site.listIndex(site.local("be1"), "stale");
            site.host("be2").check(site.paths("be2"));
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
                    "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Victim.class.getName(),
                    site.root.toString(), step.name()).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            assertEquals(137, process.waitFor(), said);
            assertEquals(Outcome.TAKEN, site.host("be1").check(site.paths("be1")), "its lock went with it");
            assertEquals(List.of(".lasthost"), TestSite.names(site.local("be1")));
        }
    }

    /** Logs in on be1 and ends at a step as {@code kill -9} ends a process. */
    static final class Victim {
        private Victim() {
        }

        public static void main(String[] args) throws IOException {
            TestSite site = new TestSite(Path.of(args[0]));
            site.host("be1", false, step -> {
                if (step.name().equals(args[1])) {
                    Runtime.getRuntime().halt(137);
                }
            }).check(site.paths("be1"));
        }
    }

    /**
     * A user wanders between hosts for a long time; processes crash, memories are lost, files are damaged, sweeps and flushes
     * come in between, and hosts without host change see the user too. The content of each list index is the state of the
     * mailboxes it was made of: whenever somebody is let in, it is the state of now.
     */
    @Test
    void anyOrderOfEvents() throws IOException {
        int fresh = 0;
        int moved = 0;
        int crashes = 0;
        for (int seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            TestSite site = new TestSite(temp.resolve("seed" + seed));
            String host = HOSTS.get(0);
            int state = 0;
            for (int i = 0; i < 200; i++) {
                if (random.nextInt(3) == 0) {
                    host = HOSTS.get(random.nextInt(HOSTS.size()));
                }
                disturb(site, random);
                // sites have migration on, and switch it off for good when all hosts have host change
                boolean foreigners = i < 150;
                if (foreigners && random.nextInt(8) == 0) {
                    String seen = read(site.index());
                    site.listIndex(site.index(), seen.isEmpty() || !seen.equals("" + state) ? "" + ++state : seen);
                    continue;
                }
                Step crash = random.nextInt(3) == 0 ? Step.values()[random.nextInt(Step.values().length)] : null;
                try {
                    Outcome outcome = site.host(host, foreigners || i < 160, crashAfter(crash)).check(site.paths(host));
                    String served = read(site.local(host));
                    assertTrue(served.isEmpty() || served.equals("" + state),
                            seed + "/" + i + ": " + outcome + " " + served + " at " + state);
                    fresh += outcome == Outcome.FRESH && !served.isEmpty() ? 1 : 0;
                    moved += outcome == Outcome.MOVED ? 1 : 0;
                    if (random.nextInt(3) > 0) {
                        state++;
                        site.listIndex(site.local(host), "" + state);
                    }
                } catch (Crash e) {
                    crashes++;
                }
            }
        }
        assertTrue(fresh > 50 && moved > 2 && crashes > 50, fresh + " " + moved + " " + crashes);
    }

    private static String read(Path directory) throws IOException {
        Path file = directory.resolve("dovecot.list.index.log");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private void disturb(TestSite site, Random random) throws IOException {
        Path record = site.index().resolve(".lasthost");
        String host = HOSTS.get(random.nextInt(HOSTS.size()));
        switch (random.nextInt(40)) {
            case 0 -> Files.deleteIfExists(record);
            case 1 -> Files.writeString(record, "garbage \1");
            case 2 -> delete(site.root.resolve(host));
            case 3 -> damage(site.local(host).resolve(".lasthost"));
            case 4 -> new Purge(site).now(site.paths(host).listIndex());
            case 5 -> site.host(host).check(site.paths(host));
            case 6 -> {
                if (Files.exists(record)) {
                    Files.setLastModifiedTime(record, FileTime.fromMillis(random.nextInt(3)));
                }
            }
            default -> {
            }
        }
    }

    private static void damage(Path file) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, "garbage");
        }
    }

    private static void delete(Path tree) throws IOException {
        if (Files.exists(tree)) {
            try (Stream<Path> all = Files.walk(tree)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
