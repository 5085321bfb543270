package io.roost.cli;

/** Ends a command with a message for people and an exit code; needs no stack trace. */
public final class CommandException extends Exception {
    private final ExitCode code;

    public CommandException(ExitCode code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    ExitCode code() {
        return code;
    }
}
