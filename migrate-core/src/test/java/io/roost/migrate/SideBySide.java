package io.roost.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;

/**
 * A Maildir twice: one for Roost to migrate, and a copy for a real Dovecot, which renames and repairs what it finds odd and logs
 * complaints while it does.
 */
final class SideBySide {
    /** What a repair changes; also the change times of files that were copied. */
    private static final Ignoring[] REPAIRED = {Ignoring.RECENT, Ignoring.HIGHEST_MODSEQ, Ignoring.SAVED_DATE};

    private static final int REPAIRS = 3;

    private final DovecotInstance dovecot;
    private final String user;
    private final Path home;
    private final Migrations migrations;
    private final String keys;

    /**
     * @param dovecot its mail location is {@code mdbox:~/mdbox}
     * @param keys    of the Maildir's location, each with a colon before it
     */
    SideBySide(DovecotInstance dovecot, String user, Path state, String keys) {
        this.dovecot = dovecot;
        this.user = user;
        this.keys = keys;
        home = dovecot.home(user);
        migrations = new Migrations(state);
    }

    /** Where the Maildir is to be built. */
    Path maildir() {
        return home.resolve("Maildir");
    }

    MaildirBuilder builder() {
        return MaildirBuilder.in(maildir());
    }

    /** Writes a file whose name no Java path can hold; a byte string, relative to the Maildir. */
    void write(String path, String content) throws IOException {
        int slash = path.lastIndexOf('/');
        try (OpenDirectory directory = directory(path.substring(0, Math.max(0, slash)))) {
            directory.removeFile(path.substring(slash + 1));
            try (OpenFile file = Ownership.PRIVATE.createFile(directory, path.substring(slash + 1))) {
                byte[] bytes = ByteString.toBytes(content);
                file.write(java.nio.ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
            }
        }
    }

    /** Opens a directory below the Maildir, a byte string; creates what is missing. */
    OpenDirectory directory(String path) throws IOException {
        Files.createDirectories(maildir());
        OpenDirectory at = OpenDirectory.open(ByteString.ofText(maildir().toString()));
        for (String part : path.split("/")) {
            if (!part.isEmpty()) {
                try (OpenDirectory parent = at) {
                    at = parent.status(part).isPresent() ? parent.openDirectory(part) : Ownership.PRIVATE.createDirectory(parent, part);
                }
            }
        }
        return at;
    }

    /** What Dovecot shows of a copy once it has repaired it and complains no more. */
    MailboxView shownByDovecot(Ignoring... more) throws IOException {
        Path copy = home.resolve("copy/Maildir");
        if (!Files.exists(copy)) {
            Files.createDirectories(copy.getParent());
            MaildirBuilder.copy(maildir(), copy);
            dovecot.own(home);
        }
        for (int round = 1;; round++) {
            dovecot.forgetLog();
            // twice: files that Dovecot has renamed it shows only the next time
            dovecot.doveadm("-o", "mail=" + location("copy/Maildir"), "fetch", "-u", user, "uid", "ALL");
            try {
                return MailboxView.at(dovecot, user, location("copy/Maildir"), and(more));
            } catch (AssertionError e) {
                if (round == REPAIRS) {
                    throw e;
                }
            }
        }
    }

    /** What Dovecot shows of the mdbox, without a line in its log. */
    MailboxView migrated(Ignoring... more) throws IOException {
        dovecot.forgetLog();
        MailboxView view = MailboxView.of(dovecot, user, and(more));
        dovecot.assertLogClean();
        return view;
    }

    private static Ignoring[] and(Ignoring... more) {
        return Stream.concat(Stream.of(REPAIRED), Stream.of(more)).distinct().toArray(Ignoring[]::new);
    }

    private String location(String path) {
        return "maildir:~/" + path + keys;
    }

    private Account account() throws Exception {
        return Migrations.account(user, home, location("Maildir"), "mdbox:~/mdbox");
    }

    /** Migrates, and fails if that has changed anything of the Maildir, or a file is not accounted for. */
    Result migrate(boolean skipUnreadable) throws Exception {
        dovecot.own(home);
        List<String> before = MaildirBuilder.fingerprint(maildir());
        migrations.settings = Settings.defaults().withSkipUnreadable(skipUnreadable);
        try {
            Result result = migrations.migrate(account());
            List<FileFate> fates = new ArrayList<>();
            VerifyReport report = migrations.verify(account(), fates);
            if (!report.isEqual()) {
                throw new AssertionError("verify finds differences: " + report.mismatches());
            }
            assertAccountedFor(fates, report);
            return result;
        } finally {
            if (!MaildirBuilder.fingerprint(maildir()).equals(before)) {
                throw new AssertionError("the Maildir was changed");
            }
        }
    }

    /** Every entry of {@code cur} and {@code new} is told of: as a mail, or as a problem of its own or of its mailbox. */
    private void assertAccountedFor(List<FileFate> fates, VerifyReport report) throws IOException {
        Map<FileFate.Fate, Long> counts = new TreeMap<>();
        fates.forEach(f -> counts.merge(f.fate(), 1L, Long::sum));
        if (!counts.equals(new TreeMap<>(report.fates()))) {
            throw new AssertionError("verify counts " + report.fates() + " and tells " + counts);
        }
        List<String> entries = new ArrayList<>();
        collect(directory(""), entries);
        for (FileFate fate : fates) {
            String entry = entries.stream().filter(e -> e.endsWith("/" + fate.file())).findFirst()
                    .orElseThrow(() -> new AssertionError("verify invents " + fate));
            entries.remove(entry);
        }
        for (String entry : entries) {
            if (report.problems().stream().noneMatch(p -> entry.equals(p.path()) || entry.startsWith(p.path() + "/"))) {
                throw new AssertionError("nobody accounts for " + ByteString.toText(entry));
            }
        }
    }

    private void collect(OpenDirectory directory, List<String> entries) throws IOException {
        try (directory) {
            String path = directory.path();
            boolean root = path.endsWith("/Maildir");
            boolean holdsMails = path.endsWith("/cur") || path.endsWith("/new");
            List<String> below = new ArrayList<>();
            directory.list((name, kind) -> {
                if (holdsMails) {
                    entries.add(directory.pathOf(name));
                } else if (kind == FileStatus.Kind.DIRECTORY && (!root || isMailboxOrItsMails(name))) {
                    below.add(name);
                }
            });
            for (String name : below) {
                collect(directory.openDirectory(name), entries);
            }
        }
    }

    /** In the root of a Maildir++ only a name with a dot in front is a mailbox's. */
    private boolean isMailboxOrItsMails(String name) {
        return keys.contains("LAYOUT=fs") || name.startsWith(".") || name.equals("cur") || name.equals("new");
    }

    /** What became of the files, once migrated. */
    List<FileFate> fates() throws Exception {
        List<FileFate> fates = new ArrayList<>();
        migrations.verify(account(), fates);
        return fates;
    }
}
