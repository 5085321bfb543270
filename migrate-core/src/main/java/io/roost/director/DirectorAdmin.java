package io.roost.director;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.roost.director.DirectorException.Kind;
import io.roost.dovecot.TabEscaped;
import io.roost.posix.ByteString;

/**
 * Dovecot's director, asked over its director-admin protocol:
 *
 * <pre>
 *   server: "VERSION" TAB "director-doveadm" TAB "1" TAB minor LF        ; at once
 *   client: the same
 *   client: "USER-LOOKUP" TAB user LF       server: host TAB expires TAB hashed TAB configured LF
 *   client: "USER-MOVE" TAB user TAB ip LF  server: "OK" / "NOTFOUND" / "TRYAGAIN" LF
 *   client: "USER-KICK" TAB mask TAB "nowait" LF   server: "OK" / "TRYAGAIN" LF
 *   client: "USER-LIST" [ TAB ip ] LF       server: *( hash TAB expires TAB ip LF ) LF
 *   client: "HOST-LIST" LF                  server: *( ip TAB vhosts TAB users TAB tag TAB ( "U" / "D" ) TAB changed LF ) LF
 *   client: "DIRECTOR-LIST" LF              server: *( ip TAB port TAB type TAB failed TAB [ status ... ] LF ) LF
 * </pre>
 *
 * Fields are {@link TabEscaped}; a client's line may have 1023 bytes. To a command that it does not know or whose arguments
 * are malformed the director gives no answer but closes the connection. A name of digits only is taken for a hash, so that for
 * such users the hash is sent. {@code USER-MOVE} to the backend where the user is refreshes the mapping; nothing else in this
 * protocol does. Source: {@code doveadm-connection.c} of Dovecot 2.3, and a running 2.3.19.1.
 *
 * <p>The addresses are tried in turn, and the one that answered stays in use until it fails. All of these commands may be
 * repeated, so that a dropped connection is made again and the command sent again. Thread-safe: threads take turns on one
 * connection, and lists have one of their own.
 */
public final class DirectorAdmin implements Director {
    /** The director's input buffer has 1024 bytes; a longer line would never be answered. */
    private static final int MAX_COMMAND = 1023;
    private static final int MAX_ROWS = 10_000;
    private static final Pattern ADDRESS = Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(?!$)|$)){4}"
            + "|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}");

    private final AdminChannel channel;
    private final UserHash hash;
    private final Limits limits;

    /**
     * How long to wait.
     *
     * @param connect  for a connection to one address
     * @param answer   for one line of an answer
     * @param patience for the end of {@code TRYAGAIN}, and for some address to answer at all
     */
    public record Limits(Duration connect, Duration answer, Duration patience) {
        /** 5, 10 and 30 seconds: a move takes two or three, and a director that is restarted is back in less. */
        public static Limits defaults() {
            return new Limits(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30));
        }
    }

    /** Reads rows of a list. */
    private interface Row {
        void fields(List<String> fields) throws IOException;
    }

    /**
     * Connects when first asked something.
     *
     * @param addresses one or more, in the order of preference; all of one ring
     */
    public DirectorAdmin(List<DirectorAddress> addresses, UserHash hash, Limits limits) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no address of a director");
        }
        channel = new AdminChannel(addresses, limits);
        this.hash = hash;
        this.limits = limits;
    }

    @Override
    public boolean isSingleBackend() {
        return false;
    }

    @Override
    public Mapping lookup(String user) throws IOException {
        return lookupArgument(user, argument(user));
    }

    private Mapping lookupArgument(String user, String argument) throws IOException {
        return patiently("look up " + user, () -> {
            String answer = command(ask("USER-LOOKUP", argument));
            if (answer.equals("TRYAGAIN")) {
                return Optional.empty();
            }
            List<String> fields = TabEscaped.fields(answer);
            if (fields.size() != 4) {
                throw unexpected("USER-LOOKUP", answer, "four fields");
            }
            Optional<String> host = Optional.of(fields.get(0)).filter(h -> !h.isEmpty());
            return Optional.of(new Mapping(host, number("USER-LOOKUP", fields.get(1), answer),
                    Optional.of(fields.get(2)).filter(h -> !h.isEmpty()), Optional.of(fields.get(3)).filter(h -> !h.isEmpty())));
        });
    }

    /**
     * Whether the director computes the same hash for a user: it leads to the same backend, asked by name and by hash. Of two
     * backends another hash would do so by chance every second time, so that several users have to be asked.
     */
    public boolean agreesOnHash(String user) throws IOException {
        return lookup(user).hashed().equals(lookupArgument(user, UserHash.text(hash.of(user))).hashed());
    }

    @Override
    public void move(String user, String host) throws IOException {
        String command = ask("USER-MOVE", argument(user), host(host));
        patiently("move " + user + " to " + host, () -> {
            String answer = command(command);
            return switch (answer) {
                case "OK" -> Optional.of(answer);
                case "TRYAGAIN" -> Optional.empty();
                case "NOTFOUND" -> throw unknownBackend(host);
                default -> throw unexpected("USER-MOVE", answer, "OK, NOTFOUND or TRYAGAIN");
            };
        });
    }

    @Override
    public boolean refresh(String user, String host) throws IOException {
        Optional<String> current = lookup(user).current();
        if (current.isPresent() && !current.get().equals(host)) {
            return false;
        }
        String answer = command(ask("USER-MOVE", argument(user), host(host)));
        return switch (answer) {
            // Being moved by somebody, perhaps by us: where to, the next look tells.
            case "OK", "TRYAGAIN" -> true;
            case "NOTFOUND" -> throw unknownBackend(host);
            default -> throw unexpected("USER-MOVE", answer, "OK, NOTFOUND or TRYAGAIN");
        };
    }

    private static DirectorException unknownBackend(String host) {
        return new DirectorException(Kind.NOT_FOUND, "the director does not know the backend " + host
                + ": look at \"doveadm director status\"");
    }

    @Override
    public void kick(String user) throws IOException {
        check(user);
        if (user.indexOf('*') >= 0 || user.indexOf('?') >= 0) {
            throw new DirectorException(Kind.REFUSED, "the user " + printable(user)
                    + " cannot be kicked: * and ? are masks to the director, which would kick others too");
        }
        String command = ask("USER-KICK", ByteString.ofText(user), "nowait");
        patiently("kick " + user, () -> {
            String answer = command(command);
            return switch (answer) {
                case "OK" -> Optional.of(answer);
                case "TRYAGAIN" -> Optional.empty();
                default -> throw unexpected("USER-KICK", answer, "OK or TRYAGAIN");
            };
        });
    }

    @Override
    public List<MailHost> hosts() throws IOException {
        List<MailHost> hosts = new ArrayList<>();
        list(ask("HOST-LIST"), MAX_ROWS, fields -> {
            if (fields.size() < 6) {
                throw unexpected("HOST-LIST", TabEscaped.line(fields.toArray(String[]::new)), "six fields");
            }
            String row = String.join(" ", fields);
            hosts.add(new MailHost(fields.get(0), (int) number("HOST-LIST", fields.get(1), row),
                    number("HOST-LIST", fields.get(2), row), fields.get(3), fields.get(4).equals("U"),
                    number("HOST-LIST", fields.get(5), row)));
        }, hosts::clear);
        return hosts;
    }

    @Override
    public List<RingMember> ring() throws IOException {
        List<RingMember> ring = new ArrayList<>();
        list(ask("DIRECTOR-LIST"), MAX_ROWS, fields -> {
            String row = String.join(" ", fields);
            if (fields.size() >= 4) {
                ring.add(new RingMember(fields.get(0), (int) number("DIRECTOR-LIST", fields.get(1), row), fields.get(2),
                        number("DIRECTOR-LIST", fields.get(3), row), fields.size() > 4 ? fields.get(4) : ""));
            } else if (!fields.get(0).isEmpty()) {
                // An incoming connection that has not said who it is: its status alone.
                ring.add(new RingMember("", 0, "in", 0, fields.get(0)));
            }
        }, ring::clear);
        return ring;
    }

    @Override
    public void users(String host, Consumer<UserEntry> visitor) throws IOException {
        long[] count = new long[1];
        list(host.isEmpty() ? ask("USER-LIST") : ask("USER-LIST", host(host)), Long.MAX_VALUE, fields -> {
            String row = String.join(" ", fields);
            if (fields.size() != 3) {
                throw unexpected("USER-LIST", row, "three fields");
            }
            count[0]++;
            visitor.accept(new UserEntry((int) number("USER-LIST", fields.get(0), row), number("USER-LIST", fields.get(1), row),
                    fields.get(2)));
        }, () -> {
            if (count[0] > 0) {
                throw new DirectorException(Kind.UNREACHABLE, "the director's list of users broke off after " + count[0]
                        + " users: try again");
            }
        });
    }

    @Override
    public void close() {
        channel.close();
    }

    // ---- commands and answers ----

    private static String ask(String command, String... arguments) throws DirectorException {
        String[] fields = new String[arguments.length + 1];
        fields[0] = command;
        System.arraycopy(arguments, 0, fields, 1, arguments.length);
        String line = TabEscaped.line(fields);
        if (line.length() > MAX_COMMAND) {
            throw new DirectorException(Kind.REFUSED, "a name of more than " + (MAX_COMMAND - 100) + " bytes cannot be asked for");
        }
        return line;
    }

    /** A user as the director understands it. */
    private String argument(String user) throws IOException {
        check(user);
        boolean digits = user.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? UserHash.text(hash.of(user)) : ByteString.ofText(user);
    }

    private static void check(String user) throws DirectorException {
        if (user.isEmpty() || user.indexOf(0) >= 0) {
            throw new DirectorException(Kind.REFUSED, "the user name \"" + printable(user)
                    + "\" cannot be asked for: expected one that is not empty and holds no NUL");
        }
    }

    /** A director closes the connection at what is no address, which would look like a failure of its own. */
    private static String host(String host) throws DirectorException {
        if (!ADDRESS.matcher(host).matches()) {
            throw new DirectorException(Kind.REFUSED, "\"" + printable(host) + "\" is no backend: expected an IP address");
        }
        return host;
    }

    private static String printable(String text) {
        return ByteString.toText(ByteString.ofText(text));
    }

    /** Sends a command whose answer is one line. */
    private String command(String line) throws IOException {
        return channel.exchange(line, socket -> {
            socket.send(line);
            return socket.line();
        });
    }

    /** Repeats what answers {@code TRYAGAIN}, which is empty here. */
    private <T> T patiently(String what, PatientCall<T> call) throws IOException {
        long deadline = System.nanoTime() + limits.patience().toNanos();
        while (true) {
            Optional<T> answer = call.call();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > deadline) {
                throw new DirectorException(Kind.BUSY, "the director said TRYAGAIN for " + limits.patience().toSeconds()
                        + " seconds when asked to " + printable(what) + ": it is busy moving or kicking; try again later");
            }
            AdminChannel.pause();
        }
    }

    private interface PatientCall<T> {
        Optional<T> call() throws IOException;
    }

    private interface Restart {
        void restart() throws IOException;
    }

    /**
     * Reads a list over a connection of its own: it may be long, and others need not wait.
     *
     * @param again called before the list is read once more because it broke off
     */
    private void list(String command, long maxRows, Row row, Restart again) throws IOException {
        try (AdminChannel own = channel.another()) {
            boolean[] begun = new boolean[1];
            own.exchange(command, socket -> {
                if (begun[0]) {
                    again.restart();
                }
                begun[0] = true;
                socket.send(command);
                long rows = 0;
                for (String line = socket.line(); !line.isEmpty(); line = socket.line()) {
                    if (++rows > maxRows) {
                        throw new DirectorException(Kind.PROTOCOL, "more than " + maxRows + " lines in answer to " + command);
                    }
                    row.fields(TabEscaped.fields(line));
                }
                return null;
            });
        }
    }

    private static long number(String command, String text, String answer) throws DirectorException {
        if (!text.matches("[0-9]{1,18}")) {
            throw unexpected(command, answer, "numbers");
        }
        return Long.parseLong(text);
    }

    private static DirectorException unexpected(String command, String answer, String expected) {
        return new DirectorException(Kind.PROTOCOL, "the director answered " + command + " with \""
                + ByteString.toText(answer.substring(0, Math.min(120, answer.length()))) + "\", expected " + expected);
    }
}
