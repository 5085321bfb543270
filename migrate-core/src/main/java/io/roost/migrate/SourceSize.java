package io.roost.migrate;

import java.util.Optional;

import io.roost.dovecot.MailLocation;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Guesses how much work a Maildir is, for the price of a directory listing and a look at each mailbox: by how large its
 * {@code cur} directories are. Only good for comparing users with each other: file systems count differently, and directories
 * that were full once stay large.
 */
public final class SourceSize {
    /** Of {@code cur}, for about a thousand mails; what is smaller is nobody's problem. */
    public static final long BIG = 64 << 10;
    private static final int MAX_MAILBOXES = 1000;

    private SourceSize() {
    }

    /** Bytes of directories; 0 if nothing can be seen. */
    public static long guess(MailLocation source) {
        long[] found = new long[2];
        try (OpenDirectory root = OpenDirectory.open(source.root())) {
            found[0] = sizeOf(root, "cur");
            root.list((name, kind) -> {
                if (name.startsWith(".") && (kind == FileStatus.Kind.DIRECTORY || kind == FileStatus.Kind.UNKNOWN)
                        && found[1]++ < MAX_MAILBOXES) {
                    found[0] += sizeOf(root, name + "/cur");
                }
            });
        } catch (PosixException e) {
            // Whoever migrates the user says what is wrong.
        }
        return found[0];
    }

    private static long sizeOf(OpenDirectory root, String path) throws PosixException {
        Optional<FileStatus> status = root.status(path);
        return status.isPresent() && status.get().kind() == FileStatus.Kind.DIRECTORY ? status.get().size() : 0;
    }
}
