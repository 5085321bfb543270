package io.roost.gate;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import io.roost.posix.ByteString;

/**
 * A conversation in lines that end with LF, over a unix or TCP socket, which ends after a time whatever the other side does. Not
 * thread-safe.
 */
final class LineSocket implements Closeable {
    /** A userdb's answer is one line. */
    private static final int MAX_LINE = 256 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final long deadline;
    private final ByteBuffer input = ByteBuffer.allocate(16 << 10).limit(0);

    private LineSocket(SocketChannel channel, Selector selector, long deadline) {
        this.channel = channel;
        this.selector = selector;
        this.deadline = deadline;
    }

    /** @param limit for the whole conversation */
    static LineSocket connect(SocketAddress address, Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        boolean unix = address instanceof UnixDomainSocketAddress;
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        Selector selector = null;
        try {
            if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
                throw new IOException("unknown host " + inet.getHostString());
            }
            selector = Selector.open();
            channel.configureBlocking(false);
            LineSocket socket = new LineSocket(channel, selector, deadline);
            if (!channel.connect(address)) {
                do {
                    socket.await(SelectionKey.OP_CONNECT);
                } while (!channel.finishConnect());
            }
            return socket;
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (selector != null) {
                selector.close();
            }
            throw e;
        }
    }

    /** @param bytes a byte string */
    void send(String bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(ByteString.toBytes(bytes));
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    /** The next line without its end, a byte string. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            while (input.hasRemaining()) {
                char c = (char) (input.get() & 0xff);
                if (c == '\n') {
                    return line.toString();
                }
                line.append(c);
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " bytes");
            }
            fill(line);
        }
    }

    private void fill(StringBuilder line) throws IOException {
        input.clear();
        int n = channel.read(input);
        input.flip();
        if (n < 0) {
            throw new EOFException(line.isEmpty() ? "the connection was closed"
                    : "the connection was closed behind \"" + ByteString.toText(line.toString()) + "\"");
        }
        if (n == 0) {
            await(SelectionKey.OP_READ);
        }
    }

    private void await(int operation) throws IOException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        channel.register(selector, operation);
        if (left <= 0 || selector.select(left) == 0 && System.nanoTime() >= deadline) {
            throw new SocketTimeoutException("no answer in time");
        }
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            Pause.millis(1, "an answer");
        }
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
