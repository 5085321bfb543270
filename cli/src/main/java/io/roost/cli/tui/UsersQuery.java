package io.roost.cli.tui;

/**
 * Which part of which list of users is wanted.
 *
 * @param phases as the verb {@code users} takes them, empty for all
 * @param match  text that names hold, empty for all
 */
record UsersQuery(int offset, int limit, String phases, String match) {
    String request() {
        return "users offset=" + offset + " limit=" + limit + (phases.isEmpty() ? "" : " phase=" + phases)
                + (match.isEmpty() ? "" : " match=" + match);
    }

    boolean isSameList(UsersQuery other) {
        return phases.equals(other.phases) && match.equals(other.match);
    }
}
