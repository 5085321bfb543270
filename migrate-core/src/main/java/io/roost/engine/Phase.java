package io.roost.engine;

/**
 * Where a user stands in this run; how far the user's mail is stands in the checkpoint store.
 *
 * <pre>
 *   WAITING --&gt; ACTIVE --&gt; DONE
 *    ^  ^ ^      | | \---&gt; FAILED ---\
 *    |  |  \-----/ |                  | retry
 *    |  |  stopped v                  |
 *    |   \---- RETRYING               |
 *    \--------------------------------/    any but ACTIVE and DONE --&gt; SKIPPED --retry--&gt; WAITING
 * </pre>
 *
 * An ACTIVE user who is to be skipped is stopped first.
 */
public enum Phase {
    /** In the queue. */
    WAITING,
    /** A worker is at it. */
    ACTIVE,
    /** Failed for a reason that may pass; will be tried again at a known time. */
    RETRYING,
    /** Done, by this run or an earlier one. */
    DONE,
    /** Failed, and will not be tried again by itself. */
    FAILED,
    /** An operator wants nothing done with this user in this run. */
    SKIPPED
}
