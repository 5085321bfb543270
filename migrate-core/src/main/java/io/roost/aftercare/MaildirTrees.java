package io.roost.aftercare;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import io.roost.dovecot.MailLocation;
import io.roost.gate.GateException;
import io.roost.mdbox.MdboxLayout;
import io.roost.migrate.Account;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The directory trees that a Maildir consists of: the mail root, and those of INDEX, CONTROL, INBOX and INDEXCACHE that lie elsewhere
 * and are not the mdbox's too. Paths are byte strings. No symbolic link is followed in the last component of any.
 */
final class MaildirTrees {
    static final String TRASH = ".roost-trash";
    static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final int MAX_DEPTH = 64;

    private final Account account;

    MaildirTrees(Account account) {
        this.account = account;
    }

    /** The mail root last: as long as it is there, there is a Maildir. */
    List<String> roots() {
        MailLocation source = account.source();
        List<String> all = Stream.of(source.index(), source.control(), source.inbox(), source.indexCache(), Optional.of(source.root()))
                .flatMap(Optional::stream).distinct().toList();
        List<String> outer = new ArrayList<>(all.stream().filter(root -> all.stream().noneMatch(other -> isBelow(root, other)))
                .filter(root -> root.equals(source.root()) || mdboxRoots().stream().noneMatch(other -> touches(root, other))).toList());
        outer.remove(source.root());
        outer.add(source.root());
        return outer;
    }

    private List<String> mdboxRoots() {
        return List.copyOf(MdboxLayout.of(account.target()).roots().values());
    }

    /** Whether all is moved already. */
    boolean isGone() throws IOException {
        for (String root : roots()) {
            if (status(root).isPresent()) {
                return false;
            }
        }
        return true;
    }

    /** Refuses directories of which it is not certain that they are this user's Maildir and nothing else. */
    void requireOrdinary() throws IOException {
        String root = account.source().root();
        for (String mdbox : mdboxRoots()) {
            if (touches(root, mdbox)) {
                throw odd(root, "the mdbox is in it, or it in the mdbox (" + ByteString.toText(mdbox) + ")");
            }
        }
        FileStatus target = status(account.target().root()).filter(FileStatus::isDirectory)
                .orElseThrow(() -> odd(root, "there is no mdbox at " + ByteString.toText(account.target().root())));
        for (String tree : roots()) {
            if (!account.home().isEmpty() && (account.home().equals(tree) || isBelow(account.home(), tree))) {
                throw odd(tree, "the user's home is in it");
            }
            if (tree.lastIndexOf('/') <= 0) {
                throw odd(tree, "it lies in the root directory");
            }
            Optional<FileStatus> status = status(tree);
            if (status.isPresent()) {
                requireOrdinary(tree, status.get(), target.uid());
            }
        }
    }

    private void requireOrdinary(String tree, FileStatus status, int owner) throws IOException {
        if (!status.isDirectory()) {
            throw odd(tree, "it is " + (status.kind() == FileStatus.Kind.SYMLINK ? "a symbolic link" : "no directory"));
        }
        if (status.uid() != owner) {
            throw odd(tree, "it belongs to uid " + status.uid() + ", and the mdbox to " + owner);
        }
        try (OpenDirectory parent = OpenDirectory.open(parent(tree))) {
            if (parent.status().device() != status.device()) {
                throw odd(tree, "something is mounted there");
            }
        }
    }

    /**
     * The names, without directories, of files in {@code cur/} and {@code new/} that were made or changed after a time, as their
     * inode tells, which nobody sets back.
     */
    Set<String> mailsChangedAfter(Instant time) throws IOException {
        Set<String> names = new HashSet<>();
        for (String root : roots()) {
            if (status(root).isPresent()) {
                try (OpenDirectory directory = OpenDirectory.openNoFollow(root)) {
                    collect(directory, false, time, 0, names);
                }
            }
        }
        return names;
    }

    private void collect(OpenDirectory directory, boolean mails, Instant time, int depth, Set<String> names) throws IOException {
        if (depth > MAX_DEPTH) {
            throw odd(directory.path(), "its directories are nested deeper than " + MAX_DEPTH);
        }
        List<String> below = new ArrayList<>();
        directory.list((name, kind) -> {
            if (kind != FileStatus.Kind.DIRECTORY && kind != FileStatus.Kind.UNKNOWN && !mails) {
                return;
            }
            Optional<FileStatus> status = directory.status(name);
            if (status.isPresent() && status.get().isDirectory()) {
                below.add(name);
            } else if (mails && status.isPresent()
                    && Instant.ofEpochSecond(status.get().ctime(), status.get().ctimeNanos()).isAfter(time)) {
                names.add(name);
            }
        });
        for (String name : below) {
            try (OpenDirectory each = directory.openDirectory(name)) {
                collect(each, name.equals("cur") || name.equals("new"), time, depth + 1, names);
            }
        }
    }

    /** Renames each tree into the trash as {@code NAME-TIME}; the trash is made if it is not there. */
    List<String> moveTo(Optional<String> trash, Instant now) throws IOException {
        requireOrdinary();
        List<String> moved = new ArrayList<>();
        for (String tree : roots()) {
            if (status(tree).isPresent()) {
                moved.add(toTrash(tree, trash, now));
            }
        }
        return moved;
    }

    private static String toTrash(String tree, Optional<String> trash, Instant now) throws IOException {
        String name = tree.substring(tree.lastIndexOf('/') + 1);
        try (OpenDirectory parent = OpenDirectory.open(parent(tree));
                OpenDirectory target = trash.isPresent() ? OpenDirectory.openNoFollow(trash.get()) : trashIn(parent)) {
            String newName = freeName(target, name + "-" + STAMP.format(now));
            try {
                parent.rename(name, target, newName);
            } catch (PosixException e) {
                throw e.errno() == PosixException.EXDEV ? new GateException(ByteString.toText(tree) + " stays: the trash directory "
                        + ByteString.toText(target.path()) + " is on another file system: name one on the same with --trash", e) : e;
            }
            target.sync();
            parent.sync();
            return target.pathOf(newName);
        }
    }

    static OpenDirectory trashIn(OpenDirectory parent) throws PosixException {
        if (parent.status(TRASH).isEmpty()) {
            try {
                parent.makeDirectory(TRASH, 0700);
            } catch (PosixException e) {
                if (e.errno() != PosixException.EEXIST) {
                    throw e;
                }
            }
        }
        return parent.openDirectory(TRASH);
    }

    /** In a trash for many users there may be one of that name. */
    static String freeName(OpenDirectory directory, String name) throws PosixException {
        String free = name;
        for (int i = 2; directory.status(free).isPresent(); i++) {
            free = name + "." + i;
        }
        return free;
    }

    private static Optional<FileStatus> status(String path) throws IOException {
        if (OpenDirectory.statusOf(parent(path)).isEmpty()) {
            return Optional.empty();
        }
        try (OpenDirectory parent = OpenDirectory.open(parent(path))) {
            return parent.status(path.substring(path.lastIndexOf('/') + 1));
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private static boolean isBelow(String path, String root) {
        return path.startsWith(root.endsWith("/") ? root : root + "/");
    }

    private static boolean touches(String a, String b) {
        return a.equals(b) || isBelow(a, b) || isBelow(b, a);
    }

    private GateException odd(String tree, String why) {
        return new GateException(ByteString.toText(tree) + " of user " + ByteString.toText(ByteString.ofText(account.user()))
                + " stays: " + why);
    }
}
