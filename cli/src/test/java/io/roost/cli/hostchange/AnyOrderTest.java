package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.hostchange.HostChange;
import io.roost.hostchange.Notes;
import io.roost.hostchange.Purge;
import io.roost.hostchange.UserPaths;

/**
 * A user wanders between hosts; some log them in by the script, some by Roost, the script is killed, memories are lost, files
 * are damaged, flushes come in between. The content of each list index is the state of the mailboxes it was made of: whenever
 * somebody is let in, it is the state of now.
 */
class AnyOrderTest {
    private static final List<String> HOSTS = List.of("be1", "be2", "be3");
    private static final int EVENTS = 300;

    @TempDir
    private Path temp;
    /** In memory, where a sync costs nothing. */
    private Path data;
    private Path index;
    private Path script;
    private Path bin;
    /** Of the mailboxes, as it is now. */
    private int state;

    private Path memory(String host) {
        return data.resolve(host + "/7c/u");
    }

    private UserPaths paths(String host) {
        return PostLoginSite.paths(index, memory(host));
    }

    @BeforeEach
    void data() throws IOException {
        data = Files.createTempDirectory(Path.of("/dev/shm"), "rt-");
    }

    @AfterEach
    void noData() throws IOException {
        delete(data);
    }

    @Test
    void whateverHappens() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        index = Files.createDirectories(data.resolve("nfs/u/mdbox"));
        Files.setPosixFilePermissions(index, PosixFilePermissions.fromString("rwx------"));
        Path roost = Launcher.script(temp.resolve("roost"), "exit 1");
        script = Launcher.postLogin(temp.resolve("postlogin.sh"), roost, "host=$BACKEND");
        bin = Files.createDirectory(temp.resolve("bin"));
        Files.writeString(script, Files.readString(script).replace("#!/bin/sh\n", "#!/bin/sh\necho $$ >" + bin + "/script\n"));
        for (String program : List.of("stat", "flock", "rm", "sync", "mv", "mkdir")) {
            Files.writeString(bin.resolve(program), """
                    #!/bin/sh
                    PATH=${PATH#*:}
                    read -r left <%1$s/left
                    echo $((left - 1)) >%1$s/left
                    [ "$left" -ne 1 ] || kill -9 "$(cat %1$s/script)" $PPID $$
                    exec %2$s "$@"
                    """.formatted(bin, program));
            Files.setPosixFilePermissions(bin.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Random random = new Random(5);
        String host = HOSTS.get(0);
        int kept = 0;
        int killed = 0;
        for (int i = 0; i < EVENTS; i++) {
            if (random.nextInt(2) == 0) {
                host = HOSTS.get(random.nextInt(HOSTS.size()));
            }
            for (String each : List.of("be1", "be2", "be3", "twin")) {
                Files.createDirectories(data.resolve(each));
                Files.setPosixFilePermissions(data.resolve(each), PosixFilePermissions.fromString("rwx------"));
            }
            disturb(random);
            boolean in;
            if (random.nextInt(5) == 0) {
                new HostChange(host, false, Notes.NONE).check(paths(host));
                in = true;
            } else {
                in = login(host, random.nextInt(2) == 0 ? 3 + random.nextInt(5) : 0);
            }
            if (in) {
                String served = read(memory(host));
                assertTrue(served.isEmpty() || served.equals("" + state), i + ": " + served + " at " + state);
                kept += served.isEmpty() ? 0 : 1;
                if (random.nextInt(3) > 0) {
                    state++;
                    Files.createDirectories(memory(host));
                    for (String suffix : List.of("", ".log")) {
                        Files.writeString(memory(host).resolve("dovecot.list.index" + suffix), "" + state);
                    }
                }
            } else {
                killed++;
            }
        }
        assertTrue(kept > EVENTS / 10 && killed > EVENTS / 20, kept + " " + killed);
    }

    /** @param kill before the script runs its so manieth program; 0 for never */
    private boolean login(String host, int kill) throws Exception {
        Files.writeString(bin.resolve("left"), kill + "\n");
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "echo", "let in");
        builder.environment().putAll(Map.of("USER", "u", "HOSTCHANGE_INDEX", index.toString(), "HOSTCHANGE_LISTINDEX",
                memory(host) + "/dovecot.list.index", "BACKEND", host));
        if (kill > 0) {
            builder.environment().merge("PATH", bin + ":", (path, own) -> own + path);
        }
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(process.waitFor() == 0 ? "let in\n" : "", out);
        return !out.isEmpty();
    }

    private void disturb(Random random) throws IOException {
        Path record = index.resolve(".lasthost");
        String host = HOSTS.get(random.nextInt(HOSTS.size()));
        Path seen = memory(host).resolve(".lasthost");
        switch (random.nextInt(24)) {
            case 0 -> Files.deleteIfExists(record);
            case 1 -> Files.writeString(record, random.nextBoolean() ? "garbage \1" : host + "\n");
            case 2 -> delete(data.resolve(host));
            case 3 -> {
                if (Files.exists(seen)) {
                    byte[] bytes = Files.readAllBytes(seen);
                    Files.write(seen, Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
                }
            }
            case 4 -> new Purge(Notes.NONE).now(paths(host).listIndex());
            case 5 -> {
                if (Files.exists(record)) {
                    Files.setLastModifiedTime(record, FileTime.fromMillis(random.nextInt(3)));
                }
            }
            case 6, 7, 8 -> {
                // another machine by the name of this one
                new HostChange(host, false, Notes.NONE).check(PostLoginSite.paths(index, memory("twin")));
                state++;
            }
            default -> {
            }
        }
    }

    private static String read(Path directory) throws IOException {
        Path file = directory.resolve("dovecot.list.index.log");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
