package io.roost.preflight.machine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.CheckpointException;
import io.roost.checkpoint.CheckpointStore;
import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Mount;

/** LMDB, by opening a store in a temporary directory, twice; and the temporary directory itself. */
public final class NativeLibraries implements Check {
    private final Path temporary;

    /** @param temporary {@code java.io.tmpdir} */
    public NativeLibraries(Path temporary) {
        this.temporary = temporary;
    }

    @Override
    public List<String> ids() {
        return List.of("native-libraries", "tmpdir-noexec");
    }

    @Override
    public List<Finding> look(Backend backend) {
        List<Finding> findings = new ArrayList<>();
        findings.add(selfTest());
        Question noexec = new Question("tmpdir-noexec", temporary.toString(), "not mounted noexec",
                "native libraries are unpacked there, unless the launcher has done that before");
        Optional<Mount> mount = backend.mounts().find(ByteString.ofText(temporary.toAbsolutePath().toString()));
        findings.add(mount.isEmpty() ? noexec.unknown("its mount is not known", "look at findmnt -T " + temporary)
                : mount.get().has("noexec") ? noexec.advice("noexec", "start Roost by its launcher, or with TMPDIR on another "
                + "file system") : noexec.ok(mount.get().options()));
        return findings;
    }

    private Finding selfTest() {
        Question question = new Question("native-libraries", "LMDB and the C library",
                "a store that can be written and read again",
                "without them Roost cannot record what it did");
        Path directory;
        try {
            directory = Files.createTempDirectory(temporary, "roost-check-");
        } catch (IOException e) {
            return question.unknown("no temporary directory can be made in " + temporary + ": " + e.getMessage(), "set TMPDIR");
        }
        try {
            String first;
            try (CheckpointStore store = CheckpointStore.open(directory.resolve("state").toString())) {
                first = store.identity();
            }
            try (CheckpointStore store = CheckpointStore.open(directory.resolve("state").toString())) {
                return store.identity().equals(first) ? question.ok("written and read again")
                        : question.unsafe("what was written is not what was read", "look at the disk of " + temporary);
            }
        } catch (CheckpointException | LinkageError e) {
            return question.unsafe(String.valueOf(e.getMessage()), "use x86_64 or aarch64 with glibc, and a temporary "
                    + "directory that is not noexec");
        } finally {
            remove(directory);
        }
    }

    /** Two levels deep, as it was made. */
    private static void remove(Path directory) {
        try {
            if (Files.isDirectory(directory)) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                    for (Path entry : entries) {
                        remove(entry);
                    }
                }
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // an empty directory in TMPDIR is all that stays
        }
    }
}
