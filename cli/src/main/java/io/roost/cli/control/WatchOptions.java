package io.roost.cli.control;

import java.util.Map;

/**
 * What a watcher wants beside the events.
 *
 * @param recent        events of the past to begin with, 0 to {@link RunHistory#RECENT}
 * @param statusSeconds an object of type {@code run} comes every so many seconds, 0 for never
 */
record WatchOptions(int recent, int statusSeconds) {
    private static final int MAX_SECONDS = 3600;

    static WatchOptions of(String argument) throws RefusedException {
        Map<String, String> named = Arguments.named(argument, "recent", "status");
        return new WatchOptions(Arguments.number(named, "recent", 0, 0, RunHistory.RECENT),
                Arguments.number(named, "status", 0, 0, MAX_SECONDS));
    }
}
