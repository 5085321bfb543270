package io.roost.engine;

/** What a list of users is in order of, smallest first. Users who are equal in it keep the order of the run. */
public enum UserSort {
    /** The order in which the run was told of them. */
    NUMBER,
    /** Alphabetical, by UTF-16 unit. */
    NAME,
    /** As {@link Phase} lists them. */
    PHASE,
    /** Mails that were found; 0 where nobody has looked. */
    MAILS,
    /** Bytes of mail that were found, as far as file names tell. */
    BYTES,
    /** How long the last attempt of this run took, or takes. */
    SECONDS,
    /** When something was last done with the user, by this run or an earlier one. */
    CHANGED
}
