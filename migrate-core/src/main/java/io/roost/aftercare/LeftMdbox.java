package io.roost.aftercare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.MailChange;
import io.roost.mdbox.MailsSince;
import io.roost.migrate.Account;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * An mdbox that its user has left. A delivery whose recipient was accepted before the gate closed still ends in it: such mails have
 * map UIDs that there were not when the last sync had ended, and are imported to the Maildir by Dovecot, which gives them UIDs there.
 * A mail whose GUID is in the Maildir is there already.
 *
 * <p>The file {@value #MARKER} in the mdbox's root has the moment as its modification time, and holds the first map UID that is to be
 * looked at, as decimal digits and LF: it moves on with each mail that was brought, so that one that the user expunges is not brought
 * once more. Immutable.
 */
final class LeftMdbox {
    private static final String MARKER = ".roost-left";
    private static final String TEMPORARY = MARKER + ".new";
    private static final int MAX_MARKER = 20;

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
    void mark() throws IOException {
        mark(MailsSince.nextMapUid(account.target()), Optional.empty());
    }

    private void mark(long mapUid, Optional<Long> time) throws IOException {
        byte[] content = (mapUid + "\n").getBytes(StandardCharsets.US_ASCII);
        try (OpenDirectory root = OpenDirectory.open(account.target().root())) {
            // of a run that was killed
            root.removeFile(TEMPORARY);
            try (OpenFile marker = root.create(TEMPORARY, 0600)) {
                marker.write(ByteBuffer.allocateDirect(content.length).put(content).flip());
                if (time.isPresent()) {
                    marker.setModified(time.get());
                }
                marker.sync();
            }
            root.rename(TEMPORARY, root, MARKER);
            root.sync();
        }
    }

    private long firstMapUid() throws IOException {
        try (OpenDirectory root = OpenDirectory.open(account.target().root()); OpenFile marker = root.openFile(MARKER)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_MARKER);
            marker.preadFully(buffer, 0);
            String text = StandardCharsets.ISO_8859_1.decode(buffer.flip()).toString();
            if (!text.matches("[0-9]{1,10}\n")) {
                throw new CorruptFileException(marker.path(), 0, "a map UID", '"' + ByteString.toText(text) + '"');
            }
            return Long.parseLong(text.strip());
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
     * @param leftAt as {@link #leftAt} says
     * @return how many mails
     */
    int bringBack(long leftAt) throws IOException {
        int brought = 0;
        for (MailsSince.Entered mail : MailsSince.of(account.target(), firstMapUid())) {
            // Dovecot makes GUIDs of hex digits for what it delivers.
            if (mail.references() > 0 && doveadm.run("search", "-u", account.user(), "guid", mail.guid()).requireSuccess()
                    .output().isBlank()) {
                brought += bringBack(mail.guid());
            }
            mark(mail.mapUid() + 1, Optional.of(leftAt));
        }
        return brought;
    }

    private int bringBack(String guid) throws IOException {
        List<String> mailboxes = doveadm.run("-o", "mail=" + location.replace("%", "%%"), "-f", "tab", "fetch", "-u", account.user(),
                "mailbox", "guid", guid).requireSuccess().outputText().lines().skip(1).toList();
        for (String mailbox : mailboxes) {
            doveadm.run("import", "-u", account.user(), location, "", "mailbox", mailbox, "guid", guid).requireSuccess();
        }
        return mailboxes.size();
    }
}
