package io.roost.hostchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;

/**
 * Asks a backend's daemon for a flush, as a director does: see {@link FlushRequest} and {@link FlushReply}. Immutable and
 * thread-safe.
 */
final class FlushClient {
    private static final int MAX_ANSWER = 64 * 1024;
    private static final ScheduledThreadPoolExecutor TIMER = timer();

    private final String name;
    private final SocketAddress address;
    private final Duration patience;

    private FlushClient(String name, SocketAddress address, Duration patience) {
        this.name = name;
        this.address = address;
        this.patience = patience;
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "flush-client-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /**
     * @param address  {@code IP:PORT}, or the path of a unix socket
     * @param patience for connection, request and answer together
     */
    static FlushClient of(String address, Duration patience) throws InvalidSettingException {
        if (address.startsWith("/")) {
            return new FlushClient(address, UnixDomainSocketAddress.of(address), patience);
        }
        int colon = address.lastIndexOf(':');
        String ip = colon < 0 ? "" : address.substring(0, colon).replace("[", "").replace("]", "");
        String port = address.substring(colon + 1);
        if (!ip.matches("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*") || !port.matches("[0-9]{1,5}")
                || Integer.parseInt(port) > 65535) {
            throw new InvalidSettingException("address of a backend's daemon", address, "IP:PORT, or the path of a unix socket",
                    "write it as in 10.1.0.11:9093");
        }
        try {
            return new FlushClient(address, new InetSocketAddress(InetAddress.getByName(ip), Integer.parseInt(port)), patience);
        } catch (IOException e) {
            throw new InvalidSettingException("address of a backend's daemon", address, "an IP address", "correct it");
        }
    }

    /** The address as it was given. */
    String name() {
        return name;
    }

    /** @throws IOException if it cannot be asked, or says that something went wrong */
    void flush(FlushRequest request) throws IOException {
        boolean tcp = address instanceof InetSocketAddress;
        try (SocketChannel channel = tcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX)) {
            ScheduledFuture<?> end = TIMER.schedule(() -> close(channel), patience.toMillis(), TimeUnit.MILLISECONDS);
            try {
                channel.connect(address);
                String bytes = tcp ? request.write().replace("\n", "\r\n") + ".\r\n" : request.write();
                ByteBuffer buffer = ByteBuffer.wrap(ByteString.toBytes(bytes));
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.shutdownOutput();
                List<String> problems = problems(read(channel), tcp);
                if (!problems.isEmpty()) {
                    throw new IOException(String.join("; ", problems));
                }
            } finally {
                end.cancel(false);
            }
        } catch (AsynchronousCloseException e) {
            throw new IOException("no answer within " + patience.toSeconds() + " seconds", e);
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it is closed all the same
        }
    }

    private static String read(SocketChannel channel) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        while (channel.read(buffer.clear()) >= 0) {
            answer.write(buffer.array(), 0, buffer.position());
            if (answer.size() > MAX_ANSWER) {
                throw new ProtocolException("an answer of more than " + MAX_ANSWER + " bytes");
            }
        }
        return ByteString.of(answer.toByteArray(), 0, answer.size());
    }

    /** What went wrong; nothing for success. */
    static List<String> problems(String answer, boolean tcp) throws ProtocolException {
        if (!answer.endsWith("+\n") && !answer.endsWith("-\n")) {
            throw new ProtocolException("the answer does not end in + or -: " + LastHost.shown(answer));
        }
        if (answer.endsWith("+\n")) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        for (String line : answer.substring(0, answer.length() - 2).split("\r?\n")) {
            if (!line.isEmpty() && !(tcp && line.equals("."))) {
                problems.add(ByteString.toText(line));
            }
        }
        return problems.isEmpty() ? List.of("it says no more than that it failed") : problems;
    }
}
