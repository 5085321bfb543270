package io.roost.director;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.roost.director.DirectorException.Kind;
import io.roost.dovecot.LineSocket;
import io.roost.dovecot.TabEscaped;
import io.roost.posix.ByteString;

/**
 * The doveadm-server of another Dovecot, as {@code doveadm} itself talks to it over TCP ({@code doveadm_port}):
 *
 * <pre>
 *   client: "VERSION" TAB "doveadm-server" TAB "1" TAB "0" LF
 *   server: "+" LF / "-" LF                                        ; "-": a password is wanted
 *   client: "PLAIN" TAB base64( NUL "doveadm" NUL password ) LF    ; then the server's "+", or "-" and the end
 *   client: flags TAB user TAB command *( TAB argument ) LF
 *   server: *( column TAB ) LF  ( "+" LF / "-" code LF )           ; the columns of all rows in one line
 * </pre>
 *
 * Fields are {@link TabEscaped}. Each command is a connection of its own, though the protocol allows for more: 2.3.19.1 counts the
 * columns of all commands of a connection together, so that those of the second may come late or not at all; and after a fatal
 * error the server is gone. Source: Dovecot 2.3's {@code client-connection-tcp.c} and {@code doveadm-print-server.c}, and a running
 * 2.3.19.1. Immutable and thread-safe.
 */
public final class DoveadmServer {
    private static final int MAX_LINE = 1 << 20;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private final DirectorAddress address;
    private final String password;

    /**
     * @param address  the host's {@code doveadm_port}
     * @param password {@code doveadm_password} there
     */
    public DoveadmServer(DirectorAddress address, String password) {
        this.address = address;
        this.password = password;
    }

    /** It refused a command, or said that it failed. */
    public static final class Refused extends IOException {
        private final String code;

        Refused(String message, String code) {
            super(message);
            this.code = code;
        }

        /** Such as {@code NOTFOUND}. */
        public String code() {
            return code;
        }
    }

    /**
     * Runs a command.
     *
     * @param user    whose mail it concerns; empty for commands of the whole server
     * @param command with its arguments, text
     * @return the columns of all rows, byte strings
     * @throws Refused           if it failed
     * @throws DirectorException if the server cannot be reached, or says something else than the protocol has
     */
    public List<String> run(String user, String... command) throws IOException {
        List<String> fields = new ArrayList<>(List.of("", ByteString.ofText(user)));
        for (String argument : command) {
            fields.add(ByteString.ofText(argument));
        }
        try (LineSocket socket = connect()) {
            socket.send(TabEscaped.line(fields.toArray(String[]::new)));
            String rows = socket.line();
            String end = socket.line();
            if (!end.equals("+")) {
                throw new Refused("doveadm " + String.join(" ", command) + " failed at " + address + ": " + ByteString.toText(end),
                        end.startsWith("-") ? end.substring(1) : "");
            }
            List<String> columns = TabEscaped.fields(rows);
            return columns.subList(0, columns.size() - 1);
        } catch (ProtocolException e) {
            throw new DirectorException(Kind.PROTOCOL, address + ": " + e.getMessage(), e);
        }
    }

    private LineSocket connect() throws IOException {
        LineSocket socket;
        try {
            socket = LineSocket.connect(address.resolve(), CONNECT, ANSWER, MAX_LINE);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw new DirectorException(Kind.UNREACHABLE, "doveadm at " + address + " cannot be reached: " + e.getMessage(), e);
        }
        boolean ready = false;
        try {
            socket.send("VERSION\tdoveadm-server\t1\t0");
            String answer = socket.line();
            if (answer.equals("-")) {
                byte[] plain = ByteString.toBytes("\0doveadm\0" + ByteString.ofText(password));
                socket.send("PLAIN\t" + Base64.getEncoder().encodeToString(plain));
                answer = socket.line();
                if (answer.equals("-")) {
                    throw new DirectorException(Kind.REFUSED, "doveadm at " + address + " does not take the password: it is "
                            + "doveadm_password of its configuration");
                }
            }
            if (!answer.equals("+")) {
                throw new DirectorException(Kind.PROTOCOL, address + " is no doveadm port: expected + or -, found \""
                        + ByteString.toText(answer.substring(0, Math.min(80, answer.length()))) + "\"");
            }
            ready = true;
            return socket;
        } finally {
            if (!ready) {
                socket.close();
            }
        }
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
