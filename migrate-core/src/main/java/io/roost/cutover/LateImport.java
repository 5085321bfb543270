package io.roost.cutover;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
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
 * and not changed. That small Maildir, {@code .roost-late}, lies beside the mdbox for the moment.
 */
final class LateImport {
    private static final String DIRECTORY = ".roost-late";
    private static final int EX_NOTFOUND = 68;

    private final DovecotProgram doveadm;

    LateImport(DovecotProgram doveadm) {
        this.doveadm = doveadm;
    }

    /** Does nothing if the mail is not there any more. */
    void bringOver(Account account, LateMail mail) throws IOException {
        String target = account.target().root();
        int slash = target.lastIndexOf('/');
        String parent = slash == 0 ? "/" : target.substring(0, slash);
        try (OpenDirectory beside = OpenDirectory.open(parent)) {
            // of a run that was killed
            beside.removeTree(DIRECTORY);
            try {
                if (copy(account, mail, beside)) {
                    run(account, mail, beside.pathOf(DIRECTORY));
                }
            } finally {
                beside.removeTree(DIRECTORY);
            }
        }
    }

    private boolean copy(Account account, LateMail mail, OpenDirectory beside) throws IOException {
        try (OpenDirectory mailbox = OpenDirectory.openNoFollow(mail.directory());
                OpenDirectory from = mailbox.openDirectory(mail.isInNew() ? "new" : "cur");
                OpenFile file = from.openFile(mail.fileName())) {
            FileStatus status = file.status();
            if (!status.isFile()) {
                throw new IOException(ByteString.toText(mail.path()) + " is no file: a mail that came late cannot be brought over");
            }
            Ownership owner = new Ownership(status.uid(), status.gid(), 0600, 0700);
            try (OpenDirectory to = directories(owner, beside, relative(account, mail), mail.isInNew() ? "new" : "cur");
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

    private static OpenDirectory directories(Ownership owner, OpenDirectory beside, String relative, String last) throws PosixException {
        owner.createDirectory(beside, DIRECTORY).close();
        OpenDirectory at = beside.openDirectory(DIRECTORY);
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
