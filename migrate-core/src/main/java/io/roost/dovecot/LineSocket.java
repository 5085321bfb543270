package io.roost.dovecot;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import io.roost.posix.ByteString;

/**
 * Lines over a unix socket or TCP, with a limit on their length and on each wait, which neither blocking channels nor unix
 * sockets of Java have. Lines are byte strings that end with LF. To be used by one thread at a time.
 */
public final class LineSocket implements Closeable {
    private final SocketChannel channel;
    private final Selector selector;
    private final Duration limit;
    private final int maxLine;
    private final ByteBuffer in = ByteBuffer.allocate(8192).flip();

    private LineSocket(SocketChannel channel, Selector selector, Duration limit, int maxLine) {
        this.channel = channel;
        this.selector = selector;
        this.limit = limit;
        this.maxLine = maxLine;
    }

    /**
     * @param connectLimit time until it is connected
     * @param limit        time within which a whole line must be sent or come
     * @param maxLine      bytes a line may have
     */
    public static LineSocket connect(SocketAddress address, Duration connectLimit, Duration limit, int maxLine) throws IOException {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new UnknownHostException("unknown host " + inet.getHostString());
        }
        SocketChannel channel = address instanceof UnixDomainSocketAddress ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open();
        Selector selector = null;
        try {
            channel.configureBlocking(false);
            selector = Selector.open();
            LineSocket socket = new LineSocket(channel, selector, limit, maxLine);
            if (!channel.connect(address)) {
                long deadline = System.nanoTime() + connectLimit.toNanos();
                do {
                    socket.await(SelectionKey.OP_CONNECT, deadline, connectLimit, "connection");
                } while (!channel.finishConnect());
            }
            return socket;
        } catch (IOException | RuntimeException e) {
            channel.close();
            if (selector != null) {
                selector.close();
            }
            throw interrupted(e);
        }
    }

    private static IOException interrupted(Exception e) {
        if (e instanceof ClosedByInterruptException || Thread.currentThread().isInterrupted()) {
            InterruptedIOException interrupted = new InterruptedIOException("interrupted in a conversation");
            interrupted.initCause(e);
            return interrupted;
        }
        return e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }

    private void await(int operation, long deadline, Duration time, String what) throws IOException {
        channel.register(selector, operation);
        while (true) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no " + what + " within " + time.toSeconds() + " seconds");
            }
            int ready = selector.select(Math.max(1, left / 1_000_000));
            selector.selectedKeys().clear();
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for an answer");
            }
            if (ready > 0) {
                return;
            }
        }
    }

    /** Sends a line; LF is added. */
    public void send(String line) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(ByteString.toBytes(line + "\n"));
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (out.hasRemaining()) {
                if (channel.write(out) == 0) {
                    await(SelectionKey.OP_WRITE, deadline, limit, "reading of what was sent");
                }
            }
        } catch (IOException e) {
            throw interrupted(e);
        }
    }

    /**
     * The next line without its LF.
     *
     * @throws EOFException          if the connection is closed before its end
     * @throws ProtocolException     if the line is longer than allowed
     * @throws SocketTimeoutException if it does not come in time
     */
    public String line() throws IOException {
        StringBuilder line = new StringBuilder();
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            while (in.hasRemaining()) {
                char c = (char) (in.get() & 0xff);
                if (c == '\n') {
                    return line.toString();
                }
                if (line.length() == maxLine) {
                    throw new ProtocolException("a line of more than " + maxLine + " bytes, which begins with \""
                            + ByteString.toText(line.substring(0, Math.min(60, maxLine))) + "\"");
                }
                line.append(c);
            }
            fill(deadline);
        }
    }

    private void fill(long deadline) throws IOException {
        in.clear();
        try {
            int n = channel.read(in);
            while (n == 0) {
                await(SelectionKey.OP_READ, deadline, limit, "answer");
                n = channel.read(in);
            }
            if (n < 0) {
                throw new EOFException("the connection was closed");
            }
        } catch (IOException e) {
            in.clear();
            throw interrupted(e);
        } finally {
            in.flip();
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            // Nothing is lost: whatever mattered was answered.
        }
    }
}
