package io.roost.director;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import io.roost.dovecot.InvalidSettingException;

/**
 * Where a director takes director-admin connections: the unix socket {@code BASE_DIR/director-admin}, or a TCP port whose
 * {@code inet_listener} in {@code service director} has a name that ends in {@code admin} or {@code doveadm}. That protocol has
 * no password: the port belongs on an internal address.
 *
 * @param path unix socket, absolute; empty for TCP
 * @param host name or IP address; empty for a unix socket
 * @param port 1 to 65535; 0 for a unix socket
 */
public record DirectorAddress(String path, String host, int port) {
    private static final int MAX_SOCKET_PATH = 107;

    /**
     * Reads {@code /path}, {@code unix:/path}, {@code host:port}, {@code tcp:host:port} or {@code [IPv6]:port}.
     *
     * @throws InvalidSettingException if it is none of these
     */
    public static DirectorAddress parse(String text) throws InvalidSettingException {
        String rest = text.startsWith("unix:") ? text.substring(5) : text.startsWith("tcp:") ? text.substring(4) : text;
        if (rest.startsWith("/") && !text.startsWith("tcp:")) {
            return ofPath(rest);
        }
        int colon = rest.lastIndexOf(':');
        String host = colon < 0 ? "" : rest.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        String digits = rest.substring(colon + 1);
        boolean isPort = digits.matches("[0-9]{1,5}") && Integer.parseInt(digits) > 0 && Integer.parseInt(digits) < 65536;
        if (text.startsWith("unix:") || host.isEmpty() || !host.matches("[A-Za-z0-9_.:%-]{1,255}") || !isPort) {
            throw bad(text);
        }
        return new DirectorAddress("", host, Integer.parseInt(digits));
    }

    private static DirectorAddress ofPath(String path) throws InvalidSettingException {
        try {
            Path.of(path);
        } catch (InvalidPathException e) {
            throw bad(path);
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new InvalidSettingException("address of a director", path, "at most " + MAX_SOCKET_PATH + " bytes",
                    "the system takes no longer socket path: use a shorter one, or TCP");
        }
        return new DirectorAddress(path, "", 0);
    }

    private static InvalidSettingException bad(String text) {
        return new InvalidSettingException("address of a director", text, "/path/of/director-admin or host:port",
                "it is the socket director-admin in the director's base_dir, or a TCP inet_listener of service director whose "
                        + "name ends in -admin");
    }

    boolean isUnix() {
        return host.isEmpty();
    }

    /** To connect to; a name is looked up now. */
    SocketAddress resolve() throws IOException {
        if (isUnix()) {
            return UnixDomainSocketAddress.of(path);
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("the name " + host + " is unknown");
        }
        return address;
    }

    @Override
    public String toString() {
        return isUnix() ? path : host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
