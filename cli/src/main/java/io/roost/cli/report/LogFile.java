package io.roost.cli.report;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A log of plain lines: local time with its offset, a level, text without control characters. Each line is appended with one
 * write, so that several processes may share a file. When the file was moved or removed, as logrotate does, a new one is made:
 * looked for at most once a second. What cannot be written is counted and told at the end: it stops nothing. Thread-safe.
 */
public final class LogFile implements Closeable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT);
    private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-r-----");
    private static final long LOOK_MILLIS = 1_000;

    private final Path path;
    private final Clock clock;
    private FileChannel file;
    private Object identity;
    private long lookedAt;
    private long lost;
    private String problem;

    /** How much a line matters. */
    public enum Level { INFO, WARN, ERROR }

    /** @throws IOException if it cannot be opened, with a message for people */
    public LogFile(Path path, Clock clock) throws IOException {
        this.path = path.toAbsolutePath();
        this.clock = clock;
        open();
    }

    private void open() throws IOException {
        try {
            file = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.APPEND),
                    PosixFilePermissions.asFileAttribute(MODE));
            identity = identity();
            lookedAt = clock.millis();
        } catch (IOException e) {
            throw new IOException("cannot open the log " + path + ": " + (e instanceof NoSuchFileException
                    ? "there is no directory " + path.getParent() : e.getMessage()), e);
        }
    }

    private Object identity() throws IOException {
        return Files.readAttributes(path, "unix:dev,ino");
    }

    /** Appends a line. */
    public synchronized void line(Level level, String text) {
        long now = clock.millis();
        String line = TIME.format(Instant.ofEpochMilli(now).atZone(ZoneId.systemDefault())) + " "
                + String.format("%-5s", level) + " " + printable(text) + "\n";
        try {
            if (now - lookedAt >= LOOK_MILLIS || now < lookedAt) {
                reopenIfMoved();
            }
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(line);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            lost++;
            problem = e.getMessage();
        }
    }

    private void reopenIfMoved() throws IOException {
        lookedAt = clock.millis();
        try {
            if (identity().equals(identity)) {
                return;
            }
        } catch (NoSuchFileException moved) {
            // A new one is made.
        }
        FileChannel old = file;
        open();
        old.close();
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                out.append(String.format("\\x%02x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** How many lines were lost, and why, for people; empty if none was. */
    public synchronized Optional<String> problem() {
        return lost == 0 ? Optional.empty() : Optional.of(lost + (lost == 1 ? " line" : " lines") + " of the log " + path
                + " could not be written: " + problem);
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
