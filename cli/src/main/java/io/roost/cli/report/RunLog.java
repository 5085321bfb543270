package io.roost.cli.report;

import java.util.function.Function;

import io.roost.cli.report.LogFile.Level;
import io.roost.cli.report.RunRecorder.Explained;
import io.roost.cli.screen.Quantity;
import io.roost.engine.FailureClass;
import io.roost.engine.RunEvent;
import io.roost.engine.RunState;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Severity;
import io.roost.migrate.Event;
import io.roost.migrate.Result;

/**
 * Writes what happens in a run to a log: a line or two for each user, every mail that is not carried over, what operators do.
 */
public final class RunLog implements RunEvent.Sink {
    private final LogFile log;
    private final Function<Throwable, Explained> explain;

    /** @param explain tells what an exception means */
    public RunLog(LogFile log, Function<Throwable, Explained> explain) {
        this.log = log;
        this.explain = explain;
    }

    @Override
    public void event(RunEvent event) {
        if (event instanceof RunEvent.Begun e) {
            info(e.user() + ": begun" + (e.attempt() > 1 ? ", attempt " + e.attempt() : ""));
        } else if (event instanceof RunEvent.Progress e) {
            progress(e.event());
        } else if (event instanceof RunEvent.Done e) {
            done(e.user(), e.result());
        } else if (event instanceof RunEvent.Failed e) {
            failed(e);
        } else if (event instanceof RunEvent.Stopped e) {
            info(e.user() + ": stopped; goes on with the next run");
        } else if (event instanceof RunEvent.Skipped e) {
            log.line(Level.WARN, e.user() + ": taken out of this run by an operator");
        } else if (event instanceof RunEvent.Requeued e) {
            info(e.user() + ": to be tried again, as an operator wants");
        } else if (event instanceof RunEvent.Operated e) {
            info((e.user().isEmpty() ? "run" : e.user()) + ": by an operator, " + e.verb() + ": " + e.said());
        } else if (event instanceof RunEvent.RolledBack e) {
            log.line(Level.WARN, e.user() + ": rolled back by an operator: " + e.said());
        } else if (event instanceof RunEvent.StateChanged e && e.state() != RunState.ENDED) {
            info("run: " + e.state().name().toLowerCase(java.util.Locale.ROOT)
                    + (e.reason().isEmpty() ? "" : ": " + e.reason()));
        } else if (event instanceof RunEvent.WorkersChanged e) {
            info("run: " + Quantity.count(e.workers(), "worker", "workers").replace('\u00a0', ' '));
        } else if (event instanceof RunEvent.Throttled e) {
            info("throttle: " + (e.reason().isEmpty() ? "nothing holds the run back" : e.source() + ": " + e.reason()));
        }
    }

    private void progress(Event event) {
        if (event instanceof Event.SourceChanged e) {
            info(e.user() + ": the Maildir changed meanwhile, attempt " + e.attempt());
        } else if (event instanceof Event.Problem e && e.problem().kind().severity() == Severity.LOSS) {
            log.line(Level.WARN, e.user() + ": " + e.problem());
        }
    }

    private void done(String user, Result result) {
        if (result.alreadyDone()) {
            info(user + ": was migrated before");
            return;
        }
        info(String.format(java.util.Locale.ROOT, "%s: done: %d mailboxes, %d mails, %d bytes in %.3f s%s", user,
                result.mailboxes(),
                result.mails(), result.bytes(), result.millis() / 1000.0,
                result.skipped().isEmpty() ? "" : "; left out: " + result.skipped().size()));
        for (SourceProblem problem : result.skipped()) {
            log.line(Level.WARN, user + ": not carried over: " + problem);
        }
    }

    private void failed(RunEvent.Failed event) {
        Explained why = explain.apply(event.why());
        String again = event.retryAt() == 0 ? "" : "; to be tried again at " + Quantity.time(event.retryAt());
        log.line(event.failureClass() == FailureClass.TRANSIENT && event.retryAt() > 0 ? Level.WARN : Level.ERROR,
                event.user() + ": failed (" + why.kind() + "), attempt " + event.attempt() + ": " + why.reason() + again);
        for (SourceProblem problem : why.problems()) {
            log.line(Level.ERROR, event.user() + ": " + problem);
        }
    }

    private void info(String text) {
        log.line(Level.INFO, text);
    }
}
