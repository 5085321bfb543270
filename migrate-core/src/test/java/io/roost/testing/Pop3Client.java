package io.roost.testing;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A logged-in POP3 session. Everything received is a byte string. */
public final class Pop3Client implements Closeable {
    private final LineConnection connection;

    Pop3Client(LineConnection connection, String user) throws IOException {
        this.connection = connection;
        expectOk("the greeting");
        command("USER " + user);
        command("PASS pw");
    }

    /** Lines {@code number uidl}, in POP3's order. */
    public List<String> uidl() throws IOException {
        return list("UIDL");
    }

    /** Lines {@code number size}. */
    public List<String> list() throws IOException {
        return list("LIST");
    }

    /** A message with CR LF line ends. */
    public String retrieve(int number) throws IOException {
        return String.join("\r\n", list("RETR " + number));
    }

    /** Gives a command and returns its one line of answer; fails if that is not {@code +OK}. */
    public String command(String command) throws IOException {
        connection.send(command + "\r\n");
        return expectOk(command);
    }

    private List<String> list(String command) throws IOException {
        command(command);
        List<String> lines = new ArrayList<>();
        for (String line = connection.line(); !line.equals("."); line = connection.line()) {
            lines.add(line.startsWith(".") ? line.substring(1) : line);
        }
        return lines;
    }

    private String expectOk(String what) throws IOException {
        String answer = connection.line();
        if (!answer.startsWith("+OK")) {
            throw new IOException("the server answered " + what + " with " + answer);
        }
        return answer;
    }

    /** Ends the session, which is when messages marked by {@code DELE} go. */
    @Override
    public void close() throws IOException {
        try (connection) {
            command("QUIT");
        }
    }
}
