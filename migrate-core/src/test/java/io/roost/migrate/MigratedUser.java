package io.roost.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MapIndex;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;

/**
 * A user of a running Dovecot whose {@code ~/Maildir} was migrated to {@code ~/mdbox}, where the userdb says that mail lies. That
 * Dovecot shows the same before and after, without a line in its log, has been seen to.
 */
final class MigratedUser {
    /** What using a mailbox changes besides what was done to it. */
    static final Ignoring[] AS_USED = {Ignoring.RECENT, Ignoring.HIGHEST_MODSEQ};

    private final DovecotInstance dovecot;
    private final String name;
    private final Result result;

    private MigratedUser(DovecotInstance dovecot, String name, Result result) {
        this.dovecot = dovecot;
        this.name = name;
        this.result = result;
    }

    /**
     * Migrates a user.
     *
     * @param dovecot its mail location is {@code mdbox:~/mdbox}
     * @param maildir to be written to the user's {@code ~/Maildir}
     */
    static MigratedUser of(DovecotInstance dovecot, String name, Migrations migrations, MaildirBuilder maildir) throws Exception {
        return of(dovecot, name, migrations, maildir, "mdbox:~/mdbox");
    }

    /** @param target the mail location of the Dovecot */
    static MigratedUser of(DovecotInstance dovecot, String name, Migrations migrations, MaildirBuilder maildir, String target)
            throws Exception {
        maildir.write();
        return of(dovecot, name, migrations, target);
    }

    /** Migrates the {@code ~/Maildir} that is there. */
    static MigratedUser of(DovecotInstance dovecot, String name, Migrations migrations, String target) throws Exception {
        Path home = dovecot.home(name);
        dovecot.own(home);
        MailboxView before = MailboxView.at(dovecot, name, "maildir:~/Maildir");
        Result result = migrations.migrate(Migrations.account(name, home, "maildir:~/Maildir", target));
        MigratedUser user = new MigratedUser(dovecot, name, result);
        MailboxView.assertSame(before, user.view());
        dovecot.assertLogClean();
        return user;
    }

    String name() {
        return name;
    }

    Result result() {
        return result;
    }

    Path mdbox() {
        return dovecot.home(name).resolve("mdbox");
    }

    MailboxView view(Ignoring... ignoring) throws IOException {
        return MailboxView.of(dovecot, name, ignoring);
    }

    /** Files {@code m.N}, by N. */
    List<Path> dataFiles() throws IOException {
        try (Stream<Path> all = Files.list(mdbox().resolve("storage"))) {
            return all.filter(p -> p.getFileName().toString().matches("m\\.\\d+")).sorted((a, b) -> Long.compare(number(a), number(b)))
                    .toList();
        }
    }

    static long number(Path dataFile) {
        return Long.parseLong(dataFile.getFileName().toString().substring(2));
    }

    /** Bytes of all {@code m.N} together. */
    long dataSize() throws IOException {
        long size = 0;
        for (Path file : dataFiles()) {
            size += Files.size(file);
        }
        return size;
    }

    MapIndex map() throws IOException {
        try (OpenDirectory storage = open(mdbox().resolve("storage"))) {
            return MapIndex.read(storage);
        }
    }

    /** @param mailbox its name on disk */
    MailboxIndex index(String mailbox) throws IOException {
        try (OpenDirectory directory = open(mdbox().resolve("mailboxes").resolve(mailbox).resolve("dbox-Mails"))) {
            return MailboxIndex.read(directory);
        }
    }

    /** How many mailbox records use the mail with this UID. */
    int references(String mailbox, long uid) throws IOException {
        MailboxIndex index = index(mailbox);
        MapIndex map = map();
        return map.refcount(map.find(index.mapUid(index.find(uid))));
    }

    /** Fails if Dovecot has logged anything since the last call, or the start; for the end of a test. */
    static void assertNothingLogged(DovecotInstance dovecot) throws IOException {
        try {
            dovecot.assertLogClean();
        } finally {
            dovecot.forgetLog();
        }
    }

    /** Runs {@code force-resync} and fails if it logs anything but the two lines that it logs of any mdbox. */
    void forceResync() throws IOException {
        dovecot.assertLogClean();
        dovecot.doveadm("force-resync", "-u", name, "*");
        dovecot.assertLogClean("Warning: fscking index file " + mdbox() + "/storage/dovecot.map.index",
                "Warning: mdbox " + mdbox() + "/storage: rebuilding indexes");
        dovecot.forgetLog();
    }

    /** What {@code doveadm mailbox status} says of a mailbox. */
    static String status(MailboxView view, String mailbox, String field) {
        return MailboxView.field(view.lines().stream().filter(l -> l.startsWith("status " + mailbox + " ")).findFirst().orElseThrow(),
                field);
    }

    /** UIDs of a mailbox's mails, ascending. */
    static List<Long> uids(MailboxView view, String mailbox) {
        return view.mails(mailbox).stream().map(l -> Long.parseLong(MailboxView.field(l, "uid"))).toList();
    }

    /** Lines that differ: those only before with {@code -}, those only now with {@code +}. */
    static List<String> changes(MailboxView before, MailboxView now) {
        return before.difference(now).lines().toList();
    }

    private static OpenDirectory open(Path path) throws IOException {
        return OpenDirectory.open(ByteString.ofText(path.toString()));
    }
}
