package io.roost.migrate;

import java.util.List;

import io.roost.maildir.SourceProblem;

/**
 * Why a user's migration ended without a result. The message tells people what was found and what to do; nothing was lost and
 * the source is in force.
 */
public final class MigrationException extends Exception {
    private final Kind kind;
    private final List<SourceProblem> problems;

    /** What sort of failure it is, which decides about exit codes and retries. */
    public enum Kind {
        /** The source cannot be carried over as it is. */
        SOURCE,
        /** The target exists, or is not ours. */
        TARGET,
        /** Another process works on the user. */
        BUSY,
        /** The file system is full. */
        NO_SPACE,
        /** Reading or writing failed; may pass. */
        IO,
        /** The source kept changing: the user or a delivery is active. */
        ACTIVE,
        /** The user is on another backend, or was moved there meanwhile. */
        ELSEWHERE,
        /** What was written differs from the source. */
        MISMATCH,
        /** Told to stop. */
        INTERRUPTED
    }

    public MigrationException(Kind kind, String message) {
        this(kind, message, List.of(), null);
    }

    public MigrationException(Kind kind, String message, Throwable cause) {
        this(kind, message, List.of(), cause);
    }

    public MigrationException(Kind kind, String message, List<SourceProblem> problems, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.problems = List.copyOf(problems);
    }

    public Kind kind() {
        return kind;
    }

    /** The problems of the source that caused it, if any. */
    public List<SourceProblem> problems() {
        return problems;
    }
}
