package io.roost.director;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;

import io.roost.director.DirectorAdmin.Limits;
import io.roost.director.DirectorException.Kind;
import io.roost.dovecot.LineSocket;
import io.roost.dovecot.TabEscaped;
import io.roost.posix.ByteString;

/**
 * A connection to one of several directors, made when it is needed and made again when it is lost. Greetings are exchanged here;
 * see {@link DirectorAdmin} for what follows. Thread-safe: threads take turns.
 */
final class AdminChannel implements Closeable {
    private static final String VERSION = "VERSION\tdirector-doveadm\t1\t0";
    private static final int MAX_LINE = 4096;
    private static final long RETRY_MILLIS = 100;

    private final List<DirectorAddress> addresses;
    private final Limits limits;
    private int current;
    private LineSocket connection;
    private boolean isClosed;

    /** Sends a command and reads its answer. */
    interface Exchange<T> {
        T with(LineSocket socket) throws IOException;
    }

    AdminChannel(List<DirectorAddress> addresses, Limits limits) {
        this.addresses = List.copyOf(addresses);
        this.limits = limits;
    }

    /** One more, which begins with the address that answers here. */
    synchronized AdminChannel another() {
        AdminChannel other = new AdminChannel(addresses, limits);
        other.current = current;
        return other;
    }

    /**
     * Talks over the shared connection, making it again if it was dropped, with any address that answers. Others may have their
     * turn between two attempts.
     */
    <T> T exchange(String command, Exchange<T> exchange) throws IOException {
        long deadline = System.nanoTime() + limits.patience().toNanos();
        List<String> failures = new ArrayList<>();
        int unanswered = 0;
        for (int attempt = 1;; attempt++) {
            try {
                return attempt(exchange);
            } catch (Failed e) {
                failures.add(e.getMessage());
                unanswered += e.unanswered ? 1 : 0;
            }
            boolean round = attempt % addresses.size() == 0;
            // A command that the director does not understand ends the connection each time: that does not pass by waiting.
            if (round && System.nanoTime() > deadline || unanswered > addresses.size() + 3) {
                throw unreachable(command, failures);
            }
            if (round) {
                pause();
            }
        }
    }

    /** One attempt that came to nothing and may be repeated. */
    private static final class Failed extends Exception {
        private final boolean unanswered;

        Failed(String message, boolean unanswered, IOException cause) {
            super(message, cause);
            this.unanswered = unanswered;
        }
    }

    private synchronized <T> T attempt(Exchange<T> exchange) throws IOException, Failed {
        DirectorAddress address = addresses.get(current);
        boolean fresh = connection == null;
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        try {
            if (fresh) {
                connection = connect(address);
            }
            return exchange.with(connection);
        } catch (DirectorException e) {
            disconnect();
            throw e;
        } catch (ProtocolException e) {
            disconnect();
            throw new DirectorException(Kind.PROTOCOL, e.getMessage(), e);
        } catch (IOException e) {
            disconnect();
            if (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (fresh) {
                current = (current + 1) % addresses.size();
            }
            // A connection that was dropped while idle is no answer to the command.
            throw new Failed(address + ": " + e.getMessage(), fresh && e instanceof EOFException, e);
        }
    }

    private static DirectorException unreachable(String command, List<String> failures) {
        return new DirectorException(Kind.UNREACHABLE, "no director answered " + command.substring(0, Math.max(1, command.indexOf('\t')))
                + ": " + String.join("; ", failures.stream().distinct().limit(5).toList())
                + "; is it running, and is this its director-admin socket?");
    }

    private LineSocket connect(DirectorAddress address) throws IOException {
        LineSocket socket = LineSocket.connect(address.resolve(), limits.connect(), limits.answer(), MAX_LINE);
        try {
            String greeting = socket.line();
            List<String> fields = TabEscaped.fields(greeting);
            if (fields.size() < 4 || !fields.get(0).equals("VERSION") || !fields.get(1).equals("director-doveadm")
                    || !fields.get(2).equals("1")) {
                throw new IOException("expected the greeting \"VERSION director-doveadm 1\" of a director-admin socket, found \""
                        + ByteString.toText(greeting.substring(0, Math.min(80, greeting.length()))) + "\"");
            }
            socket.send(VERSION);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Waits a little before the next attempt. */
    static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a director");
        }
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        disconnect();
    }

    private synchronized void disconnect() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }
}
