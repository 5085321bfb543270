package io.roost.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.cli.report.RunRecorder.Explained;
import io.roost.cli.report.RunRecords;
import io.roost.cli.report.RunSummary.Run;
import io.roost.cli.report.RunSummary.Setting;
import picocli.CommandLine.Option;

/** Files that are kept about a run. Filled by picocli. */
final class RecordOptions {
    @Option(names = "--report", paramLabel = "FILE.html",
            description = "Write a page about the run: totals, throughput, failures, "
            + "every mail not carried over. Renewed once a minute.")
    private Path report;

    @Option(names = "--metrics-file", paramLabel = "FILE.prom",
            description = "Write numbers for Prometheus' node exporter, every ten "
            + "seconds.")
    private Path metrics;

    @Option(names = "--log-file", paramLabel = "FILE", description = "Append what happens to a log; may be rotated meanwhile.")
    private Path log;

    /**
     * Opens those that are wanted.
     *
     * @param arguments what the run was begun with, as {@code --name=value}
     */
    RunRecords open(List<String> arguments) throws CommandException, IOException {
        List<Setting> settings = new ArrayList<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            settings.add(new Setting(equals < 0 ? argument : argument.substring(0, equals),
                    equals < 0 || argument.endsWith("=true") ? "yes" : argument.substring(equals + 1)));
        }
        Run run = new Run(new Roost.Version().getVersion()[0], host(), 0, -1, "", settings, log == null ? "" : "the log "
                + log);
        try {
            return new RunRecords(new RunRecords.Destinations(Optional.ofNullable(report), Optional.ofNullable(metrics),
                    Optional.ofNullable(log)), run, RecordOptions::explain, Clock.systemUTC());
        } catch (IOException e) {
            throw CommandException.usage(e.getMessage());
        }
    }

    private static Explained explain(Throwable thrown) {
        Failure failure = Failure.of(thrown);
        return new Explained(failure.kind(), failure.message(), failure.problems());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
