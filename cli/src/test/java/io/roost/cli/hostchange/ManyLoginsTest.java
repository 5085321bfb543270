package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** Many users at once, each of whom needs Java: Dovecot keeps them in a queue. */
@RequiresDovecot
@Requires(Ability.ROOT)
class ManyLoginsTest {
    private static final int USERS = 12;
    private static final int LIMIT = 3;

    @TempDir
    private Path temp;

    @Test
    void processLimitBoundsJava() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path running = Files.createDirectory(temp.resolve("running"));
        Path seen = Files.createDirectory(temp.resolve("seen"));
        for (Path path : List.of(running, seen)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        // each notes how many there are while it runs
        Path roost = Launcher.script(temp.resolve("roost"), "touch " + running + "/$$; sleep 0.3; ls " + running + " >" + seen
                + "/$$; rm " + running + "/$$");
        Path script = Launcher.postLogin(temp.resolve("postlogin.sh"), roost, "host=be1");
        Path memory = Files.createDirectory(temp.resolve("shm"));
        StringBuilder users = new StringBuilder();
        for (int i = 0; i < USERS; i++) {
            Path index = Files.createDirectories(temp.resolve("u" + i + "/mdbox"));
            Files.writeString(index.resolve(".lasthost"), "garbage, which is for Roost\n");
            for (Path path : List.of(index.getParent(), index, index.resolve(".lasthost"))) {
                Files.setAttribute(path, "unix:uid", 8);
                Files.setAttribute(path, "unix:gid", 8);
            }
            users.append("u" + i + "::8:8::" + index.getParent() + "::\n");
        }
        Files.setAttribute(memory, "unix:uid", 8);
        Files.writeString(temp.resolve("users"), users);
        String sample = Files.readString(Path.of("../samples/hostchange/backend.conf"));
        String config = sample.replace("/dev/shm/dovecot-listindex", memory.toString())
                .replace("/etc/dovecot/users", temp.resolve("users").toString()).replace("user = vmail", "user = mail")
                .replace("/usr/local/lib/roost/postlogin.sh", script.toString())
                .replace("process_limit = 20", "process_limit = " + LIMIT);
        assertTrue(config.contains("process_limit = " + LIMIT));
        ExecutorService pool = Executors.newFixedThreadPool(USERS);
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").config(config
                + "passdb {\n  driver = static\n  args = password=pw\n}\n").start()) {
            List<Future<?>> logins = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                String user = "u" + i;
                logins.add(pool.submit(() -> {
                    dovecot.imap(user).close();
                    return null;
                }));
            }
            for (Future<?> login : logins) {
                login.get();
            }
            assertEquals(USERS, Launcher.runs(roost).size());
            int most = 0;
            try (var files = Files.list(seen)) {
                for (Path file : files.toList()) {
                    most = Math.max(most, Files.readAllLines(file).size());
                }
            }
            assertTrue(most <= LIMIT && most > 1, most + " at once");
        } finally {
            pool.shutdownNow();
        }
    }
}
