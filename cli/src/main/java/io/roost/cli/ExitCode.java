package io.roost.cli;

/**
 * How a command ends, for scripts. Part of the compatibility promise in {@code docs/scripting.md}: numbers keep their meaning,
 * new ones may come, and what a script does not know it takes for a failure.
 */
public enum ExitCode {
    /** All was done, or had been done before; a plan found nothing in the way. */
    DONE(0),
    /** Some users failed, or the command as a whole did. */
    FAILED(1),
    /** The command line or a setting cannot be worked with; nothing was begun. */
    USAGE(2),
    /** A verification found differences between Maildir and mdbox. */
    MISMATCH(3),
    /** There is nothing to tell or to do: no state yet, a user never seen. */
    NOTHING_TO_DO(4),
    /** A plan found losses, or something that would make a migration refuse the user. */
    OBSTACLES(5),
    /** The state directory cannot be used. */
    STATE_UNUSABLE(6),
    /** Something that Roost needs is missing here: Dovecot's programs, a native library. */
    PREREQUISITE_MISSING(7),
    /** The maintenance window ended before the last user; those in flight ended at a safe step, and the next run goes on. */
    WINDOW_ENDED(8),
    /** An operator stopped the run; likewise. */
    STOPPED(9),
    /** A check found something unsafe: mail could be lost or damaged. */
    CHECK_UNSAFE(20),
    /** A check found nothing unsafe, but could not look at everything. */
    CHECK_UNKNOWN(21),
    /** A check found nothing unsafe, and something slow. */
    CHECK_SLOW(22),
    /** A check has advice, and nothing worse. */
    CHECK_ADVICE(23),
    /** Ended by SIGHUP, at a safe point; the next run goes on. */
    HUNG_UP(129),
    /** Ended by SIGINT, likewise. */
    INTERRUPTED(130),
    /** Ended by SIGTERM, likewise. */
    TERMINATED(143);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** What the shell sees. */
    public int number() {
        return number;
    }

    /** The one of a signal: 128 and its number. */
    static ExitCode ofSignal(int number) {
        for (ExitCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERRUPTED;
    }

    /** The graver of two, for a run over several users: a mismatch before other failures, an interruption before both. */
    ExitCode or(ExitCode other) {
        return gravity() >= other.gravity() ? this : other;
    }

    private int gravity() {
        return switch (this) {
            case DONE -> 0;
            case NOTHING_TO_DO -> 1;
            case OBSTACLES, CHECK_ADVICE, CHECK_SLOW, CHECK_UNKNOWN -> 2;
            case FAILED, USAGE, PREREQUISITE_MISSING, CHECK_UNSAFE -> 3;
            case WINDOW_ENDED, STOPPED -> 4;
            case STATE_UNUSABLE -> 5;
            case MISMATCH -> 6;
            case HUNG_UP, INTERRUPTED, TERMINATED -> 7;
        };
    }
}
