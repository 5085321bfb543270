package io.roost.cli.tui;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.control.FakeRun;
import io.roost.testing.Requires;

/**
 * 300,000 users, most of them done and recorded in the checkpoint store: how long until the first screen, and until a key is
 * answered. Prints what it measures, since a busy machine proves nothing; what the screens show is asserted.
 */
@Tag("soak")
@Requires(Requires.Ability.TMUX)
class ManyUsersTest {
    private static final int USERS = 300_000;
    /** They get records in the checkpoint store. */
    private static final int RECORDED = Integer.getInteger("roost.recorded", 200_000);

    @TempDir
    private Path temp;

    /** The run, in a process of its own. */
    public static final class Run {
        public static void main(String[] args) throws Exception {
            List<String> users = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                users.add((i % 30_000 == 7 ? "bad" : i == RECORDED ? "held" : "user")
                        + String.format("%06d@example.org", i));
            }
            try (FakeRun run = FakeRun.start(Path.of(args[0]), 1, users)) {
                FakeRun.await("all before the one that lasts have ended", 3_600, () -> run.engine().status().active().stream()
                        .anyMatch(active -> active.user().startsWith("held")));
                System.out.println("ready");
                TimeUnit.HOURS.sleep(1);
            }
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private double answer(Tmux.Pane pane, String key, Predicate<String> shown) throws Exception {
        // a key by itself, not one that is held down
        TimeUnit.MILLISECONDS.sleep(300);
        pane.keys(key);
        long begin = System.nanoTime();
        pane.await(key, 2, shown);
        return seconds(begin);
    }

    @Test
    void firstScreenAndKeys() throws Exception {
        Process run = new ProcessBuilder(java(Run.class.getName(), temp.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (Tmux tmux = new Tmux(temp)) {
            long filling = System.nanoTime();
            if (!"ready".equals(run.inputReader().readLine())) {
                throw new AssertionError("the run did not begin");
            }
            System.out.printf("measured: 300,000 users, %,d of them recorded in %.0f s%n", RECORDED, seconds(filling));
            List<Double> first = new ArrayList<>();
            Tmux.Pane pane = null;
            for (int i = 0; i < 5; i++) {
                long begin = System.nanoTime();
                pane = tmux.open(80, 24, Map.of("TERM", "screen-256color", "LC_ALL", "C.UTF-8"), program());
                pane.await("In flight");
                first.add(seconds(begin));
            }
            report("first screen, the program's start included", first);
            pane.keys("u");
            pane.await("1 of 300,000");
            List<Double> answers = new ArrayList<>();
            for (int i = 2; i <= 40; i++) {
                String wanted = i + " of 300,000";
                answers.add(answer(pane, "Down", screen -> screen.contains(" " + wanted)));
            }
            report("Down", answers);
            answers.clear();
            for (int i = 0; i < 20; i++) {
                List<String> before = pane.screen();
                answers.add(answer(pane, "PageDown", screen -> !screen.equals(String.join("\n", before))
                        && !screen.contains("(coming)")));
            }
            report("PageDown, with all rows", answers);
            answers.clear();
            for (int i = 0; i < 5; i++) {
                answers.add(answer(pane, "End", screen -> screen.contains("300,000 of 300,000") && screen.contains("299999@")));
                answers.add(answer(pane, "Home", screen -> screen.contains("1 of 300,000") && screen.contains("000000@")));
            }
            report("End and Home, with all rows", answers);
            answers.clear();
            for (int i = 0; i < 5; i++) {
                answers.add(answer(pane, "f", screen -> screen.contains(" 1 of ") && !screen.contains("1 of 300,000")));
                pane.keys("f", "f", "f", "f", "f");
                pane.await("1 of 300,000");
                pane.await("the rows have come", screen -> !screen.contains("(coming)"));
            }
            report("f, only those failed", answers);
            answers.clear();
            for (String words : List.of("name", "phase", "mails", "size", "time taken", "last change")) {
                for (int i = 0; i < 3; i++) {
                    answers.add(answer(pane, i == 0 ? "Right" : "i", screen -> screen.contains("by " + words)
                            && screen.contains(" of 300,000") && !screen.contains("(coming)") && screen.contains(">")));
                }
                report("sorted by " + words + ", then turned round twice, with all rows", answers);
                answers.clear();
            }
            pane.keys("/");
            StringBuilder typed = new StringBuilder();
            for (char c : "299999".toCharArray()) {
                typed.append(c);
                answers.add(answer(pane, String.valueOf(c), screen -> screen.contains("/" + typed)));
            }
            long begin = System.nanoTime();
            pane.keys("BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace").type("299999");
            pane.await("1 of 1");
            report("a letter of the filter is seen", answers);
            report("the filtered list of one among 300,000", List.of(seconds(begin)));
        } finally {
            run.destroyForcibly().waitFor();
        }
    }

    private static void report(String what, List<Double> seconds) {
        double[] sorted = seconds.stream().mapToDouble(s -> s * 1000).sorted().toArray();
        System.out.printf("measured: %s: median %.0f ms, longest %.0f ms of %d %s%n", what, sorted[sorted.length / 2],
                sorted[sorted.length - 1], sorted.length, seconds.stream().map(s -> Math.round(s * 1000)).toList());
    }

    /** The launcher if it is named, since it starts faster; else the classes. */
    private String[] program() {
        String launcher = System.getProperty("roost.launcher", "");
        String[] arguments = {"tui", "--state=" + temp};
        return launcher.isEmpty() ? TuiTmuxTest.roost(arguments) : new String[] {launcher, arguments[0], arguments[1]};
    }

    private static String[] java(String main, String argument) {
        return new String[] {Path.of(System.getProperty("java.home"), "bin/java").toString(), "--add-opens",
            "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-Xmx320m", "-XX:+UseSerialGC",
            "-Droost.recorded=" + RECORDED, "-cp", System.getProperty("java.class.path"), main, argument};
    }
}
