package io.roost.engine;

/** Why a run ended before its last user. */
public enum StopReason {
    /** An operator said so through the control socket. */
    OPERATOR,
    /** SIGINT, SIGTERM or SIGHUP. */
    SIGNAL,
    /** The maintenance window is over. */
    WINDOW,
    /** As many users have failed as the administrator is ready to see. */
    ERRORS,
    /** A file system with users' mail is not mounted any more. */
    MOUNT,
    /** The checkpoint store failed. */
    STATE
}
