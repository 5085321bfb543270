package io.roost.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file that is the socket, and the processes that want it. */
class ControlSocketTest {
    @TempDir
    private Path state;

    private ControlException connect() {
        return assertThrows(ControlException.class, () -> ControlSocket.connect(state.toString()));
    }

    private ControlException listen(Path directory) {
        return assertThrows(ControlException.class, () -> ControlSocket.listen(directory.toString()));
    }

    @Test
    void onlyItsOwnerReachesIt() throws IOException {
        try (ControlSocket socket = ControlSocket.listen(state.toString())) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("control"))));
            assertFalse(Files.exists(state.resolve("control.new")));
            try (SocketChannel client = ControlSocket.connect(state.toString()); SocketChannel served = socket.accept()) {
                assertTrue(client.isConnected() && served.isConnected());
            }
        }
        assertFalse(Files.exists(state.resolve("control")));
        assertEquals(ControlException.Kind.NO_RUN, connect().kind());
    }

    @Test
    void aLiveOneIsNeverReplaced() throws IOException {
        try (ControlSocket socket = ControlSocket.listen(state.toString())) {
            ControlException taken = listen(state);
            assertEquals(ControlException.Kind.TAKEN, taken.kind());
            assertTrue(taken.getMessage().startsWith("another run (process " + ProcessHandle.current().pid()
                    + ") has the state directory " + state), taken.getMessage());
            ControlSocket.connect(state.toString()).close();
        }
        ControlSocket.listen(state.toString()).close();
    }

    @Test
    void theDirectorysNameMayBeLongAndOfAnyCharacters() throws IOException {
        Path deep = state.resolve("Zustand – 状態 " + "x".repeat(150));
        Files.createDirectories(deep);
        try (ControlSocket socket = ControlSocket.listen(deep.toString())) {
            ControlSocket.connect(deep.toString()).close();
        }
    }

    @Test
    void whatCannotBeIsSaid() throws IOException {
        assertEquals(ControlException.Kind.NO_RUN, connect().kind());
        assertTrue(connect().getMessage().contains("no run is alive in the state directory " + state), connect().getMessage());
        assertEquals(ControlException.Kind.UNUSABLE, listen(state.resolve("nowhere")).kind());
        Files.createDirectory(state.resolve("control"));
        assertEquals(ControlException.Kind.UNUSABLE, listen(state).kind());
        assertFalse(Files.exists(state.resolve("control.new")));
        Files.delete(state.resolve("control"));
        Files.writeString(state.resolve("control"), "no socket");
        assertEquals(ControlException.Kind.NO_RUN, connect().kind());
        ControlSocket.listen(state.toString()).close();
    }

    @Test
    void aRunWhoseSocketIsGoneIsNotTakenForNone() throws IOException {
        try (ControlSocket socket = ControlSocket.listen(state.toString())) {
            Files.delete(state.resolve("control"));
            assertTrue(connect().getMessage().contains("(process " + ProcessHandle.current().pid() + ") has no control socket there"),
                    connect().getMessage());
        }
        assertTrue(connect().getMessage().contains("no run is alive"), connect().getMessage());
    }

    /** What a killed run leaves. */
    public static final class Sleeper {
        public static void main(String[] args) throws Exception {
            ControlSocket.listen(args[0]);
            System.out.println("listening");
            TimeUnit.HOURS.sleep(1);
        }
    }

    @Test
    void theSocketOfAKilledRunIsReplaced() throws Exception {
        Process killed = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp",
                System.getProperty("java.class.path"), Sleeper.class.getName(), state.toString()).redirectError(
                ProcessBuilder.Redirect.INHERIT).start();
        assertEquals("listening", killed.inputReader().readLine());
        assertEquals(ControlException.Kind.TAKEN, listen(state).kind());
        killed.destroyForcibly().waitFor();
        assertTrue(Files.exists(state.resolve("control")));
        assertEquals(ControlException.Kind.NO_RUN, connect().kind());
        try (ControlSocket socket = ControlSocket.listen(state.toString())) {
            ControlSocket.connect(state.toString()).close();
        }
    }
}
