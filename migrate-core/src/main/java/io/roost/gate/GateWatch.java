package io.roost.gate;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.roost.gate.AuthProbe.ServiceAnswer;
import io.roost.posix.ByteString;

/** Waits until the auth of each Dovecot acts as a gate says. Immutable and thread-safe. */
final class GateWatch {
    private static final long FIRST_POLL_MILLIS = 5;
    private static final long MAX_POLL_MILLIS = 25;
    /** One process answers for all services, of one and the same file; but its configuration may be read anew in between. */
    private static final long BYPASS_NANOS = 2_000_000_000L;

    private final List<AuthProbe> probes;
    private final Duration limit;

    GateWatch(List<AuthProbe> probes, Duration limit) {
        this.probes = List.copyOf(probes);
        this.limit = limit;
    }

    /**
     * What waiting for a gate to act has brought.
     *
     * @param unreachable who could not be asked
     * @param since       {@link System#nanoTime} when all others were still letting the user in
     */
    record Noticed(List<String> unreachable, long since) {
    }

    /** The answer of one: either why it could not be asked, or since when. */
    private record Answered(Optional<String> unreachable, long since) {
    }

    /**
     * @param advice what may be wrong if a Dovecot does not notice, a question
     * @param began  when the gate was about to be closed
     */
    Noticed awaitClosed(String user, String reason, String advice, long began) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        List<Answered> answers = SideBySide.<AuthProbe, Answered>ask(probes, probe -> {
            try {
                return new Answered(Optional.empty(), awaitClosed(probe, user, reason, advice, began, deadline));
            } catch (AuthProbe.Unreachable e) {
                return new Answered(Optional.of(e.getMessage()), 0);
            }
        });
        List<String> unreachable = answers.stream().flatMap(answer -> answer.unreachable.stream()).toList();
        if (unreachable.size() == probes.size()) {
            throw new GateException("no Dovecot could be asked whether it keeps user " + printable(user) + " out: "
                    + String.join("; ", unreachable));
        }
        long after = answers.stream().filter(answer -> answer.unreachable.isEmpty()).mapToLong(answer -> answer.since - began).min()
                .getAsLong();
        return new Noticed(unreachable, began + after);
    }

    private long awaitClosed(AuthProbe probe, String user, String reason, String advice, long began, long deadline) throws IOException {
        long since = began;
        long untilBypassed = 0;
        for (long pause = FIRST_POLL_MILLIS;; pause = Math.min(2 * pause, MAX_POLL_MILLIS)) {
            long asked = System.nanoTime();
            List<ServiceAnswer> answers = probe.askForEach(user);
            List<ServiceAnswer> others = answers.stream().filter(each -> !isClosed(probe, each.answer(), reason)).toList();
            if (others.isEmpty()) {
                return since;
            }
            long now = System.nanoTime();
            if (others.size() < answers.size()) {
                // For all others the user is locked out by now: no need to go on with that for long.
                untilBypassed = untilBypassed == 0 ? now + BYPASS_NANOS : untilBypassed;
                if (now > Math.min(untilBypassed, deadline)) {
                    throw GateException.bypassed(probe.name(), user, others.stream().map(ServiceAnswer::service).toList());
                }
            } else if (others.stream().anyMatch(each -> each.answer().kind() == AuthAnswer.Kind.ADMITTED)) {
                since = asked;
            }
            if (now > deadline) {
                AuthAnswer answer = others.get(0).answer();
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
