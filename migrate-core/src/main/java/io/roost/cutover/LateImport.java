package io.roost.cutover;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.mdbox.MailsSince;
import io.roost.migrate.Account;
import io.roost.migrate.LateMail;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Puts a mail of the Maildir into the mdbox that its user is using, by {@code doveadm import} from a Maildir that holds nothing but
 * that mail: Dovecot itself gives it a UID, and keeps its flags and received date. The user's own Maildir is not opened by Dovecot,
 * and not changed. That small Maildir, {@code .NAME.roost-late}, lies beside the mdbox NAME for the moment.
 *
 * <p>An import gives the mail its name as GUID. So it can be told whether an import happened that nobody lived to record:
 * wherever the user has moved or copied the mail since, or if the user has expunged it: then the map of the mdbox has it, with a map
 * UID that did not exist before, and no references. Only if a {@code doveadm purge} came in between, too, it comes once more.
 */
final class LateImport {
    private static final int EX_NOTFOUND = 68;
    private static final Duration IMPORT_LIMIT = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 50;

    private final DovecotProgram doveadm;

    LateImport(DovecotProgram doveadm) {
        this.doveadm = doveadm;
    }

    /**
     * Does nothing if the mail is not there any more.
     *
     * @param begun if a run that was killed may have put the mail into the mdbox: {@link MailsSince#nextMapUid} before
     */
    void bringOver(Account account, LateMail mail, OptionalLong begun) throws IOException, InterruptedException {
        String target = account.target().root();
        int slash = target.lastIndexOf('/');
        String parent = slash == 0 ? "/" : target.substring(0, slash);
        // Others may have their mdboxes beside this one.
        String small = "." + target.substring(slash + 1) + ".roost-late";
        try (OpenDirectory beside = OpenDirectory.open(parent)) {
            if (begun.isPresent()) {
                awaitEnd(beside.pathOf(small));
            }
            // of a run that was killed
            beside.removeTree(small);
            if (begun.isPresent() && (isThere(account, mail) || wasThere(account, mail, begun.getAsLong()))) {
                return;
            }
            try {
                if (copy(account, mail, beside, small)) {
                    run(account, mail, beside.pathOf(small));
                }
            } finally {
                beside.removeTree(small);
            }
        }
    }

    /** An import outlives a run that is killed. */
    private static void awaitEnd(String small) throws IOException, InterruptedException {
        long until = System.nanoTime() + IMPORT_LIMIT.toNanos();
        List<Long> processes;
        while (!(processes = MailProcesses.startedWith(small.replace(":", "::"))).isEmpty()) {
            if (System.nanoTime() > until) {
                throw new IOException("an import that a run which was killed has begun has not ended yet (process " + processes.get(0)
                        + "): run again when it has");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Entered in the map, and no mailbox has it any more. An import that ended half-way leaves a reference. */
    private static boolean wasThere(Account account, LateMail mail, long from) throws IOException {
        String guid = guid(mail);
        return MailsSince.of(account.target(), from).stream().anyMatch(each -> each.references() == 0 && each.guid().equals(guid));
    }

    private static String guid(LateMail mail) {
        int colon = mail.fileName().indexOf(':');
        return colon < 0 ? mail.fileName() : mail.fileName().substring(0, colon);
    }

    private boolean isThere(Account account, LateMail mail) throws IOException {
        String guid = guid(mail);
        String text = ByteString.toText(guid);
        // What is no UTF-8 cannot be an argument.
        DovecotProgram.Result result = ByteString.ofText(text).equals(guid) ? doveadm.run("search", "-u", account.user(), "guid", text)
                : doveadm.run("-f", "tab", "fetch", "-u", account.user(), "guid", "ALL");
        boolean found = ByteString.ofText(text).equals(guid) ? !result.output().isBlank()
                : result.output().lines().anyMatch(guid::equals);
        if (!found && result.exitCode() != 0) {
            throw new IOException("nobody knows whether a mail that came late, " + ByteString.toText(mail.path())
                    + ", was put into the mdbox by a run that was killed: " + result.firstErrors()
                    + "; it stays in the Maildir, run again");
        }
        return found;
    }

    private boolean copy(Account account, LateMail mail, OpenDirectory beside, String small) throws IOException {
        try (OpenDirectory mailbox = OpenDirectory.openNoFollow(mail.directory());
                OpenDirectory from = mailbox.openDirectory(mail.isInNew() ? "new" : "cur");
                OpenFile file = from.openFile(mail.fileName())) {
            FileStatus status = file.status();
            if (!status.isFile()) {
                throw new IOException(ByteString.toText(mail.path()) + " is no file: a mail that came late cannot be brought over");
            }
            Ownership owner = new Ownership(status.uid(), status.gid(), 0600, 0700);
            try (OpenDirectory to = directories(owner, beside, small, relative(account, mail), mail.isInNew() ? "new" : "cur");
                    OpenFile copy = owner.createFile(to, mail.fileName())) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
                while (file.read(buffer) > 0) {
                    copy.write(buffer.flip());
                    buffer.clear();
                }
                copy.setModified(status.mtime());
            }
            return true;
        } catch (PosixException e) {
            if (e.isNotFound()) {
                // Expunged, or renamed: then the next look finds it by its new name.
                return false;
            }
            throw e;
        }
    }

    /** A mailbox's directory below the root, as the layout names it. */
    private static String relative(Account account, LateMail mail) {
        String root = account.source().root();
        return !mail.mailbox().isInbox() && mail.directory().startsWith(root + "/") ? mail.directory().substring(root.length()) : "";
    }

    private static OpenDirectory directories(Ownership owner, OpenDirectory beside, String small, String relative, String last)
            throws PosixException {
        owner.createDirectory(beside, small).close();
        OpenDirectory at = beside.openDirectory(small);
        for (String part : relative.split("/")) {
            at = part.isEmpty() ? at : enter(owner, at, part);
        }
        try (OpenDirectory mailbox = at) {
            for (String name : new String[] {"cur", "new", "tmp"}) {
                owner.createDirectory(mailbox, name).close();
            }
            return mailbox.openDirectory(last);
        }
    }

    private static OpenDirectory enter(Ownership owner, OpenDirectory at, String part) throws PosixException {
        try (at) {
            return owner.createDirectory(at, part);
        }
    }

    private void run(Account account, LateMail mail, String maildir) throws IOException {
        MailLocation source = account.source();
        String location = "maildir:" + ByteString.toText(maildir).replace(":", "::")
                + (source.layout() == MailLocation.Layout.FS ? ":LAYOUT=fs" : "") + (source.utf8() ? ":UTF-8" : "");
        DovecotProgram.Result result = doveadm.run("import", "-u", account.user(), location, "", "ALL");
        if (result.exitCode() == EX_NOTFOUND) {
            // 2.3.19.1 fails like that once where there is no list index yet and a parent without mails; then there is one.
            result = doveadm.run("import", "-u", account.user(), location, "", "ALL");
        }
        if (result.exitCode() != 0) {
            throw new IOException("a mail that came late, " + ByteString.toText(mail.path())
                    + ", could not be put into the mdbox: " + result.firstErrors() + "; it stays in the Maildir, run again");
        }
    }
}
