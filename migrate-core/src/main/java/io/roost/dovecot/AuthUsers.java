package io.roost.dovecot;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;

/**
 * Users as Dovecot's own userdb has them, asked over the socket {@code BASE_DIR/auth-userdb}: a process less for each user than
 * {@link DoveadmUsers}, which is asked about everything that needs more than a plain answer.
 *
 * <pre>
 *   server: "VERSION" TAB "1" TAB minor LF  "SPID" TAB pid LF
 *   client: "VERSION" TAB "1" TAB "0" LF
 *
 *   client: "USER" TAB id TAB name TAB "service=doveadm" LF
 *   server: "USER" TAB id TAB name *( TAB field [ "=" value ] ) LF
 *         / "NOTFOUND" TAB id LF
 *         / "FAIL" TAB id [ TAB "reason=" text ] LF
 *
 *   client: "LIST" TAB id TAB "service=doveadm" LF
 *   server: *( "LIST" TAB id TAB name LF ) "DONE" TAB id TAB [ "fail" ] LF
 * </pre>
 *
 * Fields are {@link TabEscaped}. Source: {@code src/auth/auth-master-connection.c} of 2.3.19.1. What the userdb leaves open comes from
 * {@code mail_home}, {@code mail_uid}, {@code mail_gid} and {@code mail_location}, as {@code doveadm user} has it. Each question
 * is a connection of its own: an idle one would keep the old auth process alive for a minute when Dovecot is restarted.
 * Immutable and thread-safe.
 */
public final class AuthUsers implements UserDatabase {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    /** A slow SQL server is no reason to give up. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final int MAX_LINE = 256 << 10;
    /** The name of a system user, for example. */
    private static final int UNCLEAR = -2;
    private static final String SERVICE = "\tservice=doveadm";

    private final Path socket;
    private final DovecotSettings settings;
    private final UserDatabase other;

    /** @param other asked where the socket is not to be reached, or its answer is not all there is to say */
    public AuthUsers(DovecotSettings settings, UserDatabase other) {
        this.socket = Path.of(settings.get("base_dir"), "auth-userdb");
        this.settings = settings;
        this.other = other;
    }

    @Override
    public MailUser find(String name) throws IOException {
        UserNames.check(name);
        List<String> answer;
        try {
            answer = ask(name);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            // Not there, or not for us: doveadm can say why, or has other ways.
            return other.find(name);
        }
        return switch (answer.get(0)) {
            case "USER" -> user(name, answer);
            case "NOTFOUND" -> throw new UnknownUser(name, "Dovecot's userdb");
            default -> other.find(name);
        };
    }

    private List<String> ask(String name) throws IOException {
        try (LineSocket connection = connect()) {
            connection.send("USER\t1\t" + TabEscaped.escape(ByteString.ofText(name)) + SERVICE);
            List<String> fields = TabEscaped.fields(connection.line());
            if (fields.size() < 2 || !fields.get(1).equals("1") || fields.get(0).equals("USER") && fields.size() < 3) {
                throw new ProtocolException("auth answered " + ByteString.toText(String.join(" ", fields)));
            }
            return fields;
        }
    }

    private LineSocket reach() throws IOException {
        try {
            return connect();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new Unreachable(socket, e);
        }
    }

    private LineSocket connect() throws IOException {
        LineSocket connection = LineSocket.connect(UnixDomainSocketAddress.of(socket), CONNECT_LIMIT, ANSWER_LIMIT, MAX_LINE);
        boolean good = false;
        try {
            connection.send("VERSION\t1\t0");
            for (String line; !(line = connection.line()).startsWith("SPID\t");) {
                if (line.startsWith("VERSION\t") && !line.startsWith("VERSION\t1\t")) {
                    throw new ProtocolException("auth speaks " + ByteString.toText(line) + ", expected version 1");
                }
            }
            good = true;
            return connection;
        } finally {
            if (!good) {
                connection.close();
            }
        }
    }

    private MailUser user(String asked, List<String> answer) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : answer.subList(3, answer.size())) {
            int equals = field.indexOf('=');
            fields.putIfAbsent(equals < 0 ? field : field.substring(0, equals), equals < 0 ? "" : field.substring(equals + 1));
        }
        String name = UserNames.ofBytes(answer.get(2));
        int uid = id(fields.remove("uid"), settings.mailUid());
        int gid = id(fields.remove("gid"), settings.mailGid());
        String home = fields.remove("home");
        Optional<String> mail = Optional.ofNullable(fields.remove("mail")).filter(value -> !value.isEmpty());
        if (uid == UNCLEAR || gid == UNCLEAR || home != null && home.contains("/./")) {
            return other.find(asked);
        }
        if (home == null || home.isEmpty()) {
            String template = settings.get("mail_home");
            if (template.isEmpty()) {
                return other.find(asked);
            }
            // A home that is made of itself cannot be; "/" stands in until it is known.
            home = MailUser.of(name, "/", uid, gid, mail, fields).variables().expand(template);
        }
        MailUser user = MailUser.of(name, home, uid, gid, mail, fields);
        if (mail.isPresent() || settings.mailLocation().isEmpty()) {
            return user;
        }
        return MailUser.of(name, home, uid, gid, Optional.of(user.variables().expand(settings.mailLocation())), fields);
    }

    /** A number from the userdb, else from the settings; -1 if neither has one. */
    private static int id(String value, String setting) {
        String text = value == null || value.isEmpty() ? setting : value;
        return text.isEmpty() ? -1 : text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : UNCLEAR;
    }

    /** Nobody answers where auth should. */
    public static final class Unreachable extends IOException {
        Unreachable(Path socket, IOException why) {
            super("Dovecot's auth does not answer on " + socket + ": " + why.getMessage(), why);
        }
    }

    /**
     * Everybody whom the userdb lists, in its order.
     *
     * @return names as Dovecot gives them, not checked
     * @throws Unreachable if it cannot be asked
     * @throws IOException if it cannot list its users
     */
    public List<String> all() throws IOException {
        try (LineSocket connection = reach()) {
            connection.send("LIST\t1" + SERVICE);
            List<String> names = new ArrayList<>();
            while (true) {
                List<String> fields = TabEscaped.fields(connection.line());
                if (fields.get(0).equals("DONE")) {
                    if (fields.size() > 2 && fields.get(2).equals("fail")) {
                        throw new IOException("Dovecot cannot list its users: its log says why. Not every userdb can: SQL and LDAP "
                                + "need an iterate_query or iterate_filter. Else give --users-file FILE");
                    }
                    return names;
                }
                if (!fields.get(0).equals("LIST") || fields.size() < 3) {
                    throw new ProtocolException("auth answered " + ByteString.toText(String.join(" ", fields)));
                }
                names.add(UserNames.ofBytes(fields.get(2)));
            }
        } catch (EOFException e) {
            throw new IOException("Dovecot's auth closed the connection while it listed its users", e);
        }
    }
}
