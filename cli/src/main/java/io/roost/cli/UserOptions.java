package io.roost.cli;

import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which users are meant. Filled by picocli; {@link UserSelection} makes a list of it. */
final class UserOptions {
    @Parameters(paramLabel = "USER", arity = "0..*", description = "Names of users, as in Dovecot.")
    List<String> users = new ArrayList<>();

    @Option(names = "--users-file", paramLabel = "FILE",
            description = "Users from a file, a name a line; - is standard input. Empty lines and those that begin with # mean nothing.")
    List<String> files = new ArrayList<>();

    @Option(names = "--all", description = "All users that Dovecot's userdb lists.")
    boolean all;

    @Option(names = "--match", paramLabel = "GLOB",
            description = "Of these only the ones that match, such as '*@example.org': * is any text, ? any character. Alone: of all.")
    List<String> globs = new ArrayList<>();

    @Option(names = "--exclude-file", paramLabel = "FILE", description = "Without the users in a file, a name a line.")
    List<String> excludeFiles = new ArrayList<>();

    @Option(names = "--unfinished", description = "The users of the checkpoint store that are not done.")
    boolean unfinished;

    /** Whether users are named one by one, and nothing else is said. */
    boolean isByNameOnly() {
        return !users.isEmpty() && files.isEmpty() && !all && globs.isEmpty() && excludeFiles.isEmpty() && !unfinished;
    }

    /** Whether nobody is named at all. */
    boolean isNobody() {
        return users.isEmpty() && files.isEmpty() && !all && globs.isEmpty() && !unfinished;
    }
}
