package io.roost.engine;

/**
 * What a run as a whole is doing.
 *
 * <pre>
 *   RUNNING &lt;--&gt; PAUSED
 *       \          /
 *        v        v
 *        STOPPING ------&gt; ENDED
 *   RUNNING -- no user is left --&gt; ENDED
 * </pre>
 */
public enum RunState {
    /** Users are taken from the queue. */
    RUNNING,
    /** An operator holds it: no user is begun, and those in flight read nothing. */
    PAUSED,
    /** No user is begun, and those in flight end at their next safe step. */
    STOPPING,
    /** Nothing is in flight, and nothing will be. */
    ENDED
}
