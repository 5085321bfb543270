package io.roost.cli;

/** A command that can report in JSON; {@link Roost} tells of its failures likewise. */
public interface JsonCommand {
    /** Whether it was told to. */
    boolean isJson();
}
