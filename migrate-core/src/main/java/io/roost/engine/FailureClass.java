package io.roost.engine;

import java.io.InterruptedIOException;
import java.util.Set;

import io.roost.checkpoint.CheckpointException;
import io.roost.dovecot.UserDatabase;
import io.roost.migrate.MigrationException;
import io.roost.posix.PosixException;

/** What a user's failure means for the run. */
public enum FailureClass {
    /** May pass by itself: a stale file handle, an I/O error of the store, a time-out, a lock, an active user. Tried again later. */
    TRANSIENT,
    /** Will be the same next time: permissions, a corrupt source, a target that exists. Needs a person. */
    PERMANENT,
    /** No failure: the user's thread was told to stop. The user goes on with the next run. */
    STOPPED,
    /** The checkpoint store failed: no user can go on. */
    FATAL;

    private static final int EIO = 5;
    private static final int EAGAIN = 11;
    private static final int EBUSY = 16;
    private static final int ENOLCK = 37;
    private static final int ETIMEDOUT = 110;
    private static final int EHOSTDOWN = 112;
    private static final int EHOSTUNREACH = 113;
    private static final int ESTALE = 116;
    private static final int EREMOTEIO = 121;
    private static final Set<Integer> PASSING = Set.of(EIO, EAGAIN, EBUSY, ENOLCK, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ESTALE,
            EREMOTEIO);
    private static final int MAX_CAUSES = 20;

    /** Looks at the exception and what caused it. */
    public static FailureClass of(Throwable thrown) {
        if (thrown instanceof InterruptedException || thrown instanceof InterruptedIOException
                || thrown instanceof MigrationException e && e.kind() == MigrationException.Kind.INTERRUPTED) {
            return STOPPED;
        }
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof CheckpointException) {
                return FATAL;
            }
            if (cause instanceof PosixException e && PASSING.contains(e.errno())) {
                return TRANSIENT;
            }
            if (cause instanceof UserDatabase.TemporaryFailure || cause instanceof OutOfMemoryError) {
                return TRANSIENT;
            }
            if (cause instanceof MigrationException e && (e.kind() == MigrationException.Kind.BUSY
                    || e.kind() == MigrationException.Kind.ACTIVE)) {
                return TRANSIENT;
            }
            cause = cause.getCause();
        }
        return PERMANENT;
    }
}
