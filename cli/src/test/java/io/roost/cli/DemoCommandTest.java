package io.roost.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.cli.screen.DisplayWidth;
import io.roost.testing.RequiresDovecot;

class DemoCommandTest {
    @TempDir
    private Path temp;

    @Test
    void runsToTheEndAtEightyColumns() throws Exception {
        CapturedScreen captured = CapturedScreen.of(80, UTF_8);
        openToOthers();
        assertEquals(0, Roost.run(captured.screen(), "demo", "--dir", temp.resolve("d").toString()), () -> captured.out()
                + captured.err());
        for (String part : new String[] {"1. A sample Maildir", "$ roost plan ", "Ready: everything", "$ roost migrate ",
                "$ roost verify ",
            "Equal: ", "All of this is in " + temp.resolve("d")}) {
            assertTrue(captured.out().replace("\n", " ").replace("  ", " ").contains(part.replace("  ", " ")), part + "\n"
                    + captured.out());
        }
        captured.outLines().forEach(line -> assertTrue(DisplayWidth.of(line) < 80 || line.contains("/"), line));
        assertTrue(Files.isDirectory(temp.resolve("d/mail/example.org/anna/mdbox")));
    }

    @Test
    @RequiresDovecot
    void dovecotSeesTheSameAndLogsNothing() throws Exception {
        CapturedScreen captured = CapturedScreen.of(80, US_ASCII);
        openToOthers();
        assertEquals(0, Roost.run(captured.screen(), "demo", "--dir", temp.resolve("d").toString()), () -> captured.out()
                + captured.err());
        assertTrue(captured.out().contains("Dovecot's log: empty, as it should be."), captured.out());
        assertEquals(12, captured.outLines().stream().filter(l -> l.endsWith("  the same")).count(), captured.out());
    }

    @Test
    void aDirectoryThatIsThereIsNotTouched() throws Exception {
        CapturedScreen captured = CapturedScreen.plain();
        assertEquals(2, Roost.run(captured.screen(), "demo", "--dir", temp.toString()));
        assertTrue(captured.err().contains("is there already"), captured.err());
        try (var files = Files.list(temp)) {
            assertEquals(0, files.count());
        }
    }

    private void openToOthers() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
