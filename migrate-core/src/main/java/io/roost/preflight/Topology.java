package io.roost.preflight;

/** Who sees to it that a user's mail is open on one backend at a time. */
public enum Topology {
    /** A director: several backends, each user on one of them. */
    DIRECTOR,
    /** Several backends and no director: nobody, or a load balancer that goes by addresses. */
    NO_DIRECTOR,
    /** There is no other backend. */
    SINGLE_BACKEND,
    /** Nobody said. */
    UNKNOWN;

    /** Whether more than one machine may have the same user's mail open. */
    public boolean severalAtOnce() {
        return this == NO_DIRECTOR;
    }
}
