package io.roost.posix;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message to a unix datagram socket, which Java cannot send: what {@code sd_notify(3)} does.
 *
 * <pre>
 *   struct sockaddr_un = u16 family (AF_UNIX, native order), path of at most 107 bytes; an abstract name begins with NUL
 * </pre>
 */
public final class Datagram {
    private static final int MAX_PATH = 107;

    private Datagram() {
    }

    /**
     * Sends one datagram.
     *
     * @param socket path, a byte string; {@code @name} is an abstract name
     * @param text   what to say, in UTF-8
     * @throws PosixException           if nobody listens there, or it may not be written to
     * @throws IllegalArgumentException if the path is empty, too long or holds NUL
     */
    public static void send(String socket, String text) throws PosixException {
        if (socket.isEmpty() || socket.length() > MAX_PATH || socket.indexOf(0) >= 0) {
            throw new IllegalArgumentException("no path of a socket: " + ByteString.toText(socket.replace((char) 0, '?')));
        }
        byte[] path = ByteString.toBytes(socket);
        boolean isAbstract = path[0] == '@';
        byte[] address = new byte[2 + path.length + (isAbstract ? 0 : 1)];
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        address[little ? 0 : 1] = (byte) Libc.AF_UNIX;
        System.arraycopy(path, 0, address, 2, path.length);
        if (isAbstract) {
            address[2] = 0;
        }
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        int fd = Call.of("make a socket for", socket,
                () -> Libc.C.socket(Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0));
        try {
            Call.ofLong("send to", socket, () -> Libc.C.sendto(fd, data, data.length, 0, address, address.length));
        } finally {
            Libc.C.close(fd);
        }
    }
}
