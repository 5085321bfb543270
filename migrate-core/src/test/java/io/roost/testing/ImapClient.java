package io.roost.testing;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A logged-in IMAP session. Everything sent and received is a byte string; mailbox names are modified UTF-7. */
public final class ImapClient implements Closeable {
    private static final Pattern LITERAL = Pattern.compile("\\{(\\d+)}$");

    private final LineConnection connection;
    private int tag;

    ImapClient(LineConnection connection, String user) throws IOException {
        this.connection = connection;
        connection.line();
        command("LOGIN " + quote(user) + " pw");
    }

    /** Gives a command and returns the untagged answers and the tagged one; fails if that is not OK. */
    public List<String> command(String command) throws IOException {
        List<String> answers = attempt(command);
        String last = answers.get(answers.size() - 1);
        if (!last.startsWith("OK")) {
            throw new IOException("the server answered " + command + " with " + last);
        }
        return answers;
    }

    /**
     * Gives a command and returns the answers. A literal stands in the line after its {@code {n}} and a CR LF, as it came.
     * The last one is the tagged answer without its tag, starting with OK, NO or BAD.
     */
    public List<String> attempt(String command) throws IOException {
        String mark = "a" + ++tag + " ";
        connection.send(mark + command + "\r\n");
        List<String> answers = new ArrayList<>();
        while (true) {
            String answer = answer();
            if (answer.startsWith(mark)) {
                answers.add(answer.substring(mark.length()));
                return answers;
            }
            answers.add(answer);
        }
    }

    private String answer() throws IOException {
        StringBuilder answer = new StringBuilder();
        while (true) {
            String line = connection.line();
            answer.append(line);
            Matcher literal = LITERAL.matcher(line);
            if (!literal.find()) {
                return answer.toString();
            }
            answer.append("\r\n").append(connection.bytes(Integer.parseInt(literal.group(1))));
        }
    }

    /** Appends a message; {@code options} are flags in parentheses and a quoted date, or empty. */
    public List<String> append(String mailbox, String options, String message) throws IOException {
        return command("APPEND " + quote(mailbox) + (options.isEmpty() ? "" : " " + options) + " {" + message.length() + "+}\r\n"
                + message);
    }

    /** As a quoted string. */
    public static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Ends the connection without a word. */
    public void drop() throws IOException {
        connection.close();
    }

    /** Logs out. */
    @Override
    public void close() throws IOException {
        try (connection) {
            attempt("LOGOUT");
        }
    }
}
