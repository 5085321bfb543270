package io.roost.posix;

/**
 * To whom new files and directories belong and with which modes, decided once for a user's target.
 *
 * @param uid           owner of everything created, or -1 to leave it to the process
 * @param gid           group of everything created, or -1 to leave it
 * @param fileMode      permission bits of files
 * @param directoryMode permission bits of directories
 */
public record Ownership(int uid, int gid, int fileMode, int directoryMode) implements NewFiles {
    /** Owner-only modes and the process's own ids: what Dovecot chooses under a mail root of mode 0700. */
    public static final Ownership PRIVATE = new Ownership(-1, -1, 0600, 0700);

    @Override
    public Ownership ownership() {
        return this;
    }

    /** Waits until it is on disk. */
    @Override
    public void written(OpenFile file) throws PosixException {
        file.sync();
    }

    /** Creates a file that must not exist, as this says. */
    @Override
    public OpenFile createFile(OpenDirectory directory, String name) throws PosixException {
        OpenFile file = directory.create(name, fileMode);
        try {
            if (uid >= 0 || gid >= 0) {
                file.chown(uid, gid);
            }
            return file;
        } catch (PosixException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Creates a directory that must not exist, as this says, and opens it. */
    public OpenDirectory createDirectory(OpenDirectory parent, String name) throws PosixException {
        parent.makeDirectory(name, directoryMode);
        OpenDirectory directory = parent.openDirectory(name);
        try {
            if (uid >= 0 || gid >= 0) {
                give(directory);
            }
            return directory;
        } catch (PosixException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Opens a directory that an earlier process has created as this says, and does what is left of that: one that is killed between
     * creating it and giving it away leaves a directory that is closed to its owner.
     */
    public OpenDirectory adoptDirectory(OpenDirectory parent, String name) throws PosixException {
        OpenDirectory directory = parent.openDirectory(name);
        try {
            FileStatus status = directory.status();
            if (uid >= 0 && status.uid() != uid || gid >= 0 && status.gid() != gid
                    || (uid >= 0 || gid >= 0) && status.mode() != directoryMode) {
                give(directory);
            }
            return directory;
        } catch (PosixException | RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    private void give(OpenDirectory directory) throws PosixException {
        directory.chown(uid, gid);
        // chown clears setgid
        directory.chmod(directoryMode);
    }
}
