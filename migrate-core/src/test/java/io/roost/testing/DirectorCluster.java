package io.roost.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Dovecot director and two backends on loopback addresses of their own, which share mail, users and a gate file:
 *
 * <pre>
 *   DIR/director/   dovecot.conf, base/ (director-admin), error.log, info.log     127.x.y.1
 *   DIR/b1/, DIR/b2/  the same of the backends                                    127.x.y.11, 127.x.y.12
 *   DIR/home/USER/  homes; mail is maildir:~/Maildir unless the user says otherwise
 *   DIR/users       passwd-file: passdb and second userdb of both backends
 *   DIR/gate        passwd-file: first userdb of both backends, empty
 * </pre>
 *
 * All listen on the ports named here. The director takes every password, the backends know {@code pw}. Root is needed: use
 * {@code @RequiresDovecot @Requires(ROOT)}. Everything goes with {@link #close}. To be used by one thread at a time, but for the
 * connections, which are made for whoever asks.
 */
public final class DirectorCluster implements AutoCloseable {
    public static final int IMAP_PORT = 31143;
    public static final int POP3_PORT = 31110;
    public static final int LMTP_PORT = 31024;
    public static final int DOVEADM_PORT = 31245;
    public static final int DOVEADM_HTTP_PORT = 31080;
    public static final int ADMIN_PORT = 31090;
    public static final String DOVEADM_PASSWORD = "secret";
    public static final String API_KEY = "key";
    /** Owner of all mail: unknown to the passwd file of the system, as at providers. */
    public static final int MAIL_UID = 5000;
    private static final int RING_PORT = 31091;

    private static final Pattern CURRENT = Pattern.compile("(?m)^Current: (\\S+) ");
    private static final Pattern HASHED = Pattern.compile("(?m)^Hashed: (\\S*)$");

    private final Path directory;
    private final ServerSocket reservation;
    private final Map<String, String> mailOfUser = new LinkedHashMap<>();
    private final DovecotNode director;
    private final List<DovecotNode> backends;
    private final Thread onExit = new Thread(this::kill);

    /** What a cluster is to be like. */
    public static final class Builder {
        private final Map<String, String> users = new LinkedHashMap<>();
        private final StringBuilder directorConfig = new StringBuilder();
        private final StringBuilder backendConfig = new StringBuilder();
        private String mailLocation = "maildir:~/Maildir";
        private String gate = "userdb {\n  driver = passwd-file\n  args = %DIR%/gate\n}";

        public Builder users(String... names) {
            for (String name : names) {
                users.put(name, "");
            }
            return this;
        }

        /**
         * The backends' {@code mail_location}, {@code maildir:~/Maildir} by default; {@code %IP%} stands for the address
         * of each.
         */
        public Builder mailLocation(String value) {
            mailLocation = value;
            return this;
        }

        /** Appends to the director's configuration; later settings win. */
        public Builder directorConfig(String text) {
            directorConfig.append(text).append('\n');
            return this;
        }

        /**
         * Appends to both backends' configuration; {@code %DIR%} stands for the cluster's directory, {@code %IP%} for the
         * address of each.
         */
        public Builder backendConfig(String text) {
            backendConfig.append(text).append('\n');
            return this;
        }

        /** The backends' first userdb, in place of the gate file; {@code %DIR%} stands for the cluster's directory. */
        public Builder gate(String text) {
            gate = text;
            return this;
        }

        public DirectorCluster start() throws IOException {
            DirectorCluster cluster = new DirectorCluster(this);
            try {
                cluster.start();
                return cluster;
            } catch (IOException | RuntimeException | Error e) {
                cluster.close();
                throw e;
            }
        }
    }

    public static Builder with() {
        return new Builder();
    }

    private DirectorCluster(Builder builder) throws IOException {
        directory = Files.createTempDirectory(Path.of("/tmp"), "rc-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        reservation = reserve();
        String net = reservation.getInetAddress().getHostAddress();
        String prefix = net.substring(0, net.lastIndexOf('.') + 1);
        own(Files.createDirectory(directory.resolve("home")));
        Files.createFile(gateFile());
        for (Map.Entry<String, String> user : builder.users.entrySet()) {
            mailOfUser.put(user.getKey(), user.getValue());
            own(Files.createDirectories(home(user.getKey())));
        }
        writeUsers();
        String backend = backendConfig(builder);
        List<DovecotNode> nodes = new ArrayList<>();
        nodes.add(new DovecotNode("b1", prefix + "11", directory, backend.replace("%IP%", prefix + "11")));
        nodes.add(new DovecotNode("b2", prefix + "12", directory, backend.replace("%IP%", prefix + "12")));
        backends = List.copyOf(nodes);
        director = new DovecotNode("director", net, directory, directorConfig(net, prefix) + builder.directorConfig);
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** Takes a network of loopback addresses that no other test has, as long as the socket is open. */
    private static ServerSocket reserve() throws IOException {
        IOException last = null;
        for (int i = 0; i < 50; i++) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            ServerSocket socket = new ServerSocket();
            try {
                socket.bind(new InetSocketAddress("127." + random.nextInt(100, 200) + "." + random.nextInt(1, 255) + ".1", 31099));
                return socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private String backendConfig(Builder builder) {
        return common() + """
                mail_uid = %2$d
                mail_gid = %2$d
                first_valid_uid = 1
                mail_location = %3$s
                namespace inbox {
                  inbox = yes
                  separator = /
                }
                passdb {
                  driver = passwd-file
                  args = %1$s/users
                }
                %4$s
                userdb {
                  driver = passwd-file
                  args = %1$s/users
                }
                """.formatted(directory, MAIL_UID, builder.mailLocation, builder.gate.replace("%DIR%", directory.toString()))
                + builder.backendConfig.toString().replace("%DIR%", directory.toString());
    }

    private static String directorConfig(String ip, String prefix) {
        String port = "%{if;%s;eq;imap;" + IMAP_PORT + ";%{if;%s;eq;pop3;" + POP3_PORT + ";%{if;%s;eq;lmtp;" + LMTP_PORT + ";"
                + DOVEADM_PORT + "}}}";
        return common() + """
                director_servers = %1$s:%3$d
                director_mail_servers = %2$s11 %2$s12
                lmtp_proxy = yes
                passdb {
                  driver = static
                  args = proxy=y nopassword=y port=%4$s
                }
                service director {
                  unix_listener login/director {
                    mode = 0666
                  }
                  fifo_listener login/proxy-notify {
                    mode = 0666
                  }
                  unix_listener director-userdb {
                    mode = 0600
                  }
                  unix_listener director-admin {
                    mode = 0600
                  }
                  inet_listener {
                    port = %3$d
                  }
                  inet_listener director-admin {
                    port = %5$d
                  }
                }
                service ipc {
                  unix_listener ipc {
                    user = dovecot
                  }
                }
                service imap-login {
                  executable = imap-login director
                }
                service pop3-login {
                  executable = pop3-login director
                }
                protocol lmtp {
                  auth_socket_path = director-userdb
                }
                protocol doveadm {
                  auth_socket_path = director-userdb
                }
                """.formatted(ip, prefix, RING_PORT, port, ADMIN_PORT);
    }

    private static String common() {
        return """
                protocols = imap pop3 lmtp
                ssl = no
                disable_plaintext_auth = no
                auth_mechanisms = plain
                auth_failure_delay = 0
                postmaster_address = postmaster@example.org
                login_trusted_networks = 127.0.0.0/8
                doveadm_port = %5$d
                doveadm_password = %6$s
                doveadm_api_key = %7$s
                service anvil {
                  unix_listener anvil-auth-penalty {
                    mode = 0
                  }
                }
                service imap-login {
                  inet_listener imap {
                    port = %1$d
                  }
                  inet_listener imaps {
                    port = 0
                  }
                }
                service pop3-login {
                  inet_listener pop3 {
                    port = %2$d
                  }
                  inet_listener pop3s {
                    port = 0
                  }
                }
                service lmtp {
                  inet_listener lmtp {
                    port = %3$d
                  }
                }
                service doveadm {
                  inet_listener {
                    port = %5$d
                  }
                  inet_listener http {
                    port = %4$d
                  }
                }
                """.formatted(IMAP_PORT, POP3_PORT, LMTP_PORT, DOVEADM_HTTP_PORT, DOVEADM_PORT, DOVEADM_PASSWORD, API_KEY);
    }

    private void start() throws IOException {
        List<DovecotNode> all = nodes();
        for (DovecotNode node : all) {
            node.launch();
        }
        for (DovecotNode node : all) {
            node.awaitStarted();
        }
    }

    public DovecotNode director() {
        return director;
    }

    /** The backends, {@code b1} and {@code b2}. */
    public List<DovecotNode> backends() {
        return backends;
    }

    /** The director and the backends. */
    public List<DovecotNode> nodes() {
        return List.of(backends.get(0), backends.get(1), director);
    }

    /** The one of the backends that has this address. */
    public DovecotNode backend(String ip) {
        return backends.stream().filter(b -> b.ip().equals(ip)).findFirst().orElseThrow();
    }

    /** Where the director sends a user now. */
    public DovecotNode backendOf(String user) throws IOException {
        String status = director.doveadm("director", "status", user).succeeded().text();
        Matcher current = CURRENT.matcher(status);
        Matcher hashed = HASHED.matcher(status);
        if (!current.find() || !hashed.find()) {
            throw new IOException("doveadm director status printed " + status);
        }
        return backend(current.group(1).equals("n/a") ? hashed.group(1) : current.group(1));
    }

    public DovecotNode otherThan(DovecotNode backend) {
        return backends.get(backend == backends.get(0) ? 1 : 0);
    }

    /** The director's director-admin socket. */
    public Path adminSocket() {
        return director.baseDirectory().resolve("director-admin");
    }

    /** The director's director-admin port, {@code ip:port}. */
    public String adminAddress() {
        return director.ip() + ":" + ADMIN_PORT;
    }

    /** What all is in. */
    public Path directory() {
        return directory;
    }

    /** The passwd-file that passdb and userdb read. */
    public Path usersFile() {
        return directory.resolve("users");
    }

    /** The passwd-file that is the first userdb. */
    public Path gateFile() {
        return directory.resolve("gate");
    }

    public Path home(String user) {
        return directory.resolve("home").resolve(user);
    }

    /** Makes a user known, with an empty home. */
    public void addUser(String user) throws IOException {
        own(Files.createDirectories(home(user)));
        mailOfUser.putIfAbsent(user, "");
        writeUsers();
    }

    /** Gives the user another {@code mail_location} in the userdb; empty for the default again. */
    public void setMail(String user, String mailLocation) throws IOException {
        mailOfUser.put(user, mailLocation);
        writeUsers();
    }

    private void writeUsers() throws IOException {
        String text = mailOfUser.entrySet().stream().map(e -> e.getKey() + ":{PLAIN}pw:" + MAIL_UID + ":" + MAIL_UID + "::"
                + home(e.getKey()) + "::" + (e.getValue().isEmpty() ? "" : "userdb_mail=" + e.getValue()) + "\n")
                .collect(Collectors.joining());
        Path users = usersFile();
        FileTime before = Files.exists(users) ? Files.getLastModifiedTime(users) : FileTime.fromMillis(0);
        Files.writeString(users, text);
        // Dovecot reads the file again when its time differs, and looks at most once in a second
        Files.setLastModifiedTime(users, FileTime.from(before.to(TimeUnit.SECONDS) + 1, TimeUnit.SECONDS));
        if (backends != null && backends.stream().anyMatch(DovecotNode::isRunning)) {
            DovecotNode.pause(1100);
        }
    }

    /** Gives a file or a whole directory to the mail user. */
    public Path own(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setAttribute(path, "unix:uid", MAIL_UID, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", MAIL_UID, LinkOption.NOFOLLOW_LINKS);
            }
        }
        return tree;
    }

    /** A logged-in session through the director. */
    public ImapClient imap(String user) throws IOException {
        return imap(director, user);
    }

    /** A logged-in session at one node, past the director if that is a backend. */
    public ImapClient imap(DovecotNode node, String user) throws IOException {
        return new ImapClient(connect(node, IMAP_PORT), user);
    }

    /** A logged-in session through the director. */
    public Pop3Client pop3(String user) throws IOException {
        return new Pop3Client(connect(director, POP3_PORT), user);
    }

    /** A session that delivers through the director. */
    public LmtpClient lmtp() throws IOException {
        return lmtp(director);
    }

    /** A session that delivers at one node. */
    public LmtpClient lmtp(DovecotNode node) throws IOException {
        return new LmtpClient(connect(node, LMTP_PORT));
    }

    private static LineConnection connect(DovecotNode node, int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.connect(new InetSocketAddress(node.ip(), port));
            return new LineConnection(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Fails if any node has logged a remarkable line that contains none of the {@code expected} texts. */
    public void assertLogsClean(String... expected) throws IOException {
        for (DovecotNode node : nodes()) {
            node.assertLogClean(expected);
        }
    }

    private void kill() {
        if (director != null) {
            nodes().forEach(DovecotNode::kill);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        reservation.close();
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException e) {
            return;
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
