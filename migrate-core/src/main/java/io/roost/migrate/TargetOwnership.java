package io.roost.migrate;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Decides to whom the mdbox belongs and with which modes, as Dovecot would: directories 0700 and files 0600, whatever the
 * Maildir's modes are; below a setgid directory its group, and setgid again (seen with {@code doveadm backup}).
 */
final class TargetOwnership {
    private static final int SETGID = 02000;

    private TargetOwnership() {
    }

    /**
     * Checks that this process can create what belongs to the mail's owner.
     *
     * @param source status of the Maildir's root
     */
    static void requirePermitted(Account account, FileStatus source) throws MigrationException {
        int own = OpenDirectory.effectiveUid();
        int owner = account.uid() >= 0 ? account.uid() : source.uid();
        if (own != 0 && own != owner) {
            throw new MigrationException(MigrationException.Kind.TARGET, "the mail of " + account.user() + " belongs to the uid "
                    + Integer.toUnsignedString(owner) + ", and Roost runs as " + Integer.toUnsignedString(own)
                    + ", who cannot give files away: run it as that uid, or as root");
        }
    }

    /** For an account whose Maildir's root is {@code source} and whose mdbox will lie in {@code parent}. */
    static Ownership of(Account account, FileStatus source, FileStatus parent) throws PosixException {
        boolean setgid = (parent.mode() & SETGID) != 0;
        int directoryMode = setgid ? SETGID | 0700 : 0700;
        if (OpenDirectory.effectiveUid() != 0) {
            return new Ownership(-1, -1, 0600, directoryMode);
        }
        int uid = account.uid() >= 0 ? account.uid() : source.uid();
        int gid = setgid ? parent.gid() : account.gid() >= 0 ? account.gid() : source.gid();
        return new Ownership(uid, gid, 0600, directoryMode);
    }
}
