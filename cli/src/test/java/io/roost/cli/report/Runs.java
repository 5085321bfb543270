package io.roost.cli.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.roost.cli.report.RunRecorder.Explained;
import io.roost.cli.report.RunSummary.Run;
import io.roost.cli.report.RunSummary.Setting;
import io.roost.cli.report.RunSummary.Throttling;
import io.roost.engine.EngineStatus;
import io.roost.engine.FailureClass;
import io.roost.engine.Phase;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.Event;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MonthCounts;
import io.roost.migrate.Result;
import io.roost.throttle.LatencyReading;
import io.roost.throttle.Restriction;
import io.roost.throttle.ThrottleState;

/** Runs as tests of their records want them. */
final class Runs {
    /** 2026-11-23T22:00:00Z. */
    static final long STARTED = 1_795_471_200_000L;

    private Runs() {
    }

    static Explained explain(Throwable thrown) {
        MigrationException e = (MigrationException) thrown;
        return new Explained(e.kind().name().toLowerCase(java.util.Locale.ROOT), e.getMessage(), e.problems());
    }

    static Run run(long ended, int exitCode, String ending) {
        return new Run("roost 0.1.0", "mail7.example.org", ended, exitCode, ending,
                List.of(new Setting("users", "--users-file /root/night1.txt"), new Setting("timetable", "22:00-06:00=full")),
                "");
    }

    static EngineStatus status(long now, Map<Phase, Integer> users, long mails, long bytes) {
        return new EngineStatus(RunState.RUNNING, "", STARTED, now, Long.MAX_VALUE, 8, users, List.of(), mails, bytes, 812.5,
                5.5e6,
                List.of(), 3_600);
    }

    static Map<Phase, Integer> users(int done, int failed, int waiting) {
        Map<Phase, Integer> users = new EnumMap<>(Phase.class);
        users.put(Phase.DONE, done);
        users.put(Phase.FAILED, failed);
        users.put(Phase.WAITING, waiting);
        return users;
    }

    static Result result(long mails, long millis, List<SourceProblem> skipped) {
        return new Result(12, mails, mails * 6_600, mails, mails / 100, 1, 3, skipped, List.of(), millis, false);
    }

    static SourceProblem unreadable(String user, String file) {
        return new SourceProblem(SourceProblem.Kind.UNREADABLE, "INBOX", "/mail/" + user + "/Maildir/cur/" + file,
                "cannot open it: Permission denied");
    }

    static RunEvent.Failed failed(String user, MigrationException.Kind kind, String why, List<SourceProblem> problems,
            int attempt,
            long retryAt) {
        return new RunEvent.Failed(user, new MigrationException(kind, why, problems, null),
                kind == MigrationException.Kind.IO ? FailureClass.TRANSIENT : FailureClass.PERMANENT, attempt, retryAt);
    }

    static void done(RunRecorder recorder, String user, Result result, MonthCounts before, MonthCounts after) {
        recorder.event(new RunEvent.Begun(user, 0, 1));
        recorder.event(new RunEvent.Progress(new Event.Compared(user, before, after)));
        recorder.event(new RunEvent.Done(user, null, result));
    }

    static MonthCounts months(Random random, int years, int mails) {
        MonthCounts counts = new MonthCounts();
        for (int m = 0; m < years * 12; m++) {
            counts.add(STARTED / 1000 - m * 2_629_800L, random.nextInt(1 + mails * (years * 12 - m) / (years * 12)));
        }
        return counts;
    }

    /** Three users, one of them with a mail left out, one failed. */
    static RunSummary three() {
        RunRecorder recorder = new RunRecorder(Runs::explain);
        Random random = new Random(1);
        for (int second = 0; second <= 14; second++) {
            recorder.sample(status(STARTED + second * 1000, users(0, 0, 3), second * 150L, second * 990_000L), false);
        }
        MonthCounts months = months(random, 4, 40);
        done(recorder, "anna@example.org", result(1_204, 4_200, List.of()), months, months);
        MonthCounts fewer = new MonthCounts();
        fewer.addAll(months);
        fewer.addUndated(1);
        done(recorder, "bert@example.org", result(812, 8_900, List.of(unreadable("bert@example.org",
                "1700000000.M1P2.mx1:2,S"))), fewer,
                months);
        recorder.event(failed("carla@example.org", MigrationException.Kind.TARGET,
                "there is an mdbox at /mail/carla/mdbox already: "
                + "move it away, or take the user off the list", List.of(), 1, 0));
        return recorder.summary(run(STARTED + 14_000, 1, ""), status(STARTED + 14_000, users(2, 1, 0), 2_016, 13_305_600),
                Throttling.NONE);
    }

    /** A night: a hundred thousand users, five hundred of them failed, the window over before the last thousand. */
    static RunSummary night() {
        RunRecorder recorder = new RunRecorder(Runs::explain);
        Random random = new Random(2);
        long mails = 0;
        long bytes = 0;
        for (int second = 0; second <= 8 * 3600; second += 2) {
            boolean slowed = second > 3 * 3600 && second < 4 * 3600 || second > 7 * 3600;
            mails += (slowed ? 900 : 2_600) + random.nextInt(700);
            bytes += ((slowed ? 900 : 2_600) + random.nextInt(900)) * 7_000L;
            recorder.sample(status(STARTED + second * 1000L, users(0, 0, 100_000), mails, bytes), slowed);
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 99_000; i++) {
            names.add("u" + i + "@example.org");
        }
        MonthCounts[] some = new MonthCounts[50];
        for (int i = 0; i < some.length; i++) {
            some[i] = months(random, 12, 20);
        }
        for (int i = 0; i < names.size(); i++) {
            String user = names.get(i);
            if (i % 198 == 7) {
                MigrationException.Kind kind = i / 198 % 3 == 0 ? MigrationException.Kind.IO : i / 198 % 3 == 1
                        ? MigrationException.Kind.SOURCE
                        : MigrationException.Kind.NO_SPACE;
                recorder.event(failed(user, kind, kind == MigrationException.Kind.SOURCE
                        ? "2 mails cannot be carried over, see the list; repair them or use --skip-unreadable"
                        : "cannot open /mail/" + user + "/Maildir/cur/1700000000.M1P2.mx1,S=5120,W=5234:2,S: Stale file handle",
                        kind == MigrationException.Kind.SOURCE ? List.of(unreadable(user, "1700000001.M1P2.mx1,S=5120:2,S"),
                        unreadable(user, "1700000002.M1P2.mx1,S=5120:2,S")) : List.of(), kind == MigrationException.Kind.IO ? 5
                        : 1, 0));
            } else {
                done(recorder, user, result(200 + random.nextInt(3_000), (long) (900 * Math.exp(random.nextGaussian()))
                        + (i == 5000 ? 5_000_000 : 0), List.of()), some[i % 50], some[i % 50]);
            }
        }
        for (int i = 0; i < 120; i++) {
            recorder.lockedOut("u" + i, 2 + random.nextDouble() * 9);
        }
        return recorder.summary(run(STARTED + 8 * 3_600_000L, 8, "the maintenance window is over"),
                status(STARTED + 8 * 3_600_000L, users(98_500, 500, 1_000), mails, bytes), throttling());
    }

    static Throttling throttling() {
        return new Throttling(new ThrottleState(20_000_000, Long.MAX_VALUE, false, "timetable",
                "limited to 20MB/s by the timetable"),
                List.of(Restriction.none("pause"), new Restriction("timetable", 20_000_000, Long.MAX_VALUE, false, "limited"),
                        Restriction.hold("flag_file", "held"), new Restriction("latency", 1_000, 5, false, "slow")),
                Map.of("pause", 0.25, "timetable", 3_610.5, "latency", 1_820.0), new LatencyReading(0.0052, 0.0018, 2.9));
    }
}
