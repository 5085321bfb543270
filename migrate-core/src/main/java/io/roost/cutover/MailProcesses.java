package io.roost.cutover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The mail processes of this machine, as {@code /proc} shows them, whether Dovecot lists them or not: after a restart old ones may
 * live on. Needs the rights to look at other users' processes. Stateless and thread-safe.
 */
final class MailProcesses {
    /** As the kernel cuts them, at 15 bytes. */
    private static final Set<String> MAIL = Set.of("imap", "pop3", "lmtp", "doveadm", "doveadm-server", "indexer-worker",
            "dovecot-lda", "deliver", "managesieve", "imap-urlauth-wo", "submission");
    private static final String PROC = "/proc";

    private MailProcesses() {
    }

    /**
     * Whoever has files of a user's mail open, texts such as {@code imap 4711}.
     *
     * @param location of the mail: root, CONTROL and INDEX
     */
    static List<String> using(MailLocation location) throws IOException {
        Set<String> roots = new HashSet<>();
        roots.add(real(location.root()));
        location.control().ifPresent(path -> roots.add(real(path)));
        location.index().filter(path -> path.startsWith("/")).ifPresent(path -> roots.add(real(path)));
        location.inbox().ifPresent(path -> roots.add(real(path)));
        List<String> found = new ArrayList<>();
        for (Process process : all()) {
            if (process.descriptors().stream().anyMatch(file -> roots.stream().anyMatch(root -> isBelow(file, root)))) {
                found.add(process.name() + " " + process.pid());
            }
        }
        return found;
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
    }

    /** Mail processes, with what their descriptors lead to. Those that end meanwhile are left out. */
    private static List<Process> all() throws IOException {
        List<String> pids = new ArrayList<>();
        try (OpenDirectory proc = OpenDirectory.open(PROC)) {
            proc.list((name, kind) -> {
                if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
                    pids.add(name);
                }
            });
            List<Process> found = new ArrayList<>();
            for (String pid : pids) {
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
