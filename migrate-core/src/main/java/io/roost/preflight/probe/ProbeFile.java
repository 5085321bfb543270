package io.roost.preflight.probe;

import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * A short-lived file, {@code .roost-probe-PID-RANDOM}, mode 0600. It is removed by {@link #close}, and when the process ends
 * before, on a signal too; after {@code kill -9} it stays, empty.
 */
final class ProbeFile implements Closeable {
    private static final Set<ProbeFile> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ProbeFile::removeQuietly), "remove-probes"));
    }

    private final OpenDirectory directory;
    private final String name;
    private OpenFile file;

    private ProbeFile(OpenDirectory directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /** Creates it with {@code O_EXCL}. */
    static ProbeFile in(String directoryPath) throws PosixException {
        OpenDirectory directory = OpenDirectory.open(directoryPath);
        ProbeFile probe = new ProbeFile(directory, ".roost-probe-" + ProcessHandle.current().pid() + "-"
                + Integer.toHexString(ThreadLocalRandom.current().nextInt()));
        OPEN.add(probe);
        try {
            probe.file = directory.create(probe.name, 0600);
            return probe;
        } catch (PosixException | RuntimeException e) {
            OPEN.remove(probe);
            directory.close();
            throw e;
        }
    }

    OpenDirectory directory() {
        return directory;
    }

    OpenFile file() {
        return file;
    }

    String name() {
        return name;
    }

    private synchronized void removeQuietly() {
        try {
            directory.removeFile(name);
        } catch (PosixException | IllegalStateException e) {
            // the process ends, and nobody is there to tell
        }
    }

    @Override
    public synchronized void close() throws PosixException {
        if (OPEN.remove(this)) {
            try {
                file.close();
                directory.removeFile(name);
            } catch (PosixException e) {
                if (!e.isNotFound()) {
                    throw e;
                }
            } finally {
                directory.close();
            }
        }
    }
}
