package io.roost.hostchange;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.roost.posix.ByteString;

/**
 * Takes directors' flushes over unix sockets and TCP. One thread for each socket takes connections, {@link #WORKERS} answer
 * them, {@link #WAITING} may wait; more wait in the kernel. A connection that is not done within ten seconds is closed.
 * Whatever comes in is a stranger's: what is no flush is refused and noted. Thread-safe.
 */
final class FlushServer implements Closeable {
    static final int WORKERS = 64;
    static final int WAITING = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Handler handler;
    private final AddressList allowed;
    private final Notes notes;
    private final List<ServerSocketChannel> sockets = new ArrayList<>();
    private final List<Thread> acceptors = new ArrayList<>();
    private final List<Path> paths = new ArrayList<>();
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, r -> daemon(r, "flush-timer"));

    /** Does what a director asks. */
    interface Handler {
        /** @return what went wrong, one line each; none for success */
        List<String> flush(FlushRequest request);

        /** Something came in that is no flush. */
        void refused();
    }

    /** @param allowed who may connect over TCP */
    FlushServer(Handler handler, AddressList allowed, Notes notes) {
        this.handler = handler;
        this.allowed = allowed;
        this.notes = notes;
        workers = new ThreadPoolExecutor(WORKERS, WORKERS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING),
                r -> daemon(r, "flush"), (task, pool) -> {
                    // wait for room instead: the caller takes connections
                    try {
                        pool.getQueue().put(task);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new RejectedExecutionException(e);
                    }
                });
        workers.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Listens on a unix socket. A socket that an earlier process left there is replaced; anything else is not.
     *
     * @param mode permission bits of the socket
     */
    void listen(Path socket, Set<PosixFilePermission> mode) throws IOException {
        if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.readAttributes(socket, "isOther", LinkOption.NOFOLLOW_LINKS).get("isOther").equals(true)) {
                throw new IOException(socket + " is no socket: name another with --socket, or remove it");
            }
            try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                throw new IOException("somebody answers at " + socket + " already: is another roost hostchange serve running?");
            } catch (SocketException e) {
                Files.delete(socket);
            }
        }
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(socket), 512);
            Files.setPosixFilePermissions(socket, mode);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + socket + ": " + e.getMessage(), e);
        }
        paths.add(socket);
        accept(channel, false);
    }

    /** Listens on an address and port; returns the port, which differs if it was 0. */
    int listen(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, 512);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw new IOException("cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                    + e.getMessage(), e);
        }
        accept(channel, true);
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    /**
     * Takes connections of a socket that listens already, and whose owner keeps it: whoever connects while nobody is here waits in
     * the kernel.
     */
    void listen(ServerSocketChannel channel) throws IOException {
        accept(channel, channel.getLocalAddress() instanceof InetSocketAddress);
    }

    private void accept(ServerSocketChannel channel, boolean tcp) {
        sockets.add(channel);
        Thread thread = daemon(() -> acceptAll(channel, tcp), "flush-accept");
        acceptors.add(thread);
        thread.start();
    }

    private void acceptAll(ServerSocketChannel socket, boolean tcp) {
        while (socket.isOpen()) {
            try {
                SocketChannel connection = socket.accept();
                String peer = peer(connection);
                ScheduledFuture<?> end = timer.schedule(() -> close(connection), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                workers.execute(() -> {
                    try (connection) {
                        serve(connection, tcp);
                    } catch (IOException e) {
                        handler.refused();
                        notes.warning("flush from " + peer + ": " + (e.getMessage() == null ? "not done within "
                                + PATIENCE.toSeconds() + " seconds" : e.getMessage()));
                    } finally {
                        end.cancel(false);
                    }
                });
            } catch (IOException | RejectedExecutionException e) {
                if (socket.isOpen() && !workers.isShutdown()) {
                    notes.warning("cannot take a connection: " + e.getMessage());
                    pause();
                }
            }
        }
    }

    private void serve(SocketChannel connection, boolean tcp) throws IOException {
        if (tcp && connection.getRemoteAddress() instanceof InetSocketAddress peer && !allowed.contains(peer.getAddress())) {
            throw new ProtocolException("the address is not one of those that --allow names");
        }
        FlushRequest request;
        List<String> problems;
        try {
            request = read(connection, tcp);
            problems = handler.flush(request);
        } catch (ProtocolException e) {
            answer(connection, new FlushReply(List.of(e.getMessage())), tcp);
            throw e;
        }
        if (request.reply()) {
            answer(connection, new FlushReply(problems), tcp);
        }
    }

    /** Reads to the end of the request, and then of the stream, which a close with something unread would reset. */
    private static FlushRequest read(SocketChannel connection, boolean tcp) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(FlushRequest.MAX_SIZE);
        FlushRequest.Reader reader = new FlushRequest.Reader();
        int at = 0;
        boolean complete = false;
        boolean over = false;
        while (!over && connection.read(buffer) >= 0) {
            for (int i = at; i < buffer.position() && !over; i++) {
                if (buffer.get(i) == '\n') {
                    String line = ByteString.of(buffer.array(), at, i - at);
                    if (tcp) {
                        line = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
                        over = line.equals(".");
                        line = line.startsWith(".") ? line.substring(1) : line;
                    }
                    at = i + 1;
                    if (!complete && !over) {
                        complete = reader.line(line);
                    }
                }
            }
            if (!buffer.hasRemaining()) {
                throw new ProtocolException("more than " + FlushRequest.MAX_SIZE + " bytes");
            }
        }
        return reader.request();
    }

    private static void answer(SocketChannel connection, FlushReply reply, boolean tcp) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(ByteString.toBytes(reply.write(tcp)));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
        connection.shutdownOutput();
    }

    /** An address for people. */
    static String shown(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : String.valueOf(address);
    }

    private static String peer(SocketChannel connection) {
        try {
            SocketAddress address = connection.getRemoteAddress();
            return address instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "the unix socket";
        } catch (IOException e) {
            return "somebody";
        }
    }

    private static void close(SocketChannel connection) {
        try {
            connection.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops listening, answers what has come in, for ten seconds at most. */
    @Override
    public void close() throws IOException {
        for (ServerSocketChannel socket : sockets) {
            socket.close();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
        workers.shutdown();
        try {
            workers.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
        timer.shutdownNow();
    }

    /** Permission bits as octal digits, {@code 0660}. */
    static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 1 ? "rwx".charAt((8 - bit) % 3) : '-');
        }
        return PosixFilePermissions.fromString(text.toString());
    }
}
