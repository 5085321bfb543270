package io.roost.gate;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.roost.dovecot.LineSocket;
import io.roost.dovecot.TabEscaped;
import io.roost.dovecot.UserNames;
import io.roost.posix.ByteString;

/**
 * The auth of the Dovecot on this host, over its master socket {@code BASE_DIR/auth-master}, which is root's: the protocol of
 * {@code src/auth/auth-master-connection.c}, version 1, in lines that end with LF and fields divided by TAB.
 *
 * <pre>
 *   server: "VERSION" TAB "1" TAB minor LF  "SPID" TAB pid LF
 *   client: "VERSION" TAB "1" TAB "0" LF
 *           1*( "USER" TAB id TAB name TAB "service=" service LF )
 *   server: "USER" TAB id TAB name *( TAB field [ "=" value ] ) LF
 *         / "NOTFOUND" TAB id LF
 *         / "FAIL" TAB id [ TAB "reason=" text ] LF
 *   client: "CACHE-FLUSH" TAB id TAB name LF          ; not on every such socket, but on auth-master
 *   server: "OK" TAB id TAB count LF
 * </pre>
 *
 * <p>Fields are tab-escaped, except for the reason: 2.3.19 writes it as it is, so that tabs in it look like further fields.
 * {@code auth-userdb} beside it speaks the same, but flushes no cache. Each question is a connection of its own, so that a
 * restart of Dovecot is not noticed. Immutable and thread-safe.
 */
public final class AuthSocket implements AuthProbe {
    /** Dovecot's own clients wait longer, but somebody is locked out meanwhile. */
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** A userdb's answer is one line. */
    private static final int MAX_LINE = 256 << 10;
    private static final String VERSION = "VERSION\t1\t0\n";

    private final Path socket;
    private final List<String> services;

    /**
     * @param socket  {@code BASE_DIR/auth-master}
     * @param service as which to ask: userdbs may answer by it, such as {@code imap}
     */
    public AuthSocket(Path socket, String service) {
        this(socket, List.of(service));
    }

    /** @param services one or more; the first is asked for where one is enough */
    public AuthSocket(Path socket, List<String> services) {
        this.socket = socket;
        this.services = List.copyOf(services);
    }

    @Override
    public AuthAnswer ask(String user) throws IOException {
        return ask(user, services.subList(0, 1)).get(0).answer();
    }

    @Override
    public List<ServiceAnswer> askForEach(String user) throws IOException {
        return ask(user, services);
    }

    private List<ServiceAnswer> ask(String user, List<String> asked) throws IOException {
        UserNames.check(user);
        StringBuilder commands = new StringBuilder();
        for (int i = 0; i < asked.size(); i++) {
            commands.append(i == 0 ? "" : "\n").append("USER\t").append(i + 1).append('\t')
                    .append(TabEscaped.escape(ByteString.ofText(user)))
                    .append("\tservice=").append(TabEscaped.escape(asked.get(i)));
        }
        AuthAnswer[] answers = new AuthAnswer[asked.size()];
        // Not in order: one may come from a cache, and one from a database.
        for (String line : converse(commands.toString(), asked.size())) {
            String[] fields = line.split("\t", -1);
            int id = fields.length > 1 && fields[1].matches("[1-9][0-9]{0,3}") ? Integer.parseInt(fields[1]) : 0;
            if (id < 1 || id > answers.length || answers[id - 1] != null) {
                throw unexpected(line);
            }
            answers[id - 1] = parse(line, fields);
        }
        List<ServiceAnswer> found = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            found.add(new ServiceAnswer(asked.get(i), answers[i]));
        }
        return found;
    }

    @Override
    public void flushCache(String user) throws IOException {
        UserNames.check(user);
        String answer = converse("CACHE-FLUSH\t1\t" + TabEscaped.escape(ByteString.ofText(user)), 1).get(0);
        if (!answer.startsWith("OK\t1")) {
            throw unexpected(answer);
        }
    }

    /** @param answers how many lines to wait for */
    private List<String> converse(String commands, int answers) throws IOException {
        boolean greeted = false;
        List<String> lines = new ArrayList<>();
        try (LineSocket connection = LineSocket.connect(UnixDomainSocketAddress.of(socket), LIMIT, LIMIT, MAX_LINE)) {
            connection.send(VERSION + commands);
            while (lines.size() < answers) {
                String line = connection.line();
                if (line.startsWith("VERSION\t")) {
                    if (!line.startsWith("VERSION\t1\t")) {
                        throw unexpected(line);
                    }
                    greeted = true;
                } else if (!line.startsWith("SPID\t")) {
                    lines.add(line);
                }
            }
            return lines;
        } catch (IOException e) {
            if (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted()) {
                throw e;
            }
            if (greeted || e instanceof SocketTimeoutException) {
                throw new IOException(name() + ": " + e.getMessage(), e);
            }
            throw new Unreachable(name(), e);
        }
    }

    private AuthAnswer parse(String line, String[] fields) throws IOException {
        return switch (fields[0]) {
            case "USER" -> AuthAnswer.admitted(fields(line, fields));
            case "NOTFOUND" -> AuthAnswer.unknown();
            case "FAIL" -> AuthAnswer.tempfail(fields.length > 2 && fields[2].startsWith("reason=")
                    ? line.substring(line.indexOf("reason=") + "reason=".length()) : "");
            default -> throw unexpected(line);
        };
    }

    private Map<String, String> fields(String line, String[] fields) throws IOException {
        if (fields.length < 3) {
            throw unexpected(line);
        }
        Map<String, String> found = new LinkedHashMap<>();
        found.put("user", TabEscaped.unescape(fields[2]));
        for (int i = 3; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            String key = equals < 0 ? fields[i] : fields[i].substring(0, equals);
            found.putIfAbsent(key, equals < 0 ? "" : TabEscaped.unescape(fields[i].substring(equals + 1)));
        }
        return found;
    }

    private IOException unexpected(String line) {
        return new IOException(name() + " answered \"" + ByteString.toText(line.substring(0, Math.min(line.length(), 200)))
                + "\", which is no answer to what it was asked");
    }

    @Override
    public boolean tellsReason() {
        return true;
    }

    @Override
    public String name() {
        return "auth at " + socket;
    }
}
