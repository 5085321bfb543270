package io.roost.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.IntStream;

/**
 * A running Dovecot of one's own: its files, sockets, logs and users lie in a temporary directory, and no file of an installed
 * configuration is read. It is started by {@link Builder#start} and its directory is deleted by {@link #close}. Every user's
 * home is {@link #home}, the password is {@code pw}. Mail belongs to {@link #mailUid}, as root a number without a name.
 * The separator of the one namespace is {@code /} for every mail format, so that names can be compared.
 * To be used by one thread at a time.
 */
public final class DovecotInstance implements AutoCloseable {
    /** The owner of mail when tests run as root: a mail uid as providers have them, unknown to the passwd file. */
    private static final int VIRTUAL_MAIL_UID = 5000;
    private static final long PATIENCE_SECONDS = 60;
    private static final Pattern MAIL_PROCESS = Pattern.compile("/(imap|pop3|lmtp)$");

    private final Path directory;
    private final Path config;
    private final int uid;
    private final int gid;
    private final Map<String, String> mailOfUser = new LinkedHashMap<>();
    private final List<LineConnection> sessions = new ArrayList<>();
    private final DovecotLog log;
    private final Thread onExit = new Thread(this::kill);
    private Process master;

    /** What a Dovecot is to be like. */
    public static final class Builder {
        private final String mailLocation;
        private final Map<String, String> users = new LinkedHashMap<>();
        private final StringBuilder extra = new StringBuilder();
        private final StringBuilder first = new StringBuilder();
        private String separator = "/";

        private Builder(String mailLocation) {
            this.mailLocation = mailLocation;
        }

        /** {@code u0}, {@code u1} ...: one for each test of a class, say, that has the Dovecot to itself. */
        public Builder numberedUsers(int count) {
            return users(IntStream.range(0, count).mapToObj(i -> "u" + i).toArray(String[]::new));
        }

        public Builder users(String... names) {
            for (String name : names) {
                users.put(name, "");
            }
            return this;
        }

        /** A user with a {@code mail_location} of its own in the userdb. */
        public Builder user(String name, String userMailLocation) {
            users.put(name, userMailLocation);
            return this;
        }

        /** Appends to the configuration; later settings win. */
        public Builder config(String text) {
            extra.append(text).append('\n');
            return this;
        }

        /** Puts configuration before the passdb and userdb: a userdb that is asked first. */
        public Builder before(String text) {
            first.append(text).append('\n');
            return this;
        }

        /** The namespace's separator; empty leaves it to the mail format. */
        public Builder separator(String value) {
            separator = value;
            return this;
        }

        public DovecotInstance start() throws IOException {
            DovecotInstance instance = new DovecotInstance(this);
            try {
                instance.start();
                return instance;
            } catch (IOException | RuntimeException | Error e) {
                instance.close();
                throw e;
            }
        }
    }

    /** @param mailLocation the {@code mail_location} setting, such as {@code maildir:~/Maildir} */
    public static Builder with(String mailLocation) {
        return new Builder(mailLocation);
    }

    private DovecotInstance(Builder builder) throws IOException {
        // a short path: those of unix sockets may have 107 bytes
        directory = Files.createTempDirectory(Path.of("/tmp"), "rt-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        int ownUid = (Integer) Files.getAttribute(directory, "unix:uid");
        uid = ownUid == 0 ? VIRTUAL_MAIL_UID : ownUid;
        gid = ownUid == 0 ? VIRTUAL_MAIL_UID : (Integer) Files.getAttribute(directory, "unix:gid");
        config = directory.resolve("dovecot.conf");
        log = new DovecotLog(directory);
        own(Files.createDirectory(directory.resolve("home")));
        for (Map.Entry<String, String> user : builder.users.entrySet()) {
            mailOfUser.put(user.getKey(), user.getValue());
            own(Files.createDirectories(home(user.getKey())));
        }
        writeUsers();
        Files.writeString(config, new DovecotConfig(directory, uid, gid, ownUid != 0)
                .text(builder.mailLocation, builder.separator, builder.first.toString(), builder.extra.toString()));
        Runtime.getRuntime().addShutdownHook(onExit);
    }

    /** Creates the user's home, empty, and makes the user known. */
    public void addUser(String user) throws IOException {
        own(Files.createDirectories(home(user)));
        mailOfUser.putIfAbsent(user, "");
        writeUsers();
    }

    /** Gives the user another {@code mail_location} in the userdb, as the end of a migration does; empty for the default again. */
    public void setMail(String user, String mailLocation) throws IOException {
        mailOfUser.put(user, mailLocation);
        writeUsers();
    }

    private void writeUsers() throws IOException {
        String text = mailOfUser.entrySet().stream().map(e -> e.getKey() + ":{PLAIN}pw:" + uid + ":" + gid + "::" + home(e.getKey())
                + "::" + (e.getValue().isEmpty() ? "" : "userdb_mail=" + e.getValue()) + "\n").collect(Collectors.joining());
        Path users = directory.resolve("users");
        FileTime before = Files.exists(users) ? Files.getLastModifiedTime(users) : FileTime.fromMillis(0);
        Files.writeString(users, text);
        // Dovecot reads the file again when its time differs, and looks at most once in a second
        Files.setLastModifiedTime(users, FileTime.from(before.to(TimeUnit.SECONDS) + 1, TimeUnit.SECONDS));
        if (master != null) {
            pause(1100);
        }
    }

    public Path home(String user) {
        return directory.resolve("home").resolve(user);
    }

    /** The {@code base_dir}, which holds Dovecot's own sockets. */
    public Path baseDirectory() {
        return directory.resolve("base");
    }

    /** The configuration file, for {@code doveconf -c} and {@code doveadm -c}. */
    public Path config() {
        return config;
    }

    public int mailUid() {
        return uid;
    }

    public int mailGid() {
        return gid;
    }

    /** Gives a file or a whole directory to the mail user, symbolic links themselves included. */
    public Path own(Path tree) throws IOException {
        if ((Integer) Files.getAttribute(tree, "unix:uid", LinkOption.NOFOLLOW_LINKS) != uid || Files.isDirectory(tree)) {
            try (Stream<Path> all = Files.walk(tree)) {
                for (Path path : (Iterable<Path>) all::iterator) {
                    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
        return tree;
    }

    /** Starts the master process, if it does not run, and waits until it takes connections. */
    public void start() throws IOException {
        if (master != null) {
            return;
        }
        Path output = directory.resolve("master.out");
        master = new ProcessBuilder(DovecotPrograms.dovecot().toString(), "-F", "-c", config.toString())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        // written after the sockets are there
        while (!Files.exists(directory.resolve("base/master.pid"))) {
            if (!master.isAlive() || System.nanoTime() > deadline) {
                kill();
                throw new IOException("Dovecot did not start: " + Files.readString(output) + String.join("\n", log.all()));
            }
            pause(5);
        }
        // answered by anvil, when it has read its configuration; a stop before that is logged as an error
        doveadm("who").succeeded();
    }

    /** Stops the master process as a service manager does, and waits until no process of it is left, some seconds. */
    public void stop() {
        if (master != null) {
            List<ProcessHandle> processes = Stream.concat(Stream.of(master.toHandle()), master.descendants()).toList();
            master.destroy();
            processes.forEach(p -> p.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
            master = null;
        }
    }

    private void kill() {
        if (master != null) {
            List<ProcessHandle> children = master.descendants().toList();
            master.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
            master = null;
        }
    }

    private LineConnection connect(String socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(directory.resolve(socket)));
            LineConnection connection = new LineConnection(channel);
            sessions.add(connection);
            return connection;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Runs {@code doveadm -c CONFIG ARGS...} to its end. Complaints go into {@link #logLines} too. */
    public DoveadmResult doveadm(String... arguments) throws IOException {
        return doveadmWith(new byte[0], arguments);
    }

    /** As {@link #doveadm(String...)}, with this on its standard input. */
    DoveadmResult doveadmWith(byte[] input, String... arguments) throws IOException {
        return doveadm(input, InputStream::readAllBytes, DoveadmResult::new, arguments);
    }

    /** Reads what a doveadm prints while it runs. */
    interface DovecotOutput<T> {
        T read(InputStream stdout) throws IOException;
    }

    /** Makes a result of what was read and how doveadm ended. */
    interface DovecotEnd<T, R> {
        R end(int exit, T output, String stderr) throws IOException;
    }

    <T, R> R doveadm(byte[] input, DovecotOutput<T> output, DovecotEnd<T, R> end, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(DovecotPrograms.doveadm().toString(), "-c", config.toString()));
        command.addAll(Arrays.asList(arguments));
        Path stderr = Files.createTempFile(directory, "doveadm", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectError(stderr.toFile());
        builder.environment().put("TZ", "UTC");
        Process process = builder.start();
        try {
            // a pipe holds more than any test gives
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input);
            }
            T read;
            try {
                read = output.read(process.getInputStream());
            } catch (IOException | RuntimeException e) {
                process.destroy();
                process.waitFor();
                throw new IOException(e + "; doveadm said: " + Files.readString(stderr, StandardCharsets.ISO_8859_1), e);
            }
            int exit = process.waitFor();
            String complaints = Files.readString(stderr, StandardCharsets.ISO_8859_1);
            complaints.lines().forEach(log::addComplaint);
            return end.end(exit, read, complaints);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for doveadm", e);
        } finally {
            process.destroyForcibly();
            Files.delete(stderr);
        }
    }

    public ImapClient imap(String user) throws IOException {
        return new ImapClient(connect("imap"), user);
    }

    public Pop3Client pop3(String user) throws IOException {
        return new Pop3Client(connect("pop3"), user);
    }

    /** A session that delivers. */
    public LmtpClient lmtp() throws IOException {
        return new LmtpClient(connect("lmtp"));
    }

    /** Delivers a message to a user; the answer starts with {@code 250}, or this fails. */
    public String lmtp(String user, String message) throws IOException {
        try (LmtpClient client = lmtp()) {
            return client.deliver(user, message);
        }
    }

    /**
     * What Dovecot said since the start, or the last {@link #forgetLog}, that is worth a look: every warning, error, panic or
     * fatal line, every line at all that is not a plain note of a start, login, delivery or end, and what doveadm complained
     * about.
     */
    public List<String> logLines() throws IOException {
        settle();
        return log.remarkable();
    }

    /** Fails if {@link #logLines} has a line that contains none of the {@code expected} texts. */
    public void assertLogClean(String... expected) throws IOException {
        List<String> lines = logLines().stream().filter(l -> Stream.of(expected).noneMatch(l::contains)).toList();
        if (!lines.isEmpty()) {
            throw new AssertionError("Dovecot complained:\n" + String.join("\n", lines));
        }
    }

    /** Lines logged so far no longer count, as when a test has provoked them. */
    public void forgetLog() throws IOException {
        settle();
        log.forget();
    }

    /**
     * Waits until what was done so far is in the log files: a mail process may still have its mailbox to close when its client
     * has the last answer, and all log through pipes to one process.
     */
    private void settle() throws IOException {
        if (master == null) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (mailProcesses() > sessions.stream().filter(LineConnection::isOpen).count() && System.nanoTime() < deadline) {
            pause(2);
        }
        // answered by the log process; after the second answer it has been round all its pipes once
        doveadm("log", "errors").succeeded();
        doveadm("log", "errors").succeeded();
    }

    private long mailProcesses() {
        return master.children().map(p -> p.info().command().orElse("")).filter(c -> MAIL_PROCESS.matcher(c).find()).count();
    }

    @Override
    public void close() throws IOException {
        kill();
        Runtime.getRuntime().removeShutdownHook(onExit);
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", e));
        }
    }
}
