package io.roost.engine;

/**
 * What is known of the size and the times of each user of a run, in columns: 28 bytes a user. What this run finds out replaces what
 * earlier ones have recorded. Not thread-safe: {@link RunLedger} guards it.
 */
final class UserFigures {
    private final long[] mails;
    private final long[] bytes;
    /** Of the last attempt of this run, milliseconds. */
    private final int[] millis;
    /** Unix milliseconds, 0 for never. */
    private final long[] changed;

    UserFigures(int users) {
        mails = new long[users];
        bytes = new long[users];
        millis = new int[users];
        changed = new long[users];
    }

    void size(int user, long mailsFound, long bytesFound) {
        mails[user] = mailsFound;
        bytes[user] = bytesFound;
    }

    void took(int user, long milliseconds) {
        millis[user] = (int) Math.min(Integer.MAX_VALUE, Math.max(0, milliseconds));
    }

    void changed(int user, long unixMillis) {
        changed[user] = unixMillis;
    }

    /** What an earlier run has recorded of a user whom this one has not touched. */
    void recall(int user, long mailsFound, long bytesFound, long unixMillis) {
        if (changed[user] == 0) {
            size(user, mailsFound, bytesFound);
            changed[user] = unixMillis;
        }
    }

    long mails(int user) {
        return mails[user];
    }

    long bytes(int user) {
        return bytes[user];
    }

    long millis(int user) {
        return millis[user];
    }

    long changed(int user) {
        return changed[user];
    }
}
