package io.roost.preflight.location;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Topology;

/**
 * What mdbox needs at night: purge, and altmove where there is an ALT. Looked for in the files of cron and systemd of
 * this machine.
 */
public final class MaintenanceJobs implements Check {
    private static final Pattern PURGE = Pattern.compile("\\bdoveadm\\b.*\\bpurge\\b|\\broost\\b.*\\bmaintain\\b");
    private static final Pattern ALTMOVE = Pattern.compile("\\bdoveadm\\b.*\\baltmove\\b|\\broost\\b.*\\bmaintain\\b");

    /** For all users, and not through another server, which {@code -S} would name. */
    private static final Pattern EVERYBODY = Pattern.compile("\\bdoveadm\\b(?!.* -S ).* -A\\b");

    @Override
    public List<String> ids() {
        return List.of("purge-job", "altmove-job");
    }

    @Override
    public List<Finding> look(Backend backend) {
        ScheduledJobs jobs = new ScheduledJobs(backend.root());
        List<Finding> findings = new ArrayList<>();
        findings.add(job(backend, jobs, PURGE, new Question("purge-job", "crontabs and systemd units of this machine",
                "a job with doveadm purge",
                "an expunged mail stays in its m.* file until purge: without it an mdbox only grows"),
                "17 2 * * * root doveadm purge -A"));
        boolean alt = backend.users().stream().flatMap(u -> u.locations().stream()).anyMatch(l -> l.alt().isPresent())
                || backend.settings().mailLocation().contains(":ALT=");
        if (alt) {
            findings.add(job(backend, jobs, ALTMOVE, new Question("altmove-job", "crontabs and systemd units of this machine",
                    "a job with doveadm altmove", "nothing goes to ALT by itself"),
                    "17 3 * * * root doveadm altmove -A savedbefore 30d"));
        }
        return findings;
    }

    private static Finding job(Backend backend, ScheduledJobs jobs, Pattern command, Question question, String line) {
        List<String> found = jobs.lines(command);
        boolean director = backend.topology() == Topology.DIRECTOR && !backend.isDirector();
        Hint hint = new Hint("/etc/cron.d/dovecot" + (director ? " on the director" : ""), line);
        List<String> everybody = found.stream().filter(l -> EVERYBODY.matcher(l).find()).toList();
        if (director && !everybody.isEmpty()) {
            return question.unsafe(everybody.get(0) + ": it works on all users here, also on those whose mail another backend "
                    + "has open", "run it on the director, whose doveadm sends each user to their backend").with(hint);
        }
        if (!found.isEmpty()) {
            return question.ok(found.get(0));
        }
        if (!jobs.unreadable().isEmpty()) {
            return question.unknown("none in what could be read; not readable: " + String.join(", ", jobs.unreadable()),
                    "run as root");
        }
        return director ? question.unknown("none in " + jobs.looked() + " files; with a director it belongs there, where this "
                + "check does "
                + "not look", "look for it on the director; if it is there, --ignore " + question.id()).with(hint)
                : question.slow("none in " + jobs.looked() + " files; it may be run from another machine",
                        "schedule it on one machine; if it runs elsewhere, --ignore " + question.id()).with(hint);
    }
}
