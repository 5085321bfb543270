package io.roost.preflight.location;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The files in which cron and systemd keep what they run: {@code /etc/crontab}, {@code /etc/cron.*}, users' crontabs, units.
 * Lines that begin with {@code #} do not count. Read once.
 */
final class ScheduledJobs {
    private static final List<String> PLACES = List.of("etc/crontab", "etc/cron.d", "etc/cron.hourly", "etc/cron.daily",
            "etc/cron.weekly", "etc/cron.monthly", "var/spool/cron", "var/spool/cron/crontabs", "etc/systemd/system",
            "usr/lib/systemd/system", "lib/systemd/system");
    private static final int MAX_FILE = 1 << 20;

    private final List<Path> files = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private int looked;

    /** @param root of the file system */
    ScheduledJobs(Path root) {
        for (String place : PLACES) {
            Path path = root.resolve(place);
            if (Files.isRegularFile(path)) {
                files.add(path);
            } else if (Files.isDirectory(path)) {
                list(path);
            }
        }
    }

    private void list(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                boolean unit = directory.toString().contains("systemd");
                if (Files.isRegularFile(entry) && (!unit || entry.toString().endsWith(".service"))) {
                    files.add(entry);
                }
            }
        } catch (IOException e) {
            unreadable.add(directory.toString());
        }
    }

    /** {@code FILE: LINE} of those lines that run something like this. */
    List<String> lines(Pattern command) {
        List<String> found = new ArrayList<>();
        looked = 0;
        for (Path file : files) {
            try {
                if (Files.size(file) > MAX_FILE) {
                    continue;
                }
                looked++;
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                text.replace("\\\n", " ").lines().map(String::strip).filter(line -> !line.startsWith("#"))
                        .filter(line -> command.matcher(line).find()).forEach(line -> found.add(file + ": " + line));
            } catch (IOException e) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !unreadable.contains(file.toString())) {
                    unreadable.add(file.toString());
                }
            }
        }
        return found;
    }

    /** What could not be read; known after {@link #lines}. */
    List<String> unreadable() {
        return unreadable;
    }

    /** How many files were read; known after {@link #lines}. */
    int looked() {
        return looked;
    }
}
