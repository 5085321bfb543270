package io.roost.cli;

import java.util.ArrayList;
import java.util.List;

import io.roost.migrate.Result;

/** What a run over users came to so far. */
final class MigrationTotals {
    private final long started = System.nanoTime();
    private final int users;
    private final List<String> failed = new ArrayList<>();
    private int done;
    private int migrated;
    private long mails;
    private long bytes;
    private boolean interrupted;
    private ExitCode code = ExitCode.DONE;

    MigrationTotals(int users) {
        this.users = users;
    }

    void done(Result result) {
        done++;
        migrated += result.alreadyDone() ? 0 : 1;
        mails += result.mails();
        bytes += result.bytes();
    }

    void failed(String user, Failure failure) {
        failed.add(user);
        code = code.or(failure.code() == ExitCode.MISMATCH || failure.code() == ExitCode.STATE_UNUSABLE
                || failure.code() == ExitCode.INTERRUPTED || users == 1 ? failure.code() : ExitCode.FAILED);
    }

    void interrupted() {
        interrupted = true;
        code = code.or(ExitCode.INTERRUPTED);
    }

    int users() {
        return users;
    }

    int done() {
        return done;
    }

    /** Of those done, the ones that were not done before. */
    int migrated() {
        return migrated;
    }

    List<String> failed() {
        return List.copyOf(failed);
    }

    int notStarted() {
        return users - done - failed.size();
    }

    long mails() {
        return mails;
    }

    /** Plain size of the mails. */
    long bytes() {
        return bytes;
    }

    double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    boolean isInterrupted() {
        return interrupted;
    }

    ExitCode code() {
        return code;
    }
}
