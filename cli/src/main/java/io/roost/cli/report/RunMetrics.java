package io.roost.cli.report;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;

import io.roost.cli.report.RunSummary.FailedAttempts;
import io.roost.engine.Phase;
import io.roost.engine.RunState;
import io.roost.throttle.Bandwidth;
import io.roost.throttle.LatencyReading;
import io.roost.throttle.Restriction;

/** A run as numbers for Prometheus. {@code docs/scripting.md} describes them, and promises them. */
final class RunMetrics {
    private RunMetrics() {
    }

    static String of(RunSummary summary) {
        PrometheusText out = new PrometheusText();
        run(out, summary);
        users(out, summary);
        mails(out, summary);
        throttle(out, summary.throttling());
        out.family("roost_lockout_seconds", "histogram", "How long users were locked out for the switch.")
                .histogram(summary.lockOuts().durations());
        return out.toString();
    }

    private static void run(PrometheusText out, RunSummary summary) {
        out.family("roost_run_info", "gauge", "What runs, always 1.")
                .sample(1, "version", summary.run().version(), "host", summary.run().host());
        out.family("roost_run_start_time_seconds", "gauge", "When the run began, Unix time.")
                .sample(summary.status().started() / 1000.0);
        out.family("roost_run_update_time_seconds", "gauge", "When these numbers were written, Unix time.")
                .sample(summary.status().now() / 1000.0);
        out.family("roost_run_state", "gauge", "1 for the state that the run is in, 0 for the others.");
        RunState now = summary.run().isEnded() ? RunState.ENDED : summary.status().state();
        for (RunState state : RunState.values()) {
            out.sample(state == now ? 1 : 0, "state", id(state));
        }
        if (summary.run().isEnded()) {
            out.family("roost_run_end_time_seconds", "gauge", "When the run ended, Unix time; not there while it runs.")
                    .sample(summary.run().ended() / 1000.0);
            out.family("roost_run_exit_code", "gauge",
                    "How the run ended; not there while it runs.").sample(summary.run().exitCode());
        }
        out.family("roost_workers", "gauge", "Users that may be in flight at once.").sample(summary.status().workers());
        if (summary.status().secondsLeft() >= 0) {
            out.family("roost_seconds_left", "gauge", "Estimate until the last user is done; not there if it cannot be told.")
                    .sample(summary.status().secondsLeft());
        }
    }

    private static void users(PrometheusText out, RunSummary summary) {
        out.family("roost_users", "gauge", "Users of the run by state.");
        for (Phase phase : Phase.values()) {
            out.sample(summary.status().users(phase), "state", id(phase));
        }
        out.family("roost_user_seconds", "histogram", "How long users took that this run migrated, last attempt.")
                .histogram(summary.durations());
        out.family("roost_failed_attempts_total", "counter", "Failed attempts by kind and class of failure.");
        summary.attempts().entrySet().stream().sorted(Map.Entry.comparingByKey(Comparator.comparing(FailedAttempts::kind)
                .thenComparing(FailedAttempts::failureClass)))
                .forEach(e -> out.sample(e.getValue(), "kind", e.getKey().kind(), "class", id(e.getKey().failureClass())));
    }

    private static void mails(PrometheusText out, RunSummary summary) {
        out.family("roost_mails_copied_total", "counter", "Mails that this run copied, of users in flight, too.")
                .sample(summary.status().mails());
        out.family("roost_bytes_copied_total", "counter", "Bytes of mail that this run copied, of users in flight, too.")
                .sample(summary.status().bytes());
        out.family("roost_mails_per_second", "gauge", "Mails copied in each of the last seconds, on average.")
                .sample(summary.status().mailsPerSecond());
        out.family("roost_bytes_per_second", "gauge", "Bytes of mail copied in each of the last seconds, on average.")
                .sample(summary.status().bytesPerSecond());
        out.family("roost_mails_done_total", "counter", "Mails of the users that are done.").sample(summary.totals().mails());
        out.family("roost_mails_shared_total", "counter", "Mails of them that share the bytes of a copy.")
                .sample(summary.totals().shared());
        out.family("roost_mails_vanished_total", "counter",
                "Mails that were expunged meanwhile.").sample(summary.totals().vanished());
        out.family("roost_mails_rejected", "gauge", "Mails that could not be carried over.").sample(summary.rejectedTotal());
    }

    private static void throttle(PrometheusText out, RunSummary.Throttling throttling) {
        out.family("roost_throttle_held", "gauge", "1 if this source holds everything, else 0.");
        for (Restriction r : throttling.restrictions()) {
            out.sample(r.held() ? 1 : 0, "source", r.source());
        }
        out.family("roost_throttle_limit_bytes_per_second", "gauge", "What this source allows; not there if it has no limit.");
        for (Restriction r : throttling.restrictions()) {
            if (r.bytesPerSecond() != Bandwidth.UNLIMITED) {
                out.sample(r.bytesPerSecond(), "source", r.source());
            }
        }
        out.family("roost_throttle_limit_mails_per_second", "gauge", "What this source allows; not there if it has no limit.");
        for (Restriction r : throttling.restrictions()) {
            if (r.mailsPerSecond() != Bandwidth.UNLIMITED) {
                out.sample(r.mailsPerSecond(), "source", r.source());
            }
        }
        out.family("roost_throttle_waited_seconds_total", "counter", "How long this source has held the run back.");
        throttling.waited().forEach((source, seconds) -> out.sample(seconds, "source", source));
        LatencyReading latency = throttling.latency();
        out.family("roost_read_latency_seconds", "gauge", "What reading a mail takes: recently, and usually. 0: not known yet.")
                .sample(latency.recentSeconds(), "kind", "recent").sample(latency.usualSeconds(), "kind", "usual");
        out.family("roost_read_slowdown_ratio", "gauge",
                "How much longer than usual reading takes, over all sizes. 0: not known yet.")
                .sample(latency.slowdown());
    }

    private static String id(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
