package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirSample;

/** The units of {@code samples/systemd}: systemd understands them, and Roost understands the command in them. */
class SystemdSampleTest {
    private static final Path SAMPLES = Path.of("../samples/systemd");

    @TempDir
    private Path temp;

    @Test
    void systemdUnderstandsThem() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "systemd-analyze is missing");
        Path service = temp.resolve("roost-night.service");
        // it looks whether the program is there
        Files.writeString(service, Files.readString(SAMPLES.resolve("roost-night.service")).replace("/opt/roost/roost",
                Path.of("../roost").toRealPath().toString()));
        Path timer = Files.copy(SAMPLES.resolve("roost-night.timer"), temp.resolve("roost-night.timer"));
        // A migration in this JVM has cleared its umask, and systemd does not like files that others may write.
        for (Path unit : List.of(service, timer)) {
            Files.setPosixFilePermissions(unit, PosixFilePermissions.fromString("rw-r--r--"));
        }
        Process process = new ProcessBuilder("systemd-analyze", "verify", "--man=no", service.toString(), timer.toString())
                .redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> ours = said.lines().filter(line -> line.contains("roost-night")).toList();
        assertEquals(List.of(), ours, said);
        assertEquals(0, process.waitFor(), said);
    }

    @Test
    void roostUnderstandsTheCommand() throws Exception {
        MaildirSample.of(temp.resolve("anna/Maildir"), 1, 2).write();
        Files.writeString(temp.resolve("users.txt"), "# the first night\nanna\n");
        String unit = Files.readString(SAMPLES.resolve("roost-night.service"));
        Matcher command = Pattern.compile("(?m)^ExecStart=/opt/roost/roost ((?:.*\\\\\\n)*.*)$").matcher(unit);
        assertTrue(command.find(), unit);
        List<String> args = new ArrayList<>();
        Matcher word = Pattern.compile("'([^']*)'|[^\\s\\\\']+").matcher(command.group(1));
        while (word.find()) {
            String text = word.group(1) == null ? word.group() : word.group(1);
            // by day it would do as its timetable says
            args.add(text.startsWith("/") ? temp.resolve(Path.of(text).getFileName().toString()).toString()
                    : text.replace("=off", "=full"));
        }
        args.addAll(List.of("--no-dovecot", "--home=" + temp + "/%u", "--from=maildir:~/Maildir", "--state="
                + temp.resolve("state")));
        CapturedScreen captured = CapturedScreen.plain();
        assertEquals(0, Roost.run(captured.screen(), args.toArray(String[]::new)), () -> captured.err());
        assertTrue(Files.readString(temp.resolve("night.html")).contains("Complete: every user is migrated and checked."));
        assertTrue(Files.exists(temp.resolve("roost.prom")) && Files.exists(temp.resolve("roost.log")));
    }
}
