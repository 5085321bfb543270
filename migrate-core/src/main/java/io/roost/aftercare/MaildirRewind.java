package io.roost.aftercare;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.dovecot.CorruptFileException;
import io.roost.gate.GateException;
import io.roost.maildir.MaildirMailbox;
import io.roost.migrate.Account;
import io.roost.migrate.UidConflicts;
import io.roost.migrate.UidConflicts.Conflict;
import io.roost.migrate.UidConflicts.Mail;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Takes mailboxes of a Maildir back to where a sync from the mdbox can go on: a mail that came late in the cutover, or a sync that
 * failed, took a UID there that is another mail's in the mdbox, and a Maildir gives no UID below its next one. From the first such
 * UID on, its mails go to the trash and the UIDs are free again; the mdbox has those mails, and the sync brings them back with its
 * UIDs. Everything below stays as it is. Before that, mails are looked for that the mdbox never had: the sync might expunge them.
 *
 * <p>In this order, of which each step may be the last of a run that is killed: files are renamed; indexes are removed, which know the
 * next UID too; {@code dovecot-uidlist} is replaced. As long as that has not happened the next run finds the same conflict. The
 * user is locked out and uses the mdbox, so that nobody else is at the Maildir.
 */
final class MaildirRewind {
    private static final String UIDLIST = "dovecot-uidlist";
    private static final String TEMPORARY = "dovecot-uidlist.roost-new";
    /** Version 3, {@code 3 V... N... ...}, and version 1, {@code 1 UIDVALIDITY NEXTUID}. */
    private static final Pattern HEADER = Pattern.compile("(3(?: [^N ][^ ]*)* N|1 [0-9]+ )[0-9]+((?: .*)?)");
    private static final Pattern ENTRY = Pattern.compile("([0-9]{1,10}) .*");
    private static final int MAX_UIDLIST = 512 << 20;
    private static final int MOST_NAMED = 5;

    private final Account account;
    private final Instant seen;
    private final Instant now;

    /**
     * @param seen what is older in the Maildir was in the mdbox once
     * @param now  for the name in the trash
     */
    MaildirRewind(Account account, Instant seen, Instant now) {
        this.account = account;
        this.seen = seen;
        this.now = now;
    }

    /**
     * Does it where it is needed.
     *
     * @return the directory in the trash, a byte string; empty if nothing was to be done
     * @throws GateException if there is a mail that the mdbox may never have had; then nothing was changed
     */
    Optional<String> rewind() throws IOException, InterruptedException {
        UidConflicts found = UidConflicts.of(account);
        requireNothingLost(found.strangers());
        List<Conflict> conflicts = found.conflicts();
        if (conflicts.isEmpty()) {
            return Optional.empty();
        }
        String root = account.source().root();
        try (OpenDirectory parent = OpenDirectory.open(root.substring(0, root.lastIndexOf('/') + 1));
                OpenDirectory trash = MaildirTrees.trashIn(parent)) {
            String name = MaildirTrees.freeName(trash, root.substring(root.lastIndexOf('/') + 1) + "-mails-"
                    + MaildirTrees.STAMP.format(now));
            trash.makeDirectory(name, 0700);
            // The way to a file has to last before the file takes it.
            trash.sync();
            parent.sync();
            try (OpenDirectory aside = trash.openDirectory(name)) {
                for (int i = 0; i < conflicts.size(); i++) {
                    aside.makeDirectory(Integer.toString(i), 0700);
                    aside.sync();
                    try (OpenDirectory each = aside.openDirectory(Integer.toString(i))) {
                        rewind(conflicts.get(i), each);
                    }
                }
                return Optional.of(aside.path());
            }
        }
    }

    private void requireNothingLost(List<Mail> strangers) throws IOException {
        Set<String> unseen = strangers.isEmpty() ? Set.of() : new MaildirTrees(account).mailsChangedAfter(seen);
        List<String> lost = strangers.stream().filter(mail -> unseen.contains(mail.fileName())).map(mail -> ByteString.toText(
                mail.mailbox().path() + (mail.isInNew() ? "/new/" : "/cur/") + mail.fileName())).toList();
        if (!lost.isEmpty()) {
            throw new GateException("user " + ByteString.toText(ByteString.ofText(account.user()))
                    + " stays with the mdbox, which does not have "
                    + lost.size() + " mails of the Maildir, and may never have had: "
                    + String.join(", ", lost.subList(0, Math.min(MOST_NAMED, lost.size())))
                    + ". Have each delivered to the user, or move it away if it is not wanted, and run again");
        }
    }

    /** @param aside empty; gets a {@code cur} and a {@code new}, since a file of each may have the name of one in the other */
    static void rewind(Conflict conflict, OpenDirectory aside) throws IOException {
        MaildirMailbox mailbox = conflict.mailbox();
        try (OpenDirectory directory = mailbox.openDirectory()) {
            for (String name : List.of("cur", "new")) {
                aside.makeDirectory(name, 0700);
                try (OpenDirectory from = directory.openDirectory(name); OpenDirectory to = aside.openDirectory(name)) {
                    for (Mail mail : conflict.mails()) {
                        if (mail.isInNew() == name.equals("new")) {
                            from.rename(mail.fileName(), to, mail.fileName());
                        }
                    }
                    to.sync();
                    from.sync();
                }
            }
            aside.sync();
        }
        removeIndexes(mailbox.openIndex());
        removeIndexes(mailbox.openCache());
        Optional<OpenDirectory> control = mailbox.openControl();
        if (control.isPresent()) {
            try (OpenDirectory directory = control.get()) {
                rewrite(directory, conflict.from());
            }
        }
    }

    private static void removeIndexes(Optional<OpenDirectory> found) throws PosixException {
        if (found.isPresent()) {
            try (OpenDirectory directory = found.get()) {
                List<String> names = new ArrayList<>();
                directory.list((name, kind) -> {
                    if (name.startsWith("dovecot.index")) {
                        names.add(name);
                    }
                });
                for (String name : names) {
                    directory.removeFile(name);
                }
                directory.sync();
            }
        }
    }

    private static void rewrite(OpenDirectory directory, long from) throws IOException {
        FileStatus before;
        byte[] content;
        try (OpenFile old = directory.openFile(UIDLIST)) {
            before = old.status();
            if (!before.isFile() || before.size() > MAX_UIDLIST) {
                throw new CorruptFileException(old.path(), 0, "a file of at most " + MAX_UIDLIST + " bytes", before.size() + " bytes");
            }
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) before.size());
            old.preadFully(buffer, 0);
            content = new byte[buffer.flip().remaining()];
            buffer.get(content);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return;
            }
            throw e;
        }
        byte[] changed = withoutUidsFrom(content, from, directory.pathOf(UIDLIST));
        directory.removeFile(TEMPORARY);
        try (OpenFile file = directory.create(TEMPORARY, 0600)) {
            file.write(ByteBuffer.allocateDirect(changed.length).put(changed).flip());
            if (file.status().uid() != before.uid() || file.status().gid() != before.gid()) {
                file.chown(before.uid(), before.gid());
            }
            file.chmod(before.mode());
            file.sync();
        }
        directory.rename(TEMPORARY, directory, UIDLIST);
        directory.sync();
    }

    /**
     * A {@code dovecot-uidlist} whose next UID is another, without the lines from there on; all other bytes stay.
     *
     * @param file for messages, a byte string
     */
    static byte[] withoutUidsFrom(byte[] content, long from, String file) throws CorruptFileException {
        String text = ByteString.of(content, 0, content.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length);
        for (int at = 0; at < text.length();) {
            int end = text.indexOf('\n', at);
            String line = text.substring(at, end < 0 ? text.length() : end);
            if (at == 0) {
                Matcher header = HEADER.matcher(line);
                if (!header.matches()) {
                    throw new CorruptFileException(file, 0, "a header of version 3 or 1 with a next UID", '"'
                            + ByteString.toText(line) + '"');
                }
                out.writeBytes(ByteString.toBytes(header.group(1) + from + header.group(2) + '\n'));
            } else {
                Matcher entry = ENTRY.matcher(line);
                if (!entry.matches() || Long.parseLong(entry.group(1)) < from) {
                    out.writeBytes(ByteString.toBytes(line + '\n'));
                }
            }
            at += line.length() + 1;
        }
        return out.toByteArray();
    }
}
