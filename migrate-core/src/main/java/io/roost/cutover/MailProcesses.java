package io.roost.cutover;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * The mail processes of this machine, as {@code /proc} shows them, whether Dovecot lists them or not: after a restart old ones may
 * live on. Needs the rights to look at other users' processes. Stateless and thread-safe.
 */
final class MailProcesses {
    /** As the kernel cuts them, at 15 bytes. */
    private static final Set<String> MAIL = Set.of("imap", "pop3", "lmtp", "doveadm", "doveadm-server", "indexer-worker",
            "dovecot-lda", "deliver", "managesieve", "imap-urlauth-wo", "submission");
    /** Of these, whose clients log in; others end by themselves, or somebody waits for their end. */
    private static final Set<String> SESSIONS = Set.of("imap", "pop3", "managesieve", "submission");
    private static final String PROC = "/proc";
    private static final int MAX_ARGUMENTS = 128 << 10;

    private MailProcesses() {
    }

    /**
     * Whoever has files of a user's mail open, texts such as {@code imap 4711}.
     *
     * @param location of the mail: root, CONTROL and INDEX
     */
    static List<String> using(MailLocation location) throws IOException {
        return using(location, all()).stream().map(Process::text).toList();
    }

    /**
     * Whose login was let in, and is held up by a program that Dovecot runs before the session ({@code executable = imap post-login}).
     * Dovecot does not list such a session, nor has it any file of the mail open; but it knows already where the mail is. Told by
     * processes that have the connection of a mail process's client as their input, and the user's name in their environment.
     *
     * @param user text
     * @return texts such as {@code post-login 4711}
     */
    static List<String> loggingIn(String user) throws IOException {
        return postLogin(user).stream().map(pid -> "post-login " + pid).toList();
    }

    /**
     * Processes of whatever program that were started with this in an argument.
     *
     * @param text byte string
     */
    static List<Long> startedWith(String text) throws IOException {
        List<Long> found = new ArrayList<>();
        for (String pid : pids()) {
            try (OpenDirectory directory = OpenDirectory.open(PROC + "/" + pid)) {
                if (content(directory, "cmdline").contains(text)) {
                    found.add(Long.parseLong(pid));
                }
            } catch (PosixException e) {
                // gone
            }
        }
        return found;
    }

    /** Ends the logins of a user that are held up: their clients are disconnected. */
    static void endLogins(String user) throws IOException {
        postLogin(user).forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy));
    }

    /**
     * Tells sessions to end that have files of a mail location open, also those that serve other users at the same time.
     *
     * @return texts such as {@code imap 4711}
     */
    static List<String> endSessions(MailLocation location) throws IOException {
        List<Process> sessions = using(location, all()).stream().filter(process -> SESSIONS.contains(process.name())).toList();
        sessions.forEach(process -> ProcessHandle.of(Long.parseLong(process.pid())).ifPresent(ProcessHandle::destroy));
        return sessions.stream().map(Process::text).toList();
    }

    private static List<Long> postLogin(String user) throws IOException {
        Map<Long, String> candidates = new HashMap<>();
        for (String pid : pids()) {
            try (OpenDirectory directory = OpenDirectory.open(PROC + "/" + pid)) {
                String input = directory.readSymlink("fd/0");
                if (input.startsWith("socket:") && isOf(user, directory)) {
                    candidates.put(Long.parseLong(pid), input);
                }
            } catch (PosixException e) {
                // Gone, or not for us to look at: of a user who is none of Dovecot's.
            }
        }
        if (candidates.isEmpty()) {
            // As nearly always: what the mail processes have open need not be looked at, which is much more.
            return List.of();
        }
        Set<String> sockets = new HashSet<>();
        for (Process process : all()) {
            candidates.remove(Long.parseLong(process.pid()));
            sockets.addAll(process.descriptors());
        }
        return candidates.entrySet().stream().filter(each -> sockets.contains(each.getValue())).map(Map.Entry::getKey).toList();
    }

    private static boolean isOf(String user, OpenDirectory process) throws IOException {
        return ('\0' + content(process, "environ")).contains("\0USER=" + ByteString.ofText(user) + '\0');
    }

    /** Of arguments or environment, each with a NUL behind it. */
    private static String content(OpenDirectory process, String name) throws IOException {
        try (OpenFile file = process.openFile(name)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_ARGUMENTS);
            file.preadFully(buffer, 0);
            byte[] bytes = new byte[buffer.flip().remaining()];
            buffer.get(bytes);
            return ByteString.of(bytes, 0, bytes.length);
        }
    }

    private static List<Process> using(MailLocation location, List<Process> all) {
        Set<String> roots = new HashSet<>();
        roots.add(real(location.root()));
        location.control().ifPresent(path -> roots.add(real(path)));
        location.index().filter(path -> path.startsWith("/")).ifPresent(path -> roots.add(real(path)));
        location.inbox().ifPresent(path -> roots.add(real(path)));
        return all.stream().filter(process -> process.descriptors().stream()
                .anyMatch(file -> roots.stream().anyMatch(root -> isBelow(file, root)))).toList();
    }

    private static boolean isBelow(String file, String root) {
        return file.startsWith(root) && (file.length() == root.length() || file.charAt(root.length()) == '/'
                || file.startsWith(" (deleted)", root.length()));
    }

    /** As the kernel shows it, without symbolic links. */
    private static String real(String path) {
        String text = ByteString.toText(path);
        if (!ByteString.ofText(text).equals(path)) {
            return path;
        }
        try {
            return ByteString.ofText(Path.of(text).toRealPath().toString());
        } catch (IOException | RuntimeException e) {
            return path;
        }
    }

    /**
     * Connections of clients to LMTP processes: a recipient may have been accepted on them, and the mail come later.
     *
     * @return texts that are the same as long as the connection is
     */
    static Set<String> deliveries() throws IOException {
        Set<String> accepted = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            // sl local remote st tx:rx tr:tm retrnsmt uid timeout inode
            rows(table, 10, row -> {
                if (row[3].equals("01")) {
                    accepted.add("socket:[" + row[9] + "]");
                }
            });
        }
        // Num RefCount Protocol Flags Type St Inode Path: an accepted socket has the path of the one that listens
        rows("unix", 8, row -> {
            if (row[5].equals("03")) {
                accepted.add("socket:[" + row[6] + "]");
            }
        });
        Set<String> found = new HashSet<>();
        for (Process process : all()) {
            if (process.name().equals("lmtp")) {
                process.descriptors().stream().filter(accepted::contains).map(s -> process.pid() + " " + s).forEach(found::add);
            }
        }
        return found;
    }

    private interface Row {
        void fields(String[] row);
    }

    private static void rows(String table, int columns, Row visitor) throws IOException {
        Path file = Path.of(PROC, "net", table);
        if (!Files.exists(file)) {
            return;
        }
        for (String line : new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).split("\n")) {
            String[] row = line.strip().split("\\s+");
            if (row.length >= columns) {
                visitor.fields(row);
            }
        }
    }

    private record Process(String pid, String name, List<String> descriptors) {
        String text() {
            return name + " " + pid;
        }
    }

    private static List<String> pids() throws IOException {
        List<String> pids = new ArrayList<>();
        try (OpenDirectory proc = OpenDirectory.open(PROC)) {
            proc.list((name, kind) -> {
                if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
                    pids.add(name);
                }
            });
        }
        return pids;
    }

    /** Mail processes, with what their descriptors lead to. Those that end meanwhile are left out. */
    private static List<Process> all() throws IOException {
        List<Process> found = new ArrayList<>();
        for (String pid : pids()) {
            try {
                String name = Files.readString(Path.of(PROC, pid, "comm"), StandardCharsets.ISO_8859_1).strip();
                if (MAIL.contains(name)) {
                    found.add(new Process(pid, name, descriptors(pid)));
                }
            } catch (IOException gone) {
                if (Files.exists(Path.of(PROC, pid)) && gone instanceof PosixException e && e.errno() == PosixException.EACCES) {
                    throw new IOException("the open files of process " + pid + " cannot be seen: run Roost as root, or as the user who "
                            + "owns the mail", gone);
                }
            }
        }
        return found;
    }

    private static List<String> descriptors(String pid) throws IOException {
        List<String> found = new ArrayList<>();
        try (OpenDirectory directory = OpenDirectory.open(PROC + "/" + pid + "/fd")) {
            directory.list((name, kind) -> {
                try {
                    found.add(directory.readSymlink(name));
                } catch (PosixException closed) {
                    if (!closed.isNotFound()) {
                        throw closed;
                    }
                }
            });
        }
        return found;
    }
}
