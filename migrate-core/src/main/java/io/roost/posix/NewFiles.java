package io.roost.posix;

/**
 * Creates the files of something that is being built, and sees to it that they last: each by itself, as {@link Ownership} does,
 * or all of them together later. Thread-safe.
 */
public interface NewFiles {
    /** To whom they belong, and with which modes. */
    Ownership ownership();

    /** Called when all of a new file is written, before it is closed: it is on disk when this returns, or will be in time. */
    void written(OpenFile file) throws PosixException;

    /** Creates a file that must not exist. */
    default OpenFile createFile(OpenDirectory directory, String name) throws PosixException {
        return ownership().createFile(directory, name);
    }
}
