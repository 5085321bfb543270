package io.roost.dovecot;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Dovecot of this test's own, with its configuration, sockets and mail below one temporary directory. */
final class PrivateDovecot implements AutoCloseable {
    /** The system user "mail" of Debian: Dovecot refuses mail that belongs to root. */
    static final int UID = 8;

    private final Path dir;

    private PrivateDovecot(Path dir) {
        this.dir = dir;
    }

    /**
     * Starts one, or skips the test where there is none.
     *
     * @param settings lines of dovecot.conf; {@code @DIR@} stands for the temporary directory
     */
    static PrivateDovecot start(String settings) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/dovecot")), "needs Dovecot, which is not installed");
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to start Dovecot for another user");
        Path dir = Files.createTempDirectory(Path.of("/tmp"), "dvc");
        PrivateDovecot dovecot = new PrivateDovecot(dir);
        Files.createDirectories(dir.resolve("run"));
        Files.createDirectories(dir.resolve("home"));
        dovecot.exec(List.of("chmod", "755", dir.toString()));
        dovecot.exec(List.of("chmod", "777", dir + "/home"));
        Files.writeString(dovecot.configuration(), """
                base_dir = @DIR@/run
                state_dir = @DIR@/run
                log_path = @DIR@/log
                protocols =
                ssl = no
                default_internal_user = root
                default_internal_group = root
                default_login_user = nobody
                first_valid_uid = 1
                auth_username_chars =
                passdb {
                  driver = static
                  args = password=x
                }
                """.concat(settings).replace("@DIR@", dir.toString()));
        dovecot.exec(List.of("/usr/sbin/dovecot", "-c", dovecot.configuration().toString()));
        for (int i = 0; i < 100 && !Files.exists(dir.resolve("run/auth-userdb")); i++) {
            Thread.sleep(50);
        }
        return dovecot;
    }

    Path dir() {
        return dir;
    }

    Path configuration() {
        return dir.resolve("dovecot.conf");
    }

    DovecotProgram doveadm() throws IOException {
        return DovecotProgram.doveadm(Optional.of(configuration().toString()));
    }

    String log() throws IOException {
        return Files.exists(dir.resolve("log")) ? Files.readString(dir.resolve("log")) : "";
    }

    /** Gives all mail to the mail user. */
    void giveAway() throws Exception {
        exec(List.of("chown", "-R", UID + ":" + UID, dir + "/home"));
    }

    /** Runs a program with this input and returns what it prints. */
    String exec(List<String> command, String input) throws Exception {
        Process process = new ProcessBuilder(command).redirectError(dir.resolve("errors").toFile()).start();
        // a pipe, since Dovecot cannot poll a file; less than a pipe holds
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // the program did not want it
        }
        byte[] output = process.getInputStream().readAllBytes();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(dir.resolve("errors")));
        }
        return new String(output, StandardCharsets.UTF_8);
    }

    private void exec(List<String> command) throws Exception {
        exec(command, "");
    }

    @Override
    public void close() throws Exception {
        exec(List.of("/usr/bin/doveadm", "-c", configuration().toString(), "stop"));
        // what it had running may still close its files
        for (int i = 0; i < 100 && Files.exists(dir.resolve("run/master.pid")); i++) {
            Thread.sleep(50);
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
