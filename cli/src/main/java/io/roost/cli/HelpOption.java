package io.roost.cli;

import picocli.CommandLine.Option;

/** {@code --help} of each command. Filled by picocli. */
public final class HelpOption {
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    boolean help;
}
