package io.roost.aftercare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.MailChange;
import io.roost.migrate.Account;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * An mdbox that its user has left. A delivery whose recipient was accepted before the gate closed still ends in it: such mails are
 * found by the time when they were saved, and imported to the Maildir by Dovecot, which gives them UIDs there. The file
 * {@value #MARKER} in the mdbox's root, empty, has the time when the last sync had ended. Doing it again does nothing twice: a mail
 * whose GUID is in the Maildir is there. Immutable.
 */
final class LeftMdbox {
    private static final String MARKER = ".roost-left";
    /** Clocks of file servers and Dovecots, and that Dovecot counts in seconds. */
    private static final int SECONDS_BEFORE = 5;

    private final Account account;
    private final String location;
    private final DovecotProgram doveadm;

    LeftMdbox(Account account, MailChange change, DovecotProgram doveadm) throws InvalidSettingException {
        this.account = account;
        this.doveadm = doveadm;
        location = new String(ByteString.toBytes(change.to()), StandardCharsets.UTF_8);
        if (!ByteString.ofText(location).equals(change.to())) {
            throw new InvalidSettingException("mail location", ByteString.toText(change.to()), "valid UTF-8",
                    "doveadm cannot be told of it");
        }
    }

    /** Everything is synced; nobody but deliveries from before will write any more. */
    void mark() throws PosixException {
        try (OpenDirectory root = OpenDirectory.open(account.target().root()); OpenFile marker = root.openOrCreate(MARKER, 0600)) {
            marker.setModifiedNow();
            marker.sync();
            root.sync();
        }
    }

    /** When it was left, Unix seconds; empty if there is nothing, or nobody has marked it. */
    Optional<Long> leftAt() throws PosixException {
        try (OpenDirectory root = OpenDirectory.open(account.target().root())) {
            return root.status(MARKER).filter(FileStatus::isFile).map(FileStatus::mtime);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Imports what came since. The user uses the Maildir, and is let in.
     *
     * @return how many mails
     */
    int bringBack(long since) throws IOException {
        List<String> rows = doveadm.run("-o", "mail=" + location.replace("%", "%%"), "-f", "tab", "fetch", "-u", account.user(),
                "mailbox guid", "savedsince", Long.toString(since - SECONDS_BEFORE)).requireSuccess().outputText().lines().skip(1)
                .toList();
        int brought = 0;
        for (String row : rows) {
            int tab = row.lastIndexOf('\t');
            String mailbox = row.substring(0, tab);
            String guid = row.substring(tab + 1);
            if (doveadm.run("search", "-u", account.user(), "guid", guid).requireSuccess().output().isBlank()) {
                doveadm.run("import", "-u", account.user(), location, "", "mailbox", mailbox, "guid", guid).requireSuccess();
                brought++;
            }
        }
        return brought;
    }
}
