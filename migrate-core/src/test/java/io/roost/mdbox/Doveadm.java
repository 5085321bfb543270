package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/**
 * A real doveadm with a configuration of its own, working on the mail of one user below a temporary directory. As root it
 * runs as {@code nobody}, since Dovecot gives root no mail. Every line it logs fails the test.
 */
public final class Doveadm {
    private static final int NOBODY = 65534;
    private final Path temp;
    private final Path conf;

    public Doveadm(Path temp, String mailLocation, String... settings) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/doveadm")), "no Dovecot here: apt install dovecot-core");
        this.temp = temp;
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(temp.resolve("run"));
        Files.createDirectories(home());
        conf = temp.resolve("dovecot-" + Math.abs(mailLocation.hashCode()) + ".conf");
        Files.writeString(conf, """
                base_dir = %s/run
                log_path = %s/log
                protocols =
                ssl = no
                first_valid_uid = 1
                stats_writer_socket_path =
                mail_location = %s
                namespace inbox {
                  inbox = yes
                  separator = /
                }
                """.formatted(temp, temp, mailLocation) + String.join("\n", settings) + "\n");
        own();
    }

    public Path home() {
        return temp.resolve("home");
    }

    /** To whom the mail must belong. */
    public static Ownership ownership() {
        return isRoot() ? new Ownership(NOBODY, NOBODY, 0600, 0700) : Ownership.PRIVATE;
    }

    private static boolean isRoot() {
        return OpenDirectory.effectiveUid() == 0;
    }

    /** Gives the user what the test has put there. */
    public void own() throws IOException {
        if (isRoot()) {
            try (Stream<Path> files = Files.walk(temp)) {
                for (Path file : files.toList()) {
                    Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(file, "unix:gid", NOBODY, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /** Runs a command that must succeed without logging anything; returns what it printed, byte by byte. */
    public String run(String... arguments) throws Exception {
        return runWith("", arguments);
    }

    public String runWith(String input, String... arguments) throws Exception {
        Result r = tryRun(input, arguments);
        assertEquals("", r.errors, "logged by doveadm " + String.join(" ", arguments));
        assertEquals(0, r.exit, "exit code of doveadm " + String.join(" ", arguments));
        return r.output;
    }

    /** What a command did. */
    public record Result(int exit, String output, String errors) {
    }

    public Result tryRun(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        command.addAll(List.of("/usr/bin/doveadm", "-c", conf.toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(temp, "out", "");
        Path err = Files.createTempFile(temp, "err", "");
        Path in = Files.write(Files.createTempFile(temp, "in", ""), input.getBytes(StandardCharsets.ISO_8859_1));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(in.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("HOME", home().toString());
        builder.environment().put("USER", "someone");
        builder.environment().put("TZ", "UTC");
        int exit = builder.start().waitFor();
        Result r = new Result(exit, Files.readString(out, StandardCharsets.ISO_8859_1),
                Files.readString(err, StandardCharsets.ISO_8859_1));
        Files.delete(out);
        Files.delete(err);
        Files.delete(in);
        return r;
    }
}
