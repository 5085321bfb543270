package io.roost.cli.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that others see either as it was or as it is, never half of it: written under a hidden name beside it, synced, and
 * renamed.
 */
final class AtomicFile {
    private final Path path;
    private final String mode;

    /** @param mode of the file, such as {@code rw-r-----}, whatever the umask */
    AtomicFile(Path path, String mode) {
        this.path = path.toAbsolutePath();
        this.mode = mode;
    }

    /** @throws IOException with a message for people that names the file */
    void write(String text) throws IOException {
        Path temporary = path.resolveSibling("." + path.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            // left by a process that had our number
            Files.deleteIfExists(temporary);
            try (FileChannel file = FileChannel.open(temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                for (ByteBuffer bytes = StandardCharsets.UTF_8.encode(text); bytes.hasRemaining();) {
                    file.write(bytes);
                }
                Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(mode));
                file.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            throw new IOException("cannot write " + path + ": there is no directory " + path.getParent(), e);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw new IOException("cannot write " + path + ": " + e, e);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            String why = e instanceof java.nio.file.FileSystemException f && f.getReason() != null ? f.getReason()
                    : e instanceof java.nio.file.AccessDeniedException ? "permission denied" : e.getMessage();
            throw new IOException("cannot write " + path + ": " + why, e);
        }
    }
}
