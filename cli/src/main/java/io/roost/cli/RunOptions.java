package io.roost.cli;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.engine.EngineSettings;
import io.roost.engine.RetryPolicy;
import picocli.CommandLine.Option;

/** How a run goes about its users. Filled by picocli. */
final class RunOptions {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,6})(ms|s|m|h|d)");
    private static final int MOST_READERS = EngineSettings.MAX_READERS;

    @Option(names = "--workers", paramLabel = "N", description = "Users at the same time, 1 to " + EngineSettings.MAX_WORKERS
            + ". Default: the number of processors, at most 4.")
    Integer workers;

    @Option(names = "--readers", paramLabel = "N", description = "Threads that read ahead for each, 1 to 64. Default: 4.")
    Integer readers;

    @Option(names = "--retries", paramLabel = "N", description = "Further attempts after failures that may pass, such as a stale "
            + "file handle. Default: 5; 0 if a single user is named.")
    Integer retries;

    @Option(names = "--retry-delay", paramLabel = "TIME", description = "Pause before the first of them, then twice as long each time, "
            + "10m at the most. Default: 30s.")
    String retryDelay;

    @Option(names = "--errors-max", paramLabel = "N", description = "Stop once so many users have failed. Default: 0, never.")
    long errorsMax;

    @Option(names = "--until", paramLabel = "HH:MM", description = "Stop at this time of day; users in flight end at a safe step.")
    String until;

    @Option(names = "--max-duration", paramLabel = "TIME", description = "Stop after this time, such as 90m or 8h.")
    String maxDuration;

    @Option(names = "--continue", description = "Go on with a store whose unfinished run had other settings, with those given now.")
    boolean goOn;

    @Option(names = "--restart", description = "Throw away what an unfinished run has copied of these users, and begin anew.")
    boolean restart;

    /** @param single whether somebody waits for one user */
    EngineSettings settings(boolean single, int defaultReaders, ZonedDateTime now) throws CommandException {
        if (readers != null && (readers < 1 || readers > MOST_READERS)) {
            throw CommandException.usage("--readers: found " + readers + ", expected 1 to " + MOST_READERS);
        }
        if (workers != null && (workers < 1 || workers > EngineSettings.MAX_WORKERS)) {
            throw CommandException.usage("--workers: found " + workers + ", expected 1 to " + EngineSettings.MAX_WORKERS);
        }
        if (errorsMax < 0) {
            throw CommandException.usage("--errors-max: found " + errorsMax + ", expected 0 or more");
        }
        if (goOn && restart) {
            throw CommandException.usage("--continue and --restart exclude each other");
        }
        return new EngineSettings(workers == null ? defaultWorkers() : workers, readers == null ? defaultReaders : readers,
                retryPolicy(single), errorsMax, deadline(now));
    }

    static int defaultWorkers() {
        return Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
    }

    private RetryPolicy retryPolicy(boolean single) throws CommandException {
        if (retries != null && (retries < 0 || retries > 100)) {
            throw CommandException.usage("--retries: found " + retries + ", expected 0 to 100");
        }
        RetryPolicy usual = RetryPolicy.USUAL;
        Duration first = retryDelay == null ? usual.first() : duration("--retry-delay", retryDelay);
        int count = retries != null ? retries : single ? 0 : usual.retries();
        return new RetryPolicy(count, first, first.compareTo(usual.longest()) > 0 ? first : usual.longest());
    }

    /** Whichever of the two comes first. */
    private long deadline(ZonedDateTime now) throws CommandException {
        long deadline = EngineSettings.NO_DEADLINE;
        if (maxDuration != null) {
            Duration most = duration("--max-duration", maxDuration);
            if (most.isZero()) {
                throw CommandException.usage("--max-duration: found 0, expected more");
            }
            deadline = now.plus(most).toInstant().toEpochMilli();
        }
        return until == null ? deadline : Math.min(deadline, next(until, now).toInstant().toEpochMilli());
    }

    /** The next time that clocks here show this: today or tomorrow. */
    static ZonedDateTime next(String time, ZonedDateTime now) throws CommandException {
        LocalTime wanted;
        try {
            wanted = time.equals("24:00") ? LocalTime.MIDNIGHT : LocalTime.parse(time, DateTimeFormatter.ofPattern("H:mm", Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw CommandException.usage("--until: found " + time + ", expected a time of day such as 06:00");
        }
        ZoneId zone = now.getZone();
        ZonedDateTime today = now.toLocalDate().atTime(wanted).atZone(zone);
        return today.isAfter(now) ? today : now.toLocalDate().plusDays(1).atTime(wanted).atZone(zone);
    }

    static Duration duration(String option, String text) throws CommandException {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw CommandException.usage(option + ": found " + text + ", expected a number and one of ms, s, m, h, d, such as 90m");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
