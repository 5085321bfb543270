package io.roost.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

import io.roost.cli.report.RunRecorder.Explained;
import io.roost.cli.report.RunRecords;
import io.roost.cli.report.RunRecords.Destinations;
import io.roost.cli.report.RunSummary.Run;
import io.roost.cli.report.RunSummary.Setting;
import picocli.CommandLine.Option;

/** Which files are kept about a run. Filled by picocli. */
final class RecordOptions {
    @Option(names = "--report", paramLabel = "FILE.html", description = "A page about the run, for managers and admins: written at the end, and once a minute.")
    String report;

    @Option(names = "--metrics-file", paramLabel = "FILE.prom", description = "For Prometheus' textfile collector, every ten seconds and at the end.")
    String metrics;

    @Option(names = "--log-file", paramLabel = "FILE", description = "A dated line for everything that happens; may be rotated.")
    String log;

    /** @param settings that a reader of the report wants to know */
    RunRecords records(List<Setting> settings) throws CommandException {
        Destinations files = new Destinations(path("--report", report), path("--metrics-file", metrics), path("--log-file", log));
        try {
            Run run = new Run(new Roost.Version().getVersion()[0], host(), 0, -1, "", settings, log == null ? "" : log);
            return new RunRecords(files, run, RecordOptions::explain, Clock.systemUTC());
        } catch (IOException e) {
            throw CommandException.usage(e.getMessage());
        }
    }

    private static Optional<Path> path(String option, String name) throws CommandException {
        try {
            if (name != null && name.isEmpty()) {
                throw CommandException.usage(option + ": an empty name, expected a file");
            }
            return Optional.ofNullable(name).map(Path::of);
        } catch (InvalidPathException e) {
            throw CommandException.usage(option + ": " + name + " is no name of a file: " + e.getReason());
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "a host without a name";
        }
    }

    private static Explained explain(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        return new Explained(failure.kind(), failure.message(), failure.problems());
    }
}
