package io.roost.cli.control;

/**
 * What a client may ask for. A further one is one constant more in a class such as {@link RunVerbs}, listed in {@link Verbs}.
 *
 * @param name      lower case
 * @param arguments as the help shows them, empty if there are none
 * @param help      one sentence
 * @param kind      what it does to the run
 * @param action    does it
 */
public record Verb(String name, String arguments, String help, Kind kind, Action action) {
    /** What a verb does to the run. */
    public enum Kind {
        /** Nothing. */
        LOOK,
        /** Changes how the run goes about its users; may be taken back. */
        RUN,
        /** Is noticed by a user, or by all who are ready; a person is asked before. */
        USER,
        /** Ends the run; a person is asked before. */
        END,
        /** Cannot simply be taken back; a person is asked for the word. */
        GRAVE
    }

    /** Whether its argument is, or may be, the name of a user. */
    public boolean takesUser() {
        return arguments.equals("USER") || arguments.equals("[USER]");
    }

    /** Whether its argument has to be the name of a user. */
    public boolean needsUser() {
        return arguments.equals("USER");
    }

    /** Does what is asked for. */
    @FunctionalInterface
    public interface Action {
        /**
         * Called by the thread of one client.
         *
         * @param history  the recent past
         * @param argument the rest of the line; empty if there is none
         * @param answer   takes what there is to say; {@code ok} is added
         * @throws RefusedException if it cannot be done: nothing has changed then
         */
        void run(ControlledRun run, RunHistory history, String argument, Answer answer) throws RefusedException;
    }
}
