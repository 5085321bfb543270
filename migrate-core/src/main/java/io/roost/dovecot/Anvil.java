package io.roost.dovecot;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.roost.posix.ByteString;

/**
 * The sessions that a running Dovecot counts, asked of its anvil process over {@code BASE_DIR/anvil}, which is root's, as
 * {@code doveadm who} and {@code doveadm kick} do:
 *
 * <pre>
 *   client: "VERSION" TAB "anvil" TAB "1" TAB "0" LF  "CONNECT-DUMP" LF
 *   server: *( ident TAB pid TAB count LF ) LF                           ; no greeting
 *   ident  = service "/" [ [ ip ] "/" ] user                             ; without ip, but with "/": came over a unix socket
 * </pre>
 *
 * Fields are {@link TabEscaped}; pid and count are decimal numbers. There is a line for each process of each user. Deliveries are not
 * listed, nor is {@code doveadm}. Source: {@code src/anvil/connect-limit.c} and {@code src/doveadm/doveadm-who.c} of 2.3.19.1.
 * Immutable and thread-safe.
 */
public final class Anvil {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    /** For all of a long answer: somebody may be locked out meanwhile. */
    private static final Duration WHOLE_LIMIT = Duration.ofSeconds(30);
    private static final int MAX_LINE = 4096;
    /** As many as Linux has process ids. */
    private static final int MAX_LINES = 4 << 20;
    private static final Pattern IP = Pattern.compile("[0-9a-fA-F:.]{0,45}");

    private final Path socket;
    private final Duration answerLimit;

    /**
     * A process that serves a user.
     *
     * @param service such as {@code imap}, a byte string
     * @param user    a byte string
     * @param pid     above 0
     */
    public record Session(String service, String user, long pid) {
    }

    /** @param socket {@code BASE_DIR/anvil} */
    public Anvil(Path socket) {
        this(socket, ANSWER_LIMIT);
    }

    /** @param answerLimit within which each line must come */
    Anvil(Path socket, Duration answerLimit) {
        this.socket = socket;
        this.answerLimit = answerLimit;
    }

    /** The one of the Dovecot with these settings. */
    public static Anvil of(DovecotSettings settings) {
        return new Anvil(Path.of(settings.get("base_dir"), "anvil"));
    }

    /**
     * Shows all sessions to the visitor.
     *
     * @throws IOException if nobody answers, or not in full; what was shown until then is not all
     */
    public void sessions(Consumer<Session> visitor) throws IOException {
        try (LineSocket connection = LineSocket.connect(UnixDomainSocketAddress.of(socket), CONNECT_LIMIT, answerLimit, MAX_LINE)) {
            connection.send("VERSION\tanvil\t1\t0\nCONNECT-DUMP");
            long deadline = System.nanoTime() + WHOLE_LIMIT.toNanos();
            for (int i = 0; i < MAX_LINES && System.nanoTime() < deadline; i++) {
                String line = connection.line();
                if (line.isEmpty()) {
                    return;
                }
                parse(line).ifPresent(visitor);
            }
            throw new ProtocolException(this + " goes on listing sessions, after " + MAX_LINES + " of them or "
                    + WHOLE_LIMIT.toSeconds() + " seconds");
        }
    }

    /** Empty if nobody's name is in it. */
    static Optional<Session> parse(String line) throws ProtocolException {
        List<String> fields = TabEscaped.fields(line);
        if (fields.size() < 3 || !fields.get(1).matches("[1-9][0-9]{0,17}") || !fields.get(2).matches("[0-9]{1,10}")) {
            throw new ProtocolException("anvil listed \"" + ByteString.toText(line.substring(0, Math.min(line.length(), 200)))
                    + "\", expected service/ip/user, a process id and a number");
        }
        String ident = fields.get(0);
        int service = ident.indexOf('/');
        if (service < 0) {
            return Optional.empty();
        }
        // A name may have a slash in it itself.
        int ip = ident.indexOf('/', service + 1);
        boolean hasIp = ip > 0 && IP.matcher(ident.substring(service + 1, ip)).matches();
        return Optional.of(new Session(ident.substring(0, service), ident.substring((hasIp ? ip : service) + 1),
                Long.parseLong(fields.get(1))));
    }

    @Override
    public String toString() {
        return "anvil at " + socket;
    }
}
