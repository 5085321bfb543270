package io.roost.cli.check;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.cli.screen.Quantity;
import io.roost.dovecot.InvalidSettingException;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.migrate.UserSnapshot;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;

/**
 * Whether the targets' file systems have room for all that were named, while their Maildirs are still there. Lists the
 * Maildirs and opens no mail: sizes are those that file names state, and where they do not, those of some files.
 */
public final class PlannedSpace implements Check {
    /** Of a mail beside its bytes: headers and metadata in {@code m.*}, records of both indexes. */
    private static final int MAIL_OVERHEAD = 160;
    private static final int MAILBOX_OVERHEAD = 16 << 10;
    /** A mailbox's directories, index, log and cache. */
    private static final int MAILBOX_FILES = 5;
    private static final int USER_FILES = 10;
    private static final int STATS = 200;

    private final List<Account> accounts;
    private final Settings settings;
    private final int others;

    /**
     * @param accounts those who are not migrated yet
     * @param others   how many more are to come, who are not looked at
     */
    public PlannedSpace(List<Account> accounts, Settings settings, int others) {
        this.accounts = List.copyOf(accounts);
        this.settings = settings;
        this.others = others;
    }

    /** On one file system. */
    private static final class Need {
        private long bytes;
        private long files;
        private FileSystemStatus space;
        private int users;
        private int withoutMail;
    }

    @Override
    public List<String> ids() {
        return List.of("space");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException, InterruptedException {
        Map<String, Need> needs = new LinkedHashMap<>();
        for (Account account : accounts) {
            String parent = MailPaths.parentOf(account.target().root());
            Question question = question("mdbox of " + account.user());
            try (OpenDirectory directory = OpenDirectory.open(parent)) {
                Need need = needs.computeIfAbsent(backend.mounts().find(parent).map(Mount::mountPoint).orElse(parent), at -> new Need());
                need.space = directory.fileSystem();
                need.users++;
                if (OpenDirectory.statusOf(account.source().root()).isPresent()) {
                    add(need, account);
                } else {
                    need.withoutMail++;
                }
            } catch (PosixException e) {
                return List.of(question.unknown(e.getMessage(), e.isNotFound() ? "mount or create it"
                        : "run as root or as the mail user"));
            } catch (InvalidSettingException e) {
                return List.of(question.unknown(e.getMessage(), "correct the location"));
            }
        }
        if (needs.isEmpty()) {
            // with users, all of them are moved
            return backend.users().isEmpty() ? List.of(backend.nobody(question("targets"))) : List.of();
        }
        return needs.entrySet().stream().map(need -> judge(ByteString.toText(need.getKey()), need.getValue())).toList();
    }

    private void add(Need need, Account account) throws IOException, InterruptedException {
        long data = 0;
        long stated = 0;
        long mails = 0;
        long sampled = 0;
        long sampledBytes = 0;
        for (MailboxSnapshot mailbox : UserSnapshot.scan(new Maildir(account.source())).mailboxes()) {
            MailList list = mailbox.mails();
            for (int i = 0; i < list.size(); i++) {
                long size = list.sizeByName(i);
                if (size >= 0) {
                    stated++;
                    data += size;
                } else if (sampled < STATS) {
                    sampled++;
                    sampledBytes += sizeOf(mailbox, list, i);
                }
            }
            mails += list.size();
            data += MAILBOX_OVERHEAD + cacheSize(mailbox);
            need.files += MAILBOX_FILES;
        }
        if (sampled > 0) {
            data += (long) ((double) sampledBytes / sampled * (mails - stated));
        }
        need.bytes += data + mails * MAIL_OVERHEAD;
        need.files += data / settings.rotateSize() + USER_FILES;
    }

    private static long sizeOf(MailboxSnapshot mailbox, MailList list, int i) throws PosixException {
        String path = mailbox.location().path() + (list.isInNew(i) ? "/new/" : "/cur/") + list.fileName(i);
        return OpenDirectory.statusOf(path).map(FileStatus::size).orElse(0L);
    }

    private static long cacheSize(MailboxSnapshot mailbox) throws PosixException {
        Optional<OpenDirectory> directory = mailbox.location().openCache();
        if (directory.isEmpty()) {
            return 0;
        }
        try (OpenDirectory cache = directory.get()) {
            return cache.status("dovecot.index.cache").map(FileStatus::size).orElse(0L);
        }
    }

    private static Question question(String at) {
        return new Question("space", at, "room and inodes for an mdbox beside each Maildir",
                "a full file system stops deliveries too");
    }

    private Finding judge(String at, Need need) {
        FileSystemStatus space = need.space;
        String found = "about " + Quantity.bytes(need.bytes) + " and " + Quantity.count(need.files) + " files to come for "
                + Quantity.count(need.users, "user", "users") + (need.withoutMail == 0 ? "" : " (" + Quantity.count(need.withoutMail)
                + " without a Maildir)") + ", " + Quantity.bytes(space.freeBytes()) + " free"
                + (space.totalInodes() == 0 ? "" : ", " + Quantity.count(space.freeInodes()) + " inodes");
        boolean fits = need.bytes <= space.freeBytes() && (space.totalInodes() == 0 || need.files <= space.freeInodes());
        if (!fits) {
            return question(at).unsafe(found, "make room, or migrate in parts and retire Maildirs between them");
        }
        return others <= 0 ? question(at).ok(found) : question(at).unknown(found + "; "
                + Quantity.count(others, "user was", "users were") + " not looked at",
                "look at all, with --sample 1000000, or add them up with roost migrate --dry-run");
    }
}
