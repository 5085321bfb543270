package io.roost.maildir;

import java.util.Arrays;
import java.util.Optional;

import io.roost.posix.ByteString;

/**
 * Something about the source that its owner should know.
 *
 * @param kind    what it is, with a stable identifier
 * @param mailbox name for people, empty if it concerns the whole user
 * @param path    the file or directory, a byte string
 * @param detail  what was found and what was expected, a sentence without a full stop
 */
public record SourceProblem(Kind kind, String mailbox, String path, String detail) {

    /** How much it matters. */
    public enum Severity {
        /** Nothing is lost; the result is as Dovecot would have shown it. */
        NOTE,
        /** Nothing is lost, but the result will differ from what was shown, or the source is not as it should be. */
        WARNING,
        /** A mail or mailbox cannot be carried over: the user is refused unless told to skip. */
        LOSS
    }

    /** The kinds of problem; identifiers are part of the JSON promise. */
    public enum Kind {
        UNREADABLE("unreadable", Severity.LOSS, "make it readable for the user Roost runs as, or use --skip-unreadable"),
        NOT_A_FILE("not-a-file", Severity.LOSS, "move it out of cur/ and new/, or use --skip-unreadable"),
        SYMLINK("symlink", Severity.LOSS, "replace the symbolic link by what it points to, or use --skip-unreadable"),
        BAD_FILE_NAME("bad-file-name", Severity.WARNING, "nothing to do: the mail is carried over"),
        BAD_MAILBOX_NAME("bad-mailbox-name", Severity.LOSS, "rename the mailbox, or use --skip-unreadable"),
        VANISHED("vanished", Severity.NOTE, "nothing to do: it was expunged while Roost looked"),
        WRONG_SIZE("wrong-size", Severity.WARNING, "nothing to do: the real size is used"),
        DUPLICATE_UID("duplicate-uid", Severity.WARNING, "nothing to do: the last of a file's UIDs counts, as in Dovecot"),
        DUPLICATE_FILE("duplicate-file", Severity.WARNING, "nothing to do: both are carried over, as in Dovecot"),
        SAME_FILE("same-file", Severity.NOTE, "nothing to do: it is one mail under two names, as in Dovecot"),
        IGNORED_FILE("ignored-file", Severity.NOTE, "nothing to do: Dovecot does not show it either"),
        IGNORED_MAILBOX("ignored-mailbox", Severity.NOTE, "nothing to do: Dovecot does not show it either"),
        EXPUNGED("expunged", Severity.NOTE, "nothing to do: a client has expunged it, only its file is still there"),
        REAPPEARED("reappeared", Severity.NOTE, "nothing to do: it was expunged once and gets a new UID, as in Dovecot"),
        NO_UID("no-uid", Severity.NOTE, "nothing to do: the next free UID is given, as Dovecot would"),
        STALE_ENTRY("stale-entry", Severity.NOTE, "nothing to do: the mail was expunged"),
        CORRUPT_UIDLIST("corrupt-uidlist", Severity.LOSS, "let Dovecot repair it: open the mailbox once, or restore the file"),
        CORRUPT_KEYWORDS("corrupt-keywords", Severity.WARNING, "nothing to do: bad lines are ignored, as in Dovecot"),
        CORRUPT_INDEX("corrupt-index", Severity.WARNING, "nothing to do: flags come from the file names"),
        CORRUPT_CACHE("corrupt-cache", Severity.WARNING, "nothing to do: dates come from the files"),
        CORRUPT_SUBSCRIPTIONS("corrupt-subscriptions", Severity.WARNING, "check the subscriptions of the user"),
        GUID_CONFLICT("guid-conflict", Severity.WARNING, "nothing to do: the later one gets a GUID of its own"),
        BAD_DATE("bad-date", Severity.WARNING, "nothing to do: the nearest date that mdbox can hold is used"),
        COMPRESSED("compressed", Severity.NOTE, "nothing to do: its bytes are carried over as they are"),
        POP3_UIDL("pop3-uidl", Severity.NOTE, "nothing to do: the old UIDL is stored with each mail"),
        UNSUPPORTED("unsupported", Severity.LOSS, "see the manual");

        private final String id;
        private final Severity severity;
        private final String remedy;

        Kind(String id, Severity severity, String remedy) {
            this.id = id;
            this.severity = severity;
            this.remedy = remedy;
        }

        /** The kind with this identifier. */
        public static Optional<Kind> of(String id) {
            return Arrays.stream(values()).filter(kind -> kind.id.equals(id)).findFirst();
        }

        /** Stable identifier for scripts. */
        public String id() {
            return id;
        }

        public Severity severity() {
            return severity;
        }

        /** What to do about it. */
        public String remedy() {
            return remedy;
        }
    }

    /** One line for people, whatever characters the names have. */
    @Override
    public String toString() {
        String name = mailbox.isEmpty() ? "" : ByteString.toText(ByteString.ofText(mailbox)) + ": ";
        return kind.id + ": " + name + ByteString.toText(path) + ": " + detail;
    }
}
