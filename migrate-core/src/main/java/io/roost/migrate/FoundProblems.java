package io.roost.migrate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.ProblemRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.migrate.MigrationException.Kind;

/**
 * What a user's migration has found odd about the source: tells each thing once, refuses the user over what would be lost, and
 * keeps it for the report, also that of a later run.
 */
final class FoundProblems {
    private final Account account;
    private final Settings settings;
    private final Event.Sink events;
    private final Set<SourceProblem> told = new LinkedHashSet<>();
    private final Set<SourceProblem> notes = new LinkedHashSet<>();
    private final Set<SourceProblem> losses = new LinkedHashSet<>();

    FoundProblems(Account account, Settings settings, Event.Sink events) {
        this.account = account;
        this.settings = settings;
        this.events = events;
    }

    /** A new look at everything begins: what cannot be carried over is found again, unless it can by now. */
    void beginPass() {
        losses.clear();
    }

    /**
     * Tells problems that were not told before.
     *
     * @throws MigrationException if something would be lost, and may not be skipped
     */
    void note(List<SourceProblem> found) throws MigrationException {
        List<SourceProblem> lost = new ArrayList<>();
        for (SourceProblem problem : found) {
            keep(problem);
            if (told.add(problem)) {
                events.event(new Event.Problem(account.user(), problem));
            }
            if (problem.kind().severity() == Severity.LOSS) {
                lost.add(problem);
            }
        }
        if (!lost.isEmpty() && !settings.skipUnreadable()) {
            SourceProblem first = lost.get(0);
            throw new MigrationException(Kind.SOURCE, (lost.size() == 1 ? "one thing" : lost.size() + " things")
                    + " cannot be carried over: " + first + (lost.size() == 1 ? "" : " and " + (lost.size() - 1) + " more")
                    + "; " + first.kind().remedy(), lost, null);
        }
    }

    private void keep(SourceProblem problem) {
        (problem.kind().severity() == Severity.LOSS ? losses : notes).add(problem);
    }

    /** What the last pass has left out. */
    List<SourceProblem> skipped() {
        return List.copyOf(losses);
    }

    /** What matters less. */
    List<SourceProblem> notes() {
        return List.copyOf(notes);
    }

    /** All of it, for the report of a run that only ends this one. */
    List<ProblemRecord> records() {
        List<ProblemRecord> all = new ArrayList<>();
        for (Set<SourceProblem> some : List.of(losses, notes)) {
            some.forEach(p -> all.add(new ProblemRecord(p.kind().id(), p.mailbox(), p.path(), p.detail())));
        }
        return all;
    }

    /** What the run that wrote the mdbox has found, for the report of one that only ends it. */
    void recall(CheckpointStore store, UserRecord user) {
        for (ProblemRecord p : store.problems(user.number())) {
            SourceProblem.Kind.of(p.kind()).ifPresent(kind -> keep(new SourceProblem(kind, p.mailbox(), p.path(), p.detail())));
        }
    }
}
