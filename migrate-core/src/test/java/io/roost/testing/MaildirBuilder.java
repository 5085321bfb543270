package io.roost.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a Maildir as Dovecot would have left it, without Dovecot: the same calls give the same bytes, names and times every
 * time. Owners are the process's; {@link DovecotInstance#own} changes them.
 */
public final class MaildirBuilder {
    private final Path root;
    private final Map<String, MailboxBuilder> mailboxes = new LinkedHashMap<>();
    private final List<String> subscriptions = new ArrayList<>();
    private boolean fs;
    private Path control;

    private MaildirBuilder(Path root) {
        this.root = root;
        this.control = root;
    }

    /** @param root the Maildir itself; it is created */
    public static MaildirBuilder in(Path root) {
        return new MaildirBuilder(root);
    }

    /** {@code LAYOUT=fs}. */
    public MaildirBuilder layoutFs() {
        fs = true;
        return this;
    }

    /** {@code CONTROL=}. */
    public MaildirBuilder controlIn(Path directory) {
        control = directory;
        return this;
    }

    /** The mailbox of that name, {@code /} between its parts; parents are not made. */
    public MailboxBuilder mailbox(String name) {
        return mailboxes.computeIfAbsent(name, n -> new MailboxBuilder(mailboxes.size()));
    }

    /** Names with {@code /} between their parts; they need not exist. */
    public MaildirBuilder subscribe(String... names) {
        subscriptions.addAll(List.of(names));
        return this;
    }

    /** The directory of a mailbox. */
    public Path directory(String mailbox) {
        return mailbox.equals("INBOX") ? root : root.resolve(directoryName(mailbox));
    }

    /** The directory of a mailbox's uidlist and keywords. */
    public Path controlDirectory(String mailbox) {
        if (control.equals(root)) {
            return directory(mailbox);
        }
        return control.resolve(mailbox.equals("INBOX") && !fs ? ".INBOX" : directoryName(mailbox));
    }

    private String directoryName(String mailbox) {
        return fs ? modifiedUtf7(mailbox) : "." + modifiedUtf7(mailbox).replace('/', '.');
    }

    /** Writes everything and returns the root. */
    public Path write() throws IOException {
        Files.createDirectories(root);
        for (Map.Entry<String, MailboxBuilder> entry : mailboxes.entrySet()) {
            Path directory = directory(entry.getKey());
            entry.getValue().write(directory, controlDirectory(entry.getKey()));
            if (!fs && !entry.getKey().equals("INBOX")) {
                Files.write(directory.resolve("maildirfolder"), new byte[0]);
            }
        }
        if (!subscriptions.isEmpty()) {
            Files.createDirectories(control);
            String lines = subscriptions.stream().map(s -> modifiedUtf7(s).replace('/', '\t') + "\n").collect(Collectors.joining());
            Files.writeString(control.resolve("subscriptions"), "V\t2\n\n" + lines);
        }
        return root;
    }

    /** RFC 3501, 5.1.3: what is not printable ASCII becomes {@code &}, base64 of UTF-16 with {@code ,} for {@code /}, {@code -}. */
    public static String modifiedUtf7(String name) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < name.length(); ) {
            int start = i;
            while (i < name.length() && (name.charAt(i) < ' ' || name.charAt(i) > '~')) {
                i++;
            }
            if (i > start) {
                byte[] utf16 = name.substring(start, i).getBytes(StandardCharsets.UTF_16BE);
                out.append('&').append(Base64.getEncoder().withoutPadding().encodeToString(utf16).replace('/', ',')).append('-');
            } else {
                out.append(name.charAt(i) == '&' ? "&-" : String.valueOf(name.charAt(i)));
                i++;
            }
        }
        return out.toString();
    }

    /** Copies a tree with its times and, as root, owners, so that Dovecot may look at the copy. */
    public static Path copy(Path from, Path to) throws IOException {
        Process process = new ProcessBuilder("cp", "-a", "-T", from.toString(), to.toString()).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("cannot copy " + from + " to " + to);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return to;
    }

    /**
     * Everything of a tree that a migration must leave alone, a line per entry: kind, name, mode, owner, size, modification and
     * change times to the nanosecond, and inode. Equal before and after means untouched; access times are not in it.
     */
    public static List<String> fingerprint(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            List<String> lines = new ArrayList<>();
            for (Path path : (Iterable<Path>) all::iterator) {
                Map<String, Object> a = Files.readAttributes(path, "unix:mode,uid,gid,size,lastModifiedTime,ctime,ino",
                        LinkOption.NOFOLLOW_LINKS);
                lines.add(tree.relativize(path) + " " + a);
            }
            lines.sort(null);
            return lines;
        }
    }
}
