package io.roost.preflight;

/** How much a finding matters. In order: the last is the gravest. */
public enum Severity {
    /** Looked at, and as it should be. */
    OK,
    /** Works, but something else would be better or should be known. */
    ADVICE,
    /** Mail is safe, and users or the servers pay for it with time. */
    SLOW,
    /** Could not be looked at, or not be judged: the finding says why. Never the same as {@link #OK}. */
    UNKNOWN,
    /** Mail can be lost or damaged, or users cannot get at theirs. */
    UNSAFE
}
