package io.roost.migrate;

/**
 * How fast mail may be read: who shares the store with others holds the readers back here. Asked and told by the threads that
 * read, of all users of a run at once; so it must be thread-safe, and quick where it does not want to wait. Nothing is held
 * meanwhile that others need, but a few open directories of the user concerned.
 */
public interface Pace {
    /** Never waits. Readers know it and do not even ask. */
    Pace FULL_SPEED = new Pace() {
        @Override
        public void beforeRead(long bytes) {
            // As fast as it goes.
        }

        @Override
        public void afterRead(long bytes, long nanos) {
            // Nobody wants to know.
        }
    };

    /**
     * Called before a mail, or a piece of a large one, is read; waits as long as that shall be put off.
     *
     * @param bytes how much is about to be read, as far as names tell; 0 if that is not known yet. {@link #afterRead} tells
     * @throws InterruptedException if the thread is interrupted: the migration stops then, and can be gone on with
     */
    void beforeRead(long bytes) throws InterruptedException;

    /**
     * Called after it was read, or was found to be gone or unreadable.
     *
     * @param bytes how much was read
     * @param nanos how long the store took: of a mail to open, stat, read and close it; of a piece to read it
     */
    void afterRead(long bytes, long nanos);

    /**
     * Called after a data file, or all of a user's result, was written out to the store.
     *
     * @param nanos how long the store took to say that it is on disk
     */
    default void afterSync(long nanos) {
        // Most only look at what is read.
    }
}
