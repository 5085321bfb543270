package io.roost.preflight.probe;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.roost.posix.KernelClock;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.RunningProgram;

/** Whether somebody keeps this machine's clock: what the kernel was told, and a daemon among the processes. */
public final class TimeDaemon implements Check {
    private static final Set<String> DAEMONS = Set.of("chronyd", "ntpd", "ntpsec", "openntpd", "systemd-timesyn", "ptp4l",
            "phc2sys");

    private static final long SECOND_MICROS = 1_000_000;

    /** Whom to ask for the kernel's state. */
    interface Kernel {
        KernelClock now() throws PosixException;
    }

    private final Kernel kernel;

    public TimeDaemon() {
        this(KernelClock::now);
    }

    TimeDaemon(Kernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public List<String> ids() {
        return List.of("time-daemon");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        Question question = new Question("time-daemon", "the kernel's clock (adjtimex), and processes",
                "synchronised by a daemon, to a second", "a clock that nobody keeps drifts seconds in a week");
        Set<String> running = RunningProgram.all(backend.root()).stream().map(RunningProgram::name).filter(DAEMONS::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        String who = running.isEmpty() ? "no time daemon" : String.join(", ", running);
        KernelClock clock = kernel.now();
        if (!clock.synchronised()) {
            return List.of(question.advice(who + "; the kernel's clock is not synchronised", running.isEmpty()
                    ? "install chrony or ntpsec, and let it run on every backend, the director and the file server"
                    : "look at chronyc tracking or ntpq -p; chrony tells the kernel if chrony.conf has rtcsync"));
        }
        String found = who + String.format("; the kernel's clock is synchronised, to %.3f s", clock.maxErrorMicros() / 1e6);
        if (clock.maxErrorMicros() > SECOND_MICROS) {
            return List.of(question.advice(found, "look at chronyc tracking or ntpq -p: its servers do not answer"));
        }
        return List.of(question.ok(running.isEmpty() ? found + ": it is kept from outside, as a container's is" : found));
    }
}
