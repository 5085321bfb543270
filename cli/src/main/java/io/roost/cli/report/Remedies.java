package io.roost.cli.report;

/** What to do about users that failed, by kind of failure. The kinds are those of {@code docs/scripting.md}. */
final class Remedies {
    private Remedies() {
    }

    /** A sentence. */
    static String of(String kind) {
        return switch (kind) {
            case "source" -> "Repair what is listed by name, or run these users again with --skip-unreadable.";
            case "target" -> "Look at the target: an mdbox is there already, or a staging directory that is not Roost's. "
                    + "Move it away and run again.";
            case "busy" -> "Another process migrates these users. Run again when it has ended.";
            case "no_space" -> "Make room on the target's file system and run again; nothing of these users was left there.";
            case "io" -> "Look at the storage and its log (dmesg, the NFS server), then run again: users go on where they "
                    + "stopped.";
            case "active" -> "Mail kept coming, or a client kept changing flags. Run again when these users are locked out.";
            case "mismatch" -> "Nothing was published. Keep the Maildir as it is and report this, please.";
            case "interrupted" -> "Run again: they go on where they stopped.";
            case "unknown_user" -> "The userdb does not know them. Take them off the list, or correct their names.";
            case "userdb" -> "The userdb could not answer. Run again when it can.";
            case "settings", "usage" -> "Correct the location or setting that the reason names.";
            case "state" -> "Look at the state directory's disk, then run again.";
            case "memory" -> "Run again with more memory, such as ROOST_HEAP=1g.";
            default -> "The reason says what was found. If it is no fault of the system, report it, please.";
        };
    }
}
