package io.roost.cli.tui;

/**
 * Which part of which list of users is wanted.
 *
 * @param phases as the verb {@code users} takes them, empty for all
 * @param sort   likewise, empty for the order of the run
 * @param match  text that names hold, empty for all
 */
record UsersQuery(int offset, int limit, String phases, String sort, String match) {
    /** Those that need attention, in the run's order. */
    static UsersQuery failures(int most) {
        return new UsersQuery(0, most, "failed,retrying", "", "");
    }

    String request() {
        return "users offset=" + offset + " limit=" + limit + rest();
    }

    /** The next piece of all of them, in the run's order, behind a user's number. */
    String requestAfter(long number, int most) {
        return "users limit=" + most + (number < 0 ? "" : " after=" + number) + new UsersQuery(0, 0, phases, "", match).rest();
    }

    private String rest() {
        return (phases.isEmpty() ? "" : " phase=" + phases) + (sort.isEmpty() ? "" : " sort=" + sort)
                + (match.isEmpty() ? "" : " match=" + match);
    }

    boolean isSameList(UsersQuery other) {
        return phases.equals(other.phases) && sort.equals(other.sort) && match.equals(other.match);
    }
}
