package io.roost.testing;

import java.io.Closeable;
import java.io.IOException;

/** An LMTP session. */
public final class LmtpClient implements Closeable {
    private final LineConnection connection;

    LmtpClient(LineConnection connection) throws IOException {
        this.connection = connection;
        expect("2", "the greeting");
        command("LHLO localhost", "2");
    }

    /** Delivers a message, a byte string with LF or CR LF line ends, and returns the answer. */
    public String deliver(String user, String message) throws IOException {
        String refusal = recipient(user);
        if (!refusal.startsWith("2")) {
            throw new IOException("the server answered RCPT TO:<" + user + "> with " + refusal);
        }
        return data(message);
    }

    /** Names the recipient of the next mail and returns the answer, which may be a refusal. */
    public String recipient(String user) throws IOException {
        command("MAIL FROM:<sender@example.org>", "2");
        return command("RCPT TO:<" + user + ">", "");
    }

    /** Takes the last recipients back. */
    public void reset() throws IOException {
        command("RSET", "2");
    }

    /** Sends the mail to who was named. */
    public String data(String message) throws IOException {
        command("DATA", "3");
        StringBuilder data = new StringBuilder();
        message.lines().forEach(l -> data.append(l.startsWith(".") ? "." : "").append(l).append("\r\n"));
        return command(data + ".", "2");
    }

    private String command(String command, String expected) throws IOException {
        connection.send(command + "\r\n");
        return expect(expected, command);
    }

    private String expect(String expected, String what) throws IOException {
        String answer = connection.line();
        while (answer.startsWith("-", 3)) {
            answer = connection.line();
        }
        if (!answer.startsWith(expected)) {
            throw new IOException("the server answered " + what + " with " + answer);
        }
        return answer;
    }

    /** Ends the connection without a word. */
    public void drop() throws IOException {
        connection.close();
    }

    @Override
    public void close() throws IOException {
        if (!connection.isOpen()) {
            return;
        }
        try (connection) {
            command("QUIT", "2");
        }
    }
}
