package io.roost.cli.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;

/**
 * Who holds a file's {@code flock}, by the kernel's list, so that nobody who only asks ever takes the lock.
 *
 * <pre>
 *   /proc/locks = *(number ": FLOCK  ADVISORY  WRITE " pid " " major ":" minor ":" inode " 0 EOF" LF)   and locks of other kinds
 * </pre>
 *
 * Some file systems tell another device there than {@code stat} does, so only the inode is compared.
 */
final class RunLock {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final Pattern FLOCK = Pattern.compile("\\d+: FLOCK +\\w+ +WRITE +(\\d{1,10}) [0-9a-f]+:[0-9a-f]+:(\\d{1,20}) .*");

    private RunLock() {
    }

    /** The process, empty if none of those that are seen from here holds it. */
    static Optional<Long> pid(OpenDirectory directory, String name) throws IOException {
        Optional<FileStatus> status = directory.status(name);
        if (status.isEmpty() || !Files.isReadable(LOCKS)) {
            return Optional.empty();
        }
        String inode = Long.toUnsignedString(status.get().inode());
        return Files.readString(LOCKS, StandardCharsets.ISO_8859_1).lines().map(FLOCK::matcher)
                .filter(lock -> lock.matches() && lock.group(2).equals(inode)).map(lock -> Long.valueOf(lock.group(1)))
                .filter(pid -> pid > 0).findFirst();
    }
}
