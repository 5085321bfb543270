package io.roost.engine;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which users a list is to have.
 *
 * @param phases     only those
 * @param filter     of names; called without a lock
 * @param sort       their order
 * @param descending whether that order is turned round
 * @param after      only those behind this place of the run's order, -1 for all: a list that is taken in pieces misses nobody that way
 * @param offset     so many of these are left out
 * @param limit      so many follow at most
 */
public record UserQuery(Set<Phase> phases, Predicate<String> filter, UserSort sort, boolean descending, int after, int offset,
        int limit) {
    /** All users in the run's order. */
    public static UserQuery all(int offset, int limit) {
        return new UserQuery(EnumSet.allOf(Phase.class), name -> true, UserSort.NUMBER, false, -1, offset, limit);
    }
}
