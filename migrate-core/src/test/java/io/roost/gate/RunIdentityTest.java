package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;

import io.roost.gate.RunIdentity.Life;

class RunIdentityTest {
    @Test
    void thisProcess() throws Exception {
        RunIdentity self = RunIdentity.current();
        assertEquals(self, RunIdentity.current());
        assertEquals(ProcessHandle.current().pid(), self.pid());
        assertEquals(Life.ALIVE, self.life());
    }

    @Test
    void others() throws Exception {
        RunIdentity self = RunIdentity.current();
        String[] parts = self.run().split("-");
        assertEquals(Life.DEAD, new RunIdentity(self.host(), self.pid(), parts[0] + "-" + parts[1] + "-1").life(), "its pid again");
        assertEquals(Life.DEAD, new RunIdentity(self.host(), self.pid(), "00000000-" + parts[1] + "-" + parts[2]).life(),
                "before a boot");
        assertEquals(Life.UNKNOWN, new RunIdentity(self.host(), self.pid(), parts[0] + "-1-" + parts[2]).life(), "a container");
        assertEquals(Life.UNKNOWN, new RunIdentity("elsewhere", self.pid(), self.run()).life());
        assertThrows(IllegalArgumentException.class, () -> new RunIdentity("a b", 1, self.run()));
    }

    @Test
    void aProcessThatEnds() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String start = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
            RunIdentity self = RunIdentity.current();
            String run = self.run().substring(0, self.run().lastIndexOf('-') + 1) + start;
            RunIdentity other = new RunIdentity(self.host(), process.pid(), run);
            assertEquals(Life.ALIVE, other.life());
            process.destroyForcibly().waitFor();
            assertEquals(Life.DEAD, other.life());
        } finally {
            process.destroyForcibly();
        }
    }
}
