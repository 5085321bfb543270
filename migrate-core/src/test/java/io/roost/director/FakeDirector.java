package io.roost.director;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Plays the failures that a real director cannot be told to have. Each connection gets the next of a list of scripts. */
final class FakeDirector implements Closeable {
    static final String GREETING = "VERSION\tdirector-doveadm\t1\t0\n";

    private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    final List<String> received = new CopyOnWriteArrayList<>();

    /** One connection. */
    interface Script {
        void play(BufferedReader in, Socket socket) throws Exception;
    }

    FakeDirector(Script... scripts) throws IOException {
        Thread thread = new Thread(() -> {
            for (int i = 0;; i++) {
                try (Socket socket = server.accept()) {
                    BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1)) {
                        @Override
                        public String readLine() throws IOException {
                            String line = super.readLine();
                            received.add(line == null ? "END" : line);
                            return line;
                        }
                    };
                    scripts[Math.min(i, scripts.length - 1)].play(in, socket);
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                } catch (Exception e) {
                    return;
                }
            }
        }, "fake-director");
        thread.setDaemon(true);
        thread.start();
    }

    /** Greets, and answers each command with these bytes, then waits for the end. */
    static Script answering(String... answers) {
        return (in, socket) -> {
            socket.getOutputStream().write(GREETING.getBytes(StandardCharsets.ISO_8859_1));
            in.readLine();
            for (String answer : answers) {
                if (in.readLine() == null) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
            in.readLine();
        };
    }

    /** Greets, and closes at the first command. */
    static Script dropping() {
        return (in, socket) -> {
            socket.getOutputStream().write(GREETING.getBytes(StandardCharsets.ISO_8859_1));
            in.readLine();
            in.readLine();
        };
    }

    /** Sends bytes and waits for the end. */
    static Script sending(String bytes) {
        return (in, socket) -> {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            while (in.readLine() != null) {
                // until the client has enough
            }
        };
    }

    DirectorAddress address() {
        return new DirectorAddress("", server.getInetAddress().getHostAddress(), server.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
