package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void numbersAreThePromise() {
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 129, 130, 143),
                Arrays.stream(ExitCode.values()).map(ExitCode::number).toList());
    }

    @Test
    void theDocumentationHasEachOfThem() throws IOException {
        String text = Files.readString(Path.of("../docs/scripting.md"));
        for (ExitCode code : ExitCode.values()) {
            assertTrue(text.contains("\n| " + code.number() + " | "), "docs/scripting.md lacks exit code " + code);
        }
    }

    @Test
    void theGraverOneStays() {
        assertEquals(ExitCode.FAILED, ExitCode.DONE.or(ExitCode.FAILED));
        assertEquals(ExitCode.MISMATCH, ExitCode.MISMATCH.or(ExitCode.FAILED));
        assertEquals(ExitCode.MISMATCH, ExitCode.FAILED.or(ExitCode.MISMATCH));
        assertEquals(ExitCode.INTERRUPTED, ExitCode.MISMATCH.or(ExitCode.INTERRUPTED));
        assertEquals(ExitCode.FAILED, ExitCode.OBSTACLES.or(ExitCode.FAILED));
        assertEquals(ExitCode.DONE, ExitCode.DONE.or(ExitCode.DONE));
    }
}
