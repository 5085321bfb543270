package io.roost.engine;

import java.util.function.Consumer;

/** Something that an operator wants done with one user beside the migration. Done once, on a thread of its own. */
@FunctionalInterface
public interface Errand {
    /**
     * Takes it to its end. Ends soon, at a safe step, when the thread is interrupted.
     *
     * @param steps told what is being done, a few words
     * @return how it ended, a sentence for people
     * @throws Exception if it could not be done; the message is for people
     */
    String run(Consumer<String> steps) throws Exception;
}
