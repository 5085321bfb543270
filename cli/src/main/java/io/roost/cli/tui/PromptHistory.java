package io.roost.cli.tui;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lines of the {@code :} prompt, of this session and of earlier ones: a file of UTF-8, a line each, oldest first, mode 0600.
 * Sessions that go on at the same time add to it side by side. It is a convenience: a file that cannot be read or written is
 * passed over, and the session remembers its own lines. Used by the thread that draws.
 */
public final class PromptHistory {
    /** Lines that are offered. */
    private static final int KEPT = 500;
    /** Bytes of a file that is still read; more was not written by us. */
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_LINE = 1_000;

    private final Optional<Path> file;
    private final List<String> lines = new ArrayList<>();

    /** @param file whose directory is made if it is not there; empty to remember nothing beyond the session */
    public PromptHistory(Optional<Path> file) {
        this.file = file;
        file.ifPresent(this::read);
    }

    private void read(Path path) {
        try {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.size(path) > MAX_BYTES) {
                return;
            }
            // not strictly UTF-8: whatever stands there is only shown
            new String(Files.readAllBytes(path), StandardCharsets.UTF_8).lines().filter(PromptHistory::isLine)
                    .forEach(this::remember);
            if (lines.size() > KEPT) {
                lines.subList(0, lines.size() - KEPT).clear();
                shorten(path);
            }
        } catch (IOException e) {
            // of no use, and no reason to stop anybody
        }
    }

    private static boolean isLine(String line) {
        return !line.isBlank() && line.length() <= MAX_LINE && line.chars().noneMatch(Character::isISOControl);
    }

    private void remember(String line) {
        lines.remove(line);
        lines.add(line);
    }

    private void shorten(Path path) throws IOException {
        Path shorter = Files.createTempFile(path.toAbsolutePath().getParent(), ".tui-history", "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(shorter, lines, StandardCharsets.UTF_8);
        Files.move(shorter, path, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Oldest first. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** A line was entered. */
    void add(String line) {
        if (!isLine(line)) {
            return;
        }
        boolean again = !lines.isEmpty() && lines.get(lines.size() - 1).equals(line);
        remember(line);
        if (file.isEmpty() || again) {
            return;
        }
        try {
            Path path = file.get();
            Files.createDirectories(path.toAbsolutePath().getParent(), PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
            try (FileChannel out = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND,
                    LinkOption.NOFOLLOW_LINKS), PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")))) {
                out.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            // the session has it
        }
    }
}
