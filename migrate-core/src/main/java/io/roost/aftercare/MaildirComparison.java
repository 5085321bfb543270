package io.roost.aftercare;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

import io.roost.migrate.Account;
import io.roost.migrate.FileFate.Fate;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Mismatch;
import io.roost.migrate.Settings;
import io.roost.migrate.Verification;
import io.roost.migrate.VerifyReport;
import io.roost.posix.ByteString;

/**
 * A Maildir that was synced from the mdbox, compared with it.
 *
 * @param user   for messages
 * @param report of the comparison
 * @param grave  how many things differ, but for those that are of the direction
 * @param first  of these, if it is known
 * @param files  how many files of the Maildir the mdbox does not have in their places
 */
record MaildirComparison(String user, VerifyReport report, long grave, Optional<Mismatch> first, long files) {

    /**
     * Compares the two, mail by mail.
     *
     * @throws MigrationException if they cannot be compared
     */
    static MaildirComparison of(Account account, Settings settings)
            throws IOException, MigrationException, InterruptedException {
        VerifyReport report = new Verification(account, settings, event -> { }, fate -> { }).run();
        List<Mismatch> grave = report.mismatches().stream().filter(mismatch -> !isOfDirection(mismatch)).toList();
        long files = report.fates().getOrDefault(Fate.MISSING, 0L) + report.fates().getOrDefault(Fate.DIFFERENT, 0L);
        return new MaildirComparison(ByteString.toText(ByteString.ofText(account.user())), report,
                report.mismatchCount() - report.mismatches().size() + grave.size(), grave.stream().findFirst(), files);
    }

    /**
     * What the comparison minds because it was made for the other direction: the sync has changed the Maildir, so that its
     * HIGHESTMODSEQ is beyond the mdbox's, and has made mailboxes of names that only have children; of mails in such a mailbox,
     * the files would be missing.
     */
    private static boolean isOfDirection(Mismatch mismatch) {
        return mismatch.uid() == 0 && (mismatch.what().equals("HIGHESTMODSEQ") || mismatch.what().equals("first recent UID")
                || mismatch.what().equals("mailbox") && mismatch.found().equals("missing"));
    }

    boolean isEqual() {
        return grave == 0 && files == 0;
    }

    /** What differs, for people. */
    String text() {
        return "after the sync, Maildir and mdbox of user " + user + " differ in " + grave + " things and " + files + " files, so that the "
                + "user stays with the mdbox" + first.map(mismatch -> ": " + mismatch).orElse("") + "; see all with roost verify";
    }
}
