package io.roost.throttle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlagFileTest {
    @Test
    void holdsWhileItExists(@TempDir Path dir) throws IOException {
        ManualClock clock = new ManualClock();
        Path file = dir.resolve("hold");
        FlagFile source = new FlagFile(file.toString());
        assertTrue(source.restriction(clock).isNone());
        Files.createFile(file);
        assertTrue(source.restriction(clock).isNone(), "looked for once a second");
        clock.advance(Duration.ofSeconds(1));
        assertEquals(Restriction.hold("flag_file", "held by the file " + file + " (remove it to go on)"),
                source.restriction(clock));
        Files.delete(file);
        clock.advance(Duration.ofSeconds(1));
        assertTrue(source.restriction(clock).isNone());
    }

    @Test
    void holdsWhenNobodyCanTell(@TempDir Path dir) throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        Restriction restriction = new FlagFile(file + "/hold").restriction(new ManualClock());
        assertTrue(restriction.held());
        String reason = restriction.reason();
        assertTrue(reason.contains("nobody can tell") && reason.contains(file + "/hold"), reason);
    }
}
