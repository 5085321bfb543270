package io.roost.cli.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that does not keep to the protocol. */
final class RawClient implements AutoCloseable {
    private final SocketChannel channel;
    private final StringBuilder received = new StringBuilder();
    private boolean closed;

    RawClient(Path state) throws IOException {
        channel = ControlSocket.connect(state.toString());
        channel.configureBlocking(false);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes));
    }

    /** Everything that has come so far. */
    String receive() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try {
            int n;
            while ((n = channel.read(buffer)) > 0) {
                received.append(StandardCharsets.UTF_8.decode(buffer.flip()));
                buffer.clear();
            }
            closed |= n < 0;
        } catch (IOException e) {
            closed = true;
        }
        return received.toString();
    }

    boolean isClosed() {
        receive();
        return closed;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
