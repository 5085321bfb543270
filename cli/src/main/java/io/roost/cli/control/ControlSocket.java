package io.roost.cli.control;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.roost.cli.control.ControlException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The unix socket of a run, in its state directory.
 *
 * <table>
 * <caption>Files</caption>
 * <tr><td>{@code control}</td><td>the socket, mode 0600</td></tr>
 * <tr><td>{@code control.lock}</td><td>locked with {@code flock} for as long as the run lives; holds its process id as decimal
 * digits and LF. Stays when the run ends</td></tr>
 * <tr><td>{@code control.new}</td><td>directory of mode 0700 in which the socket is made, for a moment</td></tr>
 * </table>
 *
 * Whoever has the lock is the run; a socket found by it is that of a dead one, and is replaced by renaming the new one over it.
 * The new one is bound where nobody else can reach it and renamed when its mode is right, so that there is no instant at which
 * others could connect. The name of a unix socket has at most 107 bytes: the directory is reached through
 * {@link OpenDirectory#descriptorPath()}, so that its own name may be of any length.
 */
final class ControlSocket implements Closeable {
    private static final String NAME = "control";
    private static final String LOCK = "control.lock";
    /** Bytes of a path that a socket's address holds for certain. */
    private static final int LONGEST_PLAIN = 100;
    private static final String NEW = "control.new";

    private final OpenDirectory state;
    private final OpenFile lock;
    private final ServerSocketChannel server;
    private boolean accepting = true;

    private ControlSocket(OpenDirectory state, OpenFile lock, ServerSocketChannel server) {
        this.state = state;
        this.lock = lock;
        this.server = server;
    }

    /** Takes the state directory for this run. */
    static ControlSocket listen(String stateDirectory) throws ControlException {
        OpenDirectory state = null;
        OpenFile lock = null;
        boolean done = false;
        try {
            state = OpenDirectory.open(ByteString.ofText(stateDirectory));
            lock = state.openOrCreate(LOCK, 0600);
            if (!lock.tryLock()) {
                throw new ControlException(Kind.TAKEN, "another run" + holder(lock) + " has the state directory " + stateDirectory
                        + ": look at it with roost ctl status, or name another directory with --state", null);
            }
            lock.truncate(0);
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            lock.pwrite(ByteBuffer.allocateDirect(pid.length).put(pid).flip(), 0);
            ControlSocket socket = new ControlSocket(state, lock, bind(state));
            done = true;
            return socket;
        } catch (ControlException e) {
            throw e;
        } catch (IOException e) {
            throw new ControlException(Kind.UNUSABLE, "the control socket cannot be made in " + stateDirectory + ": "
                    + e.getMessage(), e);
        } finally {
            if (!done) {
                closeAll(lock, state);
            }
        }
    }

    private static String holder(OpenFile lock) throws PosixException {
        ByteBuffer pid = ByteBuffer.allocateDirect(20);
        lock.preadFully(pid, 0);
        String text = StandardCharsets.ISO_8859_1.decode(pid.flip()).toString().strip();
        return text.matches("[0-9]{1,10}") ? " (process " + text + ")" : "";
    }

    private static ServerSocketChannel bind(OpenDirectory state) throws IOException {
        state.removeTree(NEW);
        state.makeDirectory(NEW, 0700);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        boolean done = false;
        try (OpenDirectory hidden = state.openDirectory(NEW)) {
            Path path = Path.of(hidden.descriptorPath(), NAME);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            hidden.rename(NAME, state, NAME);
            done = true;
        } finally {
            if (!done) {
                server.close();
            }
            state.removeTree(NEW);
        }
        return server;
    }

    /** Waits for a client. */
    SocketChannel accept() throws IOException {
        return server.accept();
    }

    /** No further client; the state directory is still taken. */
    synchronized void stopAccepting() throws IOException {
        if (accepting) {
            accepting = false;
            try {
                state.removeFile(NAME);
            } finally {
                server.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            stopAccepting();
        } finally {
            closeAll(lock, state);
        }
    }

    /** Connects to the run that has a state directory. */
    static SocketChannel connect(String stateDirectory) throws ControlException {
        String plain = stateDirectory + "/" + NAME;
        if (plain.length() <= LONGEST_PLAIN && plain.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            try {
                // without a descriptor of the directory: to load what that needs would take longer than all the rest
                return SocketChannel.open(UnixDomainSocketAddress.of(plain));
            } catch (IOException e) {
                // what follows says why
            }
        }
        return connectWithin(stateDirectory);
    }

    /** By way of the directory, so that its path may be of any length. */
    private static SocketChannel connectWithin(String stateDirectory) throws ControlException {
        try (OpenDirectory state = OpenDirectory.open(ByteString.ofText(stateDirectory))) {
            if (state.status(NAME).isEmpty()) {
                throw RunLock.pid(state, LOCK).<ControlException>map(pid -> silent(stateDirectory, pid))
                        .orElse(noRun(stateDirectory, null));
            }
            return SocketChannel.open(UnixDomainSocketAddress.of(Path.of(state.descriptorPath(), NAME)));
        } catch (ControlException e) {
            throw e;
        } catch (ConnectException | NoSuchFileException e) {
            throw noRun(stateDirectory, e);
        } catch (PosixException e) {
            throw e.isNotFound() ? noRun(stateDirectory, e) : unreachable(stateDirectory, e);
        } catch (IOException e) {
            // the JDK has no class for it
            boolean refused = String.valueOf(e.getMessage()).contains("refused");
            throw refused ? noRun(stateDirectory, e) : unreachable(stateDirectory, e);
        }
    }

    private static ControlException noRun(String stateDirectory, Throwable cause) {
        return new ControlException(Kind.NO_RUN, "no run is alive in the state directory " + stateDirectory
                + " (--state names another)", cause);
    }

    private static ControlException silent(String stateDirectory, long pid) {
        return new ControlException(Kind.NO_RUN, "the run in the state directory " + stateDirectory + " (process " + pid + ") has no "
                + "control socket there: it is about to begin or to end, or somebody has removed the file control. It goes on without; "
                + "roost status shows what is recorded, and SIGTERM ends it at a safe step", null);
    }

    private static ControlException unreachable(String stateDirectory, IOException e) {
        return new ControlException(Kind.UNUSABLE, "the run in the state directory " + stateDirectory + " cannot be reached: "
                + e.getMessage(), e);
    }

    private static void closeAll(OpenFile lock, OpenDirectory state) {
        if (lock != null) {
            lock.close();
        }
        if (state != null) {
            state.close();
        }
    }
}
