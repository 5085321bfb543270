package io.roost.preflight.probe;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.roost.posix.KernelClock;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.RunningProgram;

/** Whether somebody keeps this machine's clock: what the kernel was told, and a daemon among the processes. */
public final class TimeDaemon implements Check {
    private static final Set<String> DAEMONS = Set.of("chronyd", "ntpd", "ntpsec", "openntpd", "systemd-timesyn", "ptp4l",
            "phc2sys");

    @Override
    public List<String> ids() {
        return List.of("time-daemon");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        Question question = new Question("time-daemon", "processes, and the kernel's clock",
                "a daemon that has the clock synchronised", "a clock that nobody keeps drifts seconds in a week");
        Set<String> running = RunningProgram.all(backend.root()).stream().map(RunningProgram::name).filter(DAEMONS::contains)
                .collect(Collectors.toCollection(TreeSet::new));
        KernelClock kernel = KernelClock.now();
        String found = (running.isEmpty() ? "no time daemon" : String.join(", ", running)) + "; the kernel's clock is "
                + (kernel.synchronised() ? "synchronised" : "not synchronised");
        if (kernel.synchronised()) {
            return List.of(running.isEmpty() ? question.ok(found + ", so that it is kept from outside of what can be seen here")
                    : question.ok(found));
        }
        return List.of(question.advice(found, running.isEmpty() ? "install chrony or ntpsec, and let it run on every backend, "
                + "the director "
                + "and the file server" : "look at chronyc tracking or ntpq -p; with chrony, rtcsync tells the kernel"));
    }
}
