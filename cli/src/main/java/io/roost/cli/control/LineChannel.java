package io.roost.cli.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Lines of UTF-8, ended by LF, over a socket. One thread may read while another writes; whoever closes it wakes both. (The streams
 * of {@link java.nio.channels.Channels} would not do: their reading keeps others from writing.)
 */
final class LineChannel implements Closeable {
    private static final int BUFFER = 16 * 1024;

    private final SocketChannel channel;
    private final int longest;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER).flip();

    /** @param longest bytes of a line that is read */
    LineChannel(SocketChannel channel, int longest) {
        this.channel = channel;
        this.longest = longest;
    }

    /**
     * Waits for a line.
     *
     * @return without its end; null if the other side has closed
     * @throws ControlException if the line is too long or not UTF-8
     */
    String read() throws IOException {
        byte[] line = new byte[Math.min(256, longest)];
        int length = 0;
        while (true) {
            if (!in.hasRemaining()) {
                in.clear();
                int n = channel.read(in);
                in.flip();
                if (n < 0) {
                    // half a line is no request: who sent it may have been killed
                    return null;
                }
            }
            while (in.hasRemaining()) {
                byte b = in.get();
                if (b == '\n') {
                    return text(line, length);
                }
                if (length == longest) {
                    throw new ControlException(ControlException.Kind.PROTOCOL, "a line of more than " + longest + " bytes", null);
                }
                if (length == line.length) {
                    line = Arrays.copyOf(line, Math.min(longest, 2 * length));
                }
                line[length++] = b;
            }
        }
    }

    private static String text(byte[] line, int length) throws ControlException {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line, 0, length));
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new ControlException(ControlException.Kind.PROTOCOL, "a line that is not UTF-8", e);
        }
    }

    /** Writes text that holds its line ends; waits for as long as the other side does not read. */
    void write(String text) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
