package io.roost.cutover;

import java.io.IOException;
import java.nio.file.Path;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.migrate.Account;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;

/**
 * Which of a user's two locations Dovecot uses, whoever told it so: a field of the userdb, a namespace of its own or the global
 * {@code mail_location}. Asked with {@code doveadm mailbox path}, which prints where the INBOX is and opens nothing. Immutable and
 * thread-safe.
 */
public final class MailInForce {
    private final DovecotProgram doveadm;

    public MailInForce(DovecotProgram doveadm) {
        this.doveadm = doveadm;
    }

    /**
     * Whether it is the mdbox. The user's gate must be open.
     *
     * @throws MigrationException if it is neither, or Dovecot does not say now
     */
    public boolean isTarget(Account account) throws IOException, MigrationException {
        DovecotProgram.Result result = doveadm.run("mailbox", "path", "-u", account.user(), "-t", "dir", "INBOX");
        String path = result.output().strip();
        if (result.exitCode() == DovecotProgram.Result.EX_TEMPFAIL) {
            throw new MigrationException(Kind.BUSY, "Dovecot does not say where the mail of " + account.user() + " is: "
                    + result.firstErrors() + "; run again");
        }
        if (result.exitCode() != 0 || !path.startsWith("/") || path.indexOf('\n') >= 0) {
            throw new MigrationException(Kind.TARGET, "Dovecot does not say where the mail of " + account.user()
                    + " is, so that nobody knows whether the mdbox at " + ByteString.toText(account.target().root())
                    + " is in use; nothing was changed. doveadm mailbox path: " + result.firstErrors());
        }
        String target = real(account.target().root());
        String found = real(path);
        boolean isTarget = isBelow(found, target) || account.target().inbox().filter(inbox -> isBelow(found, real(inbox))).isPresent();
        String source = real(account.source().root());
        boolean isSource = isBelow(found, source) || account.source().inbox().filter(inbox -> isBelow(found, real(inbox))).isPresent();
        if (isTarget && isSource) {
            // One lies in the other.
            return target.length() > source.length();
        }
        if (!isTarget && !isSource) {
            throw new MigrationException(Kind.TARGET, "Dovecot has the mail of " + account.user() + " at " + ByteString.toText(path)
                    + ", which is neither the Maildir " + ByteString.toText(account.source().root()) + " nor the mdbox "
                    + ByteString.toText(account.target().root())
                    + " of this migration; nothing was changed: name them with --from and --to");
        }
        return isTarget;
    }

    /** Whether a {@code mail} field of the userdb leads to the mdbox. */
    static boolean isTarget(Account account, String mail) {
        try {
            MailLocation found = MailLocation.parse(mail, account.home());
            return found.driver().equals(account.target().driver()) && found.root().equals(account.target().root());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isBelow(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    /** Without symbolic links, as far as there is something; a byte string. */
    private static String real(String path) {
        String text = ByteString.toText(path);
        if (!ByteString.ofText(text).equals(path)) {
            return path;
        }
        for (Path at = Path.of(text), rest = Path.of(""); at != null; at = at.getParent()) {
            try {
                String found = at.toRealPath().resolve(rest).toString();
                return ByteString.ofText(found);
            } catch (IOException e) {
                rest = at.getFileName() == null ? rest : at.getFileName().resolve(rest);
            }
        }
        return path;
    }
}
