package io.roost.gate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of a process, told apart from every other on any host: a process id alone is soon given to somebody else.
 *
 * @param host the kernel's host name, with {@code _} for what is no letter, digit, dot or hyphen
 * @param pid  process id, from 1
 * @param run  {@code BOOT-NAMESPACE-START}: the first 8 hex digits of the kernel's boot id, the inode of the pid namespace, and
 *             the clock tick since boot at which the process started, as the last two stand in {@code /proc}
 */
public record RunIdentity(String host, long pid, String run) {
    static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    static final Pattern RUN = Pattern.compile("[0-9a-f]{8}-[0-9]{1,20}-[0-9]{1,20}");
    private static final Pattern NAMESPACE = Pattern.compile("pid:\\[(\\d+)]");
    private static final int HOST_LENGTH = 64;
    /** Field 22 of {@code /proc/PID/stat}, counted behind the parenthesis that closes field 2. */
    private static final int START_TIME_FIELD = 22 - 3;

    /** Whether a run is still going on. */
    public enum Life {
        ALIVE, DEAD,
        /** On another host, or in a container that cannot be looked into. */
        UNKNOWN
    }

    public RunIdentity {
        if (!HOST.matcher(host).matches() || pid < 1 || !RUN.matcher(run).matches()) {
            throw new IllegalArgumentException("no identity of a run: " + host + " " + pid + " " + run);
        }
    }

    /** This process. */
    public static RunIdentity current() throws IOException {
        long pid = ProcessHandle.current().pid();
        long start = startOf(pid).orElseThrow(() -> new IOException("/proc/" + pid + "/stat cannot be read: is /proc mounted?"));
        return new RunIdentity(hostName(), pid, place() + "-" + start);
    }

    /** Whether it goes on, as far as this process can tell. */
    public Life life() throws IOException {
        if (!host.equals(hostName())) {
            return Life.UNKNOWN;
        }
        String here = place();
        if (!run.substring(0, 8).equals(here.substring(0, 8))) {
            // the same host was booted since
            return Life.DEAD;
        }
        if (!run.startsWith(here + "-")) {
            return Life.UNKNOWN;
        }
        return startOf(pid).map(start -> run.equals(here + "-" + start)).orElse(false) ? Life.ALIVE : Life.DEAD;
    }

    private static String hostName() throws IOException {
        String name = read("/proc/sys/kernel/hostname").replaceAll("[^A-Za-z0-9._-]", "_");
        return name.isEmpty() ? "_" : name.substring(0, Math.min(name.length(), HOST_LENGTH));
    }

    /** Boot and pid namespace. */
    private static String place() throws IOException {
        String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
        Matcher number = NAMESPACE.matcher(namespace);
        if (!number.matches()) {
            throw new IOException("/proc/self/ns/pid is \"" + namespace + "\", not pid:[NUMBER]");
        }
        return read("/proc/sys/kernel/random/boot_id").substring(0, 8) + "-" + number.group(1);
    }

    /** Empty if there is no such process. */
    private static Optional<Long> startOf(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // the name before may hold anything, parentheses too
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            // a zombie's parent has not been told yet, but it will do nothing any more
            return fields[0].equals("Z") || fields[0].equals("X") ? Optional.empty()
                    : Optional.of(Long.parseLong(fields[START_TIME_FIELD]));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1).strip();
    }
}
