package io.roost.preflight.probe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
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
    /** It may not lock. */
    IMPOSSIBLE(5),
    /** It could not try. */
    FAILED(4),
    /** It waited for an answer until it was ended. */
    NO_ANSWER(-1);

    /** A lock manager in its grace period after a restart lets everybody wait for so long. */
    static final Duration PATIENCE = Duration.ofSeconds(100);

    private final int exitCode;

    LockAttempt(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The other process. */
    public static void main(String[] args) {
        System.exit(here(Path.of(args[0])).exitCode);
    }

    private static LockAttempt here(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return here(channel);
        } catch (IOException e) {
            return FAILED;
        }
    }

    private static LockAttempt here(FileChannel channel) {
        try (FileLock lock = channel.tryLock()) {
            return lock == null ? REFUSED : GOT;
        } catch (IOException e) {
            return IMPOSSIBLE;
        }
    }

    /** Starts a Java like this one, without options of its own. */
    static LockAttempt byAnotherProcess(Path file, Duration patience) throws InterruptedException {
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
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return NO_ANSWER;
            }
            return Arrays.stream(values()).filter(attempt -> attempt.exitCode == process.exitValue()).findFirst().orElse(FAILED);
        } finally {
            process.destroyForcibly();
        }
    }
}
