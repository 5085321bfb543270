package io.roost.migrate;

import java.util.List;

import io.roost.maildir.SourceProblem;

/**
 * What became of one user's migration.
 *
 * @param mailboxes     mailboxes written
 * @param mails         mails that the mdbox shows
 * @param bytes         their plain size
 * @param copiedMails   mails whose bytes this run wrote, the rest being from earlier runs or shared
 * @param sharedMails   mails that use the record of another mail with the same GUID, content and date
 * @param vanished      mails placed that were expunged before the end
 * @param dataFiles     number of {@code m.*} files
 * @param skipped       what was left out because of {@code --skip-unreadable}
 * @param notes         other problems found
 * @param millis        time taken by this run
 * @param alreadyDone   whether an earlier run had done it all
 */
public record Result(int mailboxes, long mails, long bytes, long copiedMails, long sharedMails, long vanished, int dataFiles,
        List<SourceProblem> skipped, List<SourceProblem> notes, long millis, boolean alreadyDone) {
    public Result {
        skipped = List.copyOf(skipped);
        notes = List.copyOf(notes);
    }
}
