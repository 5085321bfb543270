package io.roost.migrate;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Decides to whom the mdbox belongs and with which modes, as Dovecot would (seen with {@code doveadm backup}), whatever the
 * Maildir's modes are:
 *
 * <table>
 * <caption>By the directory in which the mdbox will lie</caption>
 * <tr><td>not setgid</td><td>directories 0700, files 0600, the user's group</td></tr>
 * <tr><td>setgid, not below the user's home</td><td>directories 02700, files 0600, the directory's group</td></tr>
 * <tr><td>setgid, the home or below</td><td>modes and group of the directory, and the owner's bits</td></tr>
 * </table>
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
        int like = setgid && account.target().root().startsWith(account.home() + "/") ? parent.mode() : 0;
        int directoryMode = (setgid ? SETGID : 0) | 0700 | searchable(like & 0777);
        int fileMode = 0600 | like & 0666;
        if (OpenDirectory.effectiveUid() != 0) {
            return new Ownership(-1, -1, fileMode, directoryMode);
        }
        int uid = account.uid() >= 0 ? account.uid() : source.uid();
        int gid = setgid ? parent.gid() : account.gid() >= 0 ? account.gid() : source.gid();
        return new Ownership(uid, gid, fileMode, directoryMode);
    }

    /** Who may read or write a directory must be able to search it. */
    private static int searchable(int mode) {
        return mode | (mode & 0444) >> 2 | (mode & 0222) >> 1;
    }
}
