package io.roost.cli;

import io.roost.posix.OpenDirectory;
import picocli.CommandLine.Option;

/** Where the checkpoint store is. Filled by picocli. */
final class StateOption {
    private static final String OF_ROOT = "/var/lib/roost";

    @Option(names = "--state", paramLabel = "DIR", description = {
        "Directory of the checkpoint store, on a local disk.", "Default: " + OF_ROOT + " for root, else",
        "~/.local/state/roost."})
    String state;

    String directory() throws CommandException {
        if (state != null) {
            if (state.isEmpty()) {
                throw CommandException.usage("--state: an empty name, expected a directory");
            }
            return state;
        }
        return defaultDirectory(OpenDirectory.effectiveUid() == 0, System.getenv("XDG_STATE_HOME"), System.getenv("HOME"));
    }

    static String defaultDirectory(boolean root, String xdgStateHome, String home) throws CommandException {
        if (root) {
            return OF_ROOT;
        }
        // the XDG base directory specification: a path that is not absolute is to be ignored
        if (xdgStateHome != null && xdgStateHome.startsWith("/")) {
            return xdgStateHome + "/roost";
        }
        if (home != null && home.startsWith("/")) {
            return home + "/.local/state/roost";
        }
        throw CommandException.usage("there is no HOME to keep state below: name a directory on a local disk with --state");
    }
}
