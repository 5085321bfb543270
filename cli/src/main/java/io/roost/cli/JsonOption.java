package io.roost.cli;

import picocli.CommandLine.Option;

/** For scripts. Filled by picocli. */
public final class JsonOption {
    @Option(names = "--json", description = "JSON on standard output, one document a line; see docs/scripting.md.")
    public boolean json;
}
