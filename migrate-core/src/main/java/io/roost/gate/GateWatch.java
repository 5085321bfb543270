package io.roost.gate;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;

/** Waits until the auth of each Dovecot acts as a gate says. Immutable and thread-safe. */
final class GateWatch {
    private static final long FIRST_POLL_MILLIS = 5;
    private static final long MAX_POLL_MILLIS = 25;

    private final List<AuthProbe> probes;
    private final Duration limit;

    GateWatch(List<AuthProbe> probes, Duration limit) {
        this.probes = List.copyOf(probes);
        this.limit = limit;
    }

    /**
     * @param advice what may be wrong if a Dovecot does not notice, a question
     * @return who could not be asked
     */
    List<String> awaitClosed(String user, String reason, String advice) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<String> unreachable = SideBySide.<AuthProbe, Optional<String>>ask(probes, probe -> {
            try {
                awaitClosed(probe, user, reason, advice, deadline);
                return Optional.empty();
            } catch (AuthProbe.Unreachable e) {
                return Optional.of(e.getMessage());
            }
        }).stream().flatMap(Optional::stream).toList();
        if (unreachable.size() == probes.size()) {
            throw new GateException("no Dovecot could be asked whether it keeps user " + printable(user) + " out: "
                    + String.join("; ", unreachable));
        }
        return unreachable;
    }

    private void awaitClosed(AuthProbe probe, String user, String reason, String advice, long deadline) throws IOException {
        for (long pause = FIRST_POLL_MILLIS;; pause = Math.min(2 * pause, MAX_POLL_MILLIS)) {
            AuthAnswer answer = probe.ask(user);
            if (isClosed(probe, answer, reason)) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw new GateException(switch (answer.kind()) {
                    case ADMITTED -> probe.name() + " still lets user " + printable(user) + " in after " + limit.toSeconds()
                            + " s: " + advice;
                    case UNKNOWN -> probe.name() + " does not know user " + printable(user) + ", and did not find them in the gate: "
                            + advice;
                    case TEMPFAIL -> probe.name() + " cannot tell about user " + printable(user) + ", for another reason than the gate"
                            + (answer.reason().isEmpty() ? "" : " (" + ByteString.toText(answer.reason()) + ")")
                            + ": look into its log";
                });
            }
            Pause.millis(pause, probe.name());
        }
    }

    private static boolean isClosed(AuthProbe probe, AuthAnswer answer, String reason) {
        return answer.kind() == AuthAnswer.Kind.TEMPFAIL
                && (!probe.tellsReason() || answer.reason().replace('\t', ' ').equals(reason));
    }

    /** Whether everybody answers, and with the gate; asks each once, now. */
    boolean isClosed(String user, String reason) throws IOException {
        return !SideBySide.<AuthProbe, Boolean>ask(probes, probe -> {
            try {
                return isClosed(probe, probe.ask(user), reason);
            } catch (AuthProbe.Unreachable e) {
                return false;
            }
        }).contains(false);
    }

    boolean awaitOpen(String user, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        return !SideBySide.<AuthProbe, Boolean>ask(probes, probe -> awaitOpen(probe, user, deadline)).contains(false);
    }

    private static boolean awaitOpen(AuthProbe probe, String user, long deadline) throws IOException {
        for (long pause = FIRST_POLL_MILLIS; !isOpen(probe, user); pause = Math.min(2 * pause, MAX_POLL_MILLIS)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Pause.millis(pause, probe.name());
        }
        return true;
    }

    private static boolean isOpen(AuthProbe probe, String user) throws IOException {
        try {
            return probe.ask(user).kind() == AuthAnswer.Kind.ADMITTED;
        } catch (AuthProbe.Unreachable e) {
            return true;
        }
    }

    private static String printable(String user) {
        return ByteString.toText(ByteString.ofText(user));
    }
}
