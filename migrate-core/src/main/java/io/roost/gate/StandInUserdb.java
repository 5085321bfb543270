package io.roost.gate;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.roost.dovecot.TabEscaped;
import io.roost.dovecot.UserNames;
import io.roost.posix.ByteString;

/**
 * A userdb of one user, for a {@code doveadm} that works behind a closed gate: with {@code -o auth_socket_path=SOCKET} it asks
 * here instead of Dovecot's auth, which would say that the user cannot be looked up now. It answers as {@link AuthSocket} asks;
 * who else is asked for does not exist. Where {@code doveadm_port} is set, doveadm asks first whether the user is proxied
 * ({@code PASS id name}, answered by {@code PASS id user=name} and no {@code proxy}): the work is to be done here.
 *
 * <p>The socket lies in a directory of its own that only this process's user can enter. Close it when doveadm has ended.
 */
public final class StandInUserdb implements Closeable {
    private static final int MAX_LINES = 1000;

    private final Path directory;
    private final Path socket;
    private final ServerSocketChannel server;
    private final String user;
    private final String answer;

    private StandInUserdb(Path directory, ServerSocketChannel server, String user, String answer) {
        this.directory = directory;
        this.socket = directory.resolve("auth");
        this.server = server;
        this.user = user;
        this.answer = answer;
    }

    /**
     * @param user   text
     * @param fields what the userdb is to say, byte strings: {@code uid}, {@code gid}, {@code home}, {@code mail}, and so on
     */
    public static StandInUserdb start(String user, Map<String, String> fields) throws IOException {
        UserNames.check(user);
        StringBuilder answer = new StringBuilder(TabEscaped.escape(ByteString.ofText(user)));
        fields.forEach((name, value) -> answer.append('\t').append(TabEscaped.escape(name)).append('=').append(TabEscaped.escape(value)));
        // mode 0700
        Path directory = Files.createTempDirectory("roost-auth");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        StandInUserdb userdb = new StandInUserdb(directory, server, ByteString.ofText(user), answer.toString());
        try {
            server.bind(UnixDomainSocketAddress.of(userdb.socket));
        } catch (IOException | RuntimeException e) {
            userdb.close();
            throw e;
        }
        Thread thread = new Thread(userdb::serve, "stand-in-userdb");
        thread.setDaemon(true);
        thread.start();
        return userdb;
    }

    /** For {@code auth_socket_path}. */
    public String socket() {
        return socket.toString();
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                converse(client);
            } catch (IOException e) {
                // the client went away, or this was closed
            }
        }
    }

    private void converse(SocketChannel client) throws IOException {
        send(client, "VERSION\t1\t1\nSPID\t" + ProcessHandle.current().pid() + "\n");
        BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(client), StandardCharsets.ISO_8859_1));
        String line;
        for (int i = 0; i < MAX_LINES && (line = in.readLine()) != null; i++) {
            String[] fields = line.split("\t");
            if ((fields[0].equals("USER") || fields[0].equals("PASS")) && fields.length > 2) {
                boolean known = TabEscaped.unescape(fields[2]).equals(user);
                String fieldsOf = fields[0].equals("USER") ? answer : "user=" + TabEscaped.escape(user);
                send(client, known ? fields[0] + "\t" + fields[1] + "\t" + fieldsOf + "\n" : "NOTFOUND\t" + fields[1] + "\n");
            } else if (!fields[0].equals("VERSION")) {
                return;
            }
        }
    }

    private static void send(SocketChannel client, String line) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(ByteString.toBytes(line));
        while (out.hasRemaining()) {
            client.write(out);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socket);
        Files.deleteIfExists(directory);
    }
}
