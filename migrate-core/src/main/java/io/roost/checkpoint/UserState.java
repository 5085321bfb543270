package io.roost.checkpoint;

/**
 * How far a user's migration has come. Each arrow is one idempotent step, recorded after it happened:
 *
 * <pre>
 *   QUEUED -&gt; COPYING -&gt; COPIED -&gt; FINISHED -&gt; VERIFIED -&gt; PUBLISHED -&gt; DONE
 *      \_________\__________\__________\___________/
 *                    |
 *                    v
 *                  FAILED  (a new run starts from what is placed)
 *
 *   and where Roost itself makes the user use the mdbox:
 *
 *   QUEUED -&gt; PINNED -&gt; COPYING -&gt; COPIED -&gt; GATED -&gt; QUIET -&gt; FINISHED -&gt; VERIFIED -&gt; PUBLISHED -&gt; SWITCHED -&gt; RELEASED -&gt; DONE
 *                                     ^        \________\_________\__________\___________/
 *                                      \________________________|  the gate opens, the Maildir stays in force
 * </pre>
 *
 * The store keeps ordinals: a new state is appended, wherever it belongs. Steps of a user whose mails fit one checkpoint take
 * milliseconds, and of those only what the next run must know is recorded.
 */
public enum UserState {
    /** Known, nothing recorded. A crash here leaves at most an empty staging directory with our marker. */
    QUEUED,
    /** All mails of the first scan are placed. A crash here leaves staging with {@code m.*} files and no indexes. */
    COPIED,
    /** Indexes are written from a fresh snapshot. A crash here leaves staging complete but unread; they are written anew. */
    FINISHED,
    /** The result was read back and equals the snapshot. A crash here repeats finish and verify: the source may have moved on. */
    VERIFIED,
    /** The staging trees bear their final names. A crash here may leave the markers, and of several trees some unpublished. */
    PUBLISHED,
    /** Markers and placed records are gone; nothing is left to do. */
    DONE,
    /** The last run ended with an error, which the record holds; the source is in force and staging may be there. */
    FAILED,
    /**
     * Mailboxes are numbered, and mails are being placed. A crash here leaves staging with {@code m.*} files, of which some are recorded.
     */
    COPYING,
    /** The director maps the user to this backend. A crash here leaves that mapping, which expires by itself. */
    PINNED,
    /** The user is kept out by a gate. A crash here leaves it: the next run, a timer or its expiry opens it. The Maildir is in force. */
    GATED,
    /** Nobody uses the user's mail any more. A crash here leaves the gate closed, as in GATED. */
    QUIET,
    /**
     * The userdb leads to the mdbox; the gate is closed. A crash here leaves the gate closed, as in GATED, and perhaps mails in the
     * Maildir that came late: the next run brings them over. The way back is a rollback, no other.
     */
    SWITCHED,
    /** The user is let in again, and uses the mdbox. A crash here leaves mails behind that came late, until the next run. */
    RELEASED;

    /** Whether the result is in place. In force it is when the userdb leads to it. */
    public boolean isPublished() {
        return this == PUBLISHED || this == DONE || isSwitched();
    }

    /** Whether Roost has made the userdb lead to the result, and is not done yet. */
    public boolean isSwitched() {
        return this == SWITCHED || this == RELEASED;
    }
}
