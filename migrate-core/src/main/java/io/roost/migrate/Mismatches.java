package io.roost.migrate;

import java.util.ArrayList;
import java.util.List;

import io.roost.maildir.MailboxSnapshot;

/** Collects differences: counts all, keeps the first few thousand. Thread-safe. */
final class Mismatches {
    private static final int KEPT = 5000;

    private final List<Mismatch> kept = new ArrayList<>();
    private long count;

    synchronized void add(String mailbox, long uid, String file, String what, Object expected, Object found) {
        count++;
        if (kept.size() < KEPT) {
            kept.add(new Mismatch(mailbox, uid, file, what, String.valueOf(expected), String.valueOf(found)));
        }
    }

    /** Adds a difference of a mail unless both are equal; returns whether they are. */
    boolean require(MailboxSnapshot mailbox, int position, String what, Object expected, Object found) {
        if (expected.equals(found)) {
            return true;
        }
        add(mailbox.name().toString(), mailbox.mails().uid(position), mailbox.mails().fileName(position), what, expected, found);
        return false;
    }

    /** Adds a difference of a mailbox unless both are equal. */
    void require(String mailbox, String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            add(mailbox, 0, "", what, expected, found);
        }
    }

    synchronized long count() {
        return count;
    }

    synchronized List<Mismatch> kept() {
        return List.copyOf(kept);
    }
}
