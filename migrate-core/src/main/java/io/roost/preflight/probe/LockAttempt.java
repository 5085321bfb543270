package io.roost.preflight.probe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What another process finds that tries to lock a file. {@link #main} is that process: it tells by its exit code alone.
 */
public enum LockAttempt {
    /** It got the lock. */
    GOT(0),
    /** Somebody else has it. */
    REFUSED(3),
    /** It could not try. */
    FAILED(4);

    private static final int PATIENCE_SECONDS = 60;

    private final int exitCode;

    LockAttempt(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The other process. */
    public static void main(String[] args) {
        System.exit(here(Path.of(args[0])).exitCode);
    }

    private static LockAttempt here(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null ? REFUSED : GOT;
        } catch (IOException e) {
            return FAILED;
        }
    }

    /** Starts a Java like this one, without options of its own. */
    static LockAttempt byAnotherProcess(Path file) throws InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx32m", "-cp", System.getProperty("java.class.path"),
                    LockAttempt.class.getName(), file.toString()))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            process.getOutputStream().close();
        } catch (IOException e) {
            return FAILED;
        }
        try {
            // a lock manager that does not answer keeps it waiting
            int code = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) ? process.exitValue() : FAILED.exitCode;
            return code == GOT.exitCode ? GOT : code == REFUSED.exitCode ? REFUSED : FAILED;
        } finally {
            process.destroyForcibly();
        }
    }
}
