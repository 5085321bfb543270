package io.roost.gate;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;
import io.roost.posix.ProcessGroup;

/**
 * Runs an administrator's program: without a shell, in a session and process group of its own ({@code setsid} of util-linux
 * makes it), for a bounded time. When it has ended, or the time is over, nothing of the group is left.
 */
final class HookProgram {
    private static final int MAX_OUTPUT = 4096;
    private static final long READ_MILLIS = 2_000;
    private static final Charset CHARSET = Runtime.version().feature() < 18 ? Charset.defaultCharset()
            : Charset.forName(System.getProperty("sun.jnu.encoding"));

    private HookProgram() {
    }

    /**
     * @param what for messages: whose hook it is and for whom
     * @throws GateException with what it has printed, if it does not end with 0 in time
     */
    static void run(String program, Map<String, String> environment, Duration limit, String what) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(setsid(), program).redirectErrorStream(true)
                .redirectInput(new File("/dev/null")).directory(new File("/"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        Output output = new Output(process.getInputStream());
        output.start();
        boolean killed = false;
        try {
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            // once only: later the number may be another's
            killed = true;
            kill(process);
            output.join(READ_MILLIS);
            if (!ended) {
                throw new GateException(what + " was stopped after " + limit.toSeconds() + " s without an end" + output.said());
            }
            if (process.exitValue() != 0) {
                throw new GateException(what + " failed with exit code " + process.exitValue() + output.said());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + what + " ran");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            if (!killed) {
                kill(process);
            }
        }
    }

    private static void kill(Process process) {
        ProcessGroup.of(process.pid()).kill();
        // Not Process.destroyForcibly: that closes the pipe before what was printed last is read.
        process.toHandle().destroyForcibly();
    }

    /** In a locale without UTF-8, Java would turn letters into question marks. */
    static String checkText(String what, String text) throws InvalidSettingException {
        if (text.indexOf(0) >= 0 || !CHARSET.equals(StandardCharsets.UTF_8) && text.chars().anyMatch(c -> c > 126)) {
            throw new InvalidSettingException(what, text, "characters that " + CHARSET + " has", "set LC_ALL=C.UTF-8 for Roost");
        }
        return text;
    }

    private static String setsid() throws IOException {
        return Stream.of("/usr/bin/setsid", "/bin/setsid").filter(path -> new File(path).canExecute()).findFirst()
                .orElseThrow(() -> new IOException("setsid is not in /usr/bin: hooks need it, install util-linux"));
    }

    /** Reads to the end, so that the program never waits, and keeps the beginning. */
    private static final class Output extends Thread {
        private final InputStream in;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        Output(InputStream in) {
            super("hook-output");
            this.in = in;
            setDaemon(true);
        }

        @Override
        public void run() {
            byte[] buffer = new byte[4096];
            try (in) {
                for (int n; (n = in.read(buffer)) >= 0;) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(n, MAX_OUTPUT - kept.size()));
                    }
                }
            } catch (IOException e) {
                // it was killed: what came before is kept
            }
        }

        String said() {
            byte[] bytes;
            synchronized (kept) {
                bytes = kept.toByteArray();
            }
            List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).limit(5)
                    .map(line -> ByteString.toText(ByteString.ofText(line.strip()))).toList();
            return lines.isEmpty() ? "; it said nothing" : "; it said: " + String.join(" / ", lines);
        }
    }
}
