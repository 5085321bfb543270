package io.roost.cli.control;

import io.roost.engine.RunEvent;

/** Writes events as {@code roost migrate --json} does. */
@FunctionalInterface
public interface EventFormat {
    /**
     * One object of JSON without a line end.
     *
     * @param unixMillis when it happened
     * @return empty if scripts are not told of this event
     */
    String json(RunEvent event, long unixMillis);
}
