package io.roost.maildir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * {@code courierimapsubscribed} in the root of a Maildir that Courier serves.
 *
 * <pre>
 * file = *( "INBOX" [ "." storage name ] LF )      the last LF may be missing a line still being written
 * </pre>
 *
 * <p>Names are in modified UTF-7 with {@code .} between their parts. Source: Courier's {@code maildirsubscribed} files.
 */
final class CourierSubscriptions {
    static final String FILE = "courierimapsubscribed";
    private static final String PREFIX = "INBOX.";
    private static final int MAX_LINES = 100_000;

    private CourierSubscriptions() {
    }

    /** Storage parts of the mailboxes, in the file's order; none if there is no file. */
    static List<List<String>> read(OpenDirectory root) throws IOException {
        List<List<String>> mailboxes = new ArrayList<>();
        try (OpenFile file = root.openFile(FILE)) {
            if (!file.status().isFile()) {
                throw new CorruptFileException(file.path(), 0, "a regular file", "something else");
            }
            LineReader lines = new LineReader(file);
            while (lines.next()) {
                String line = lines.text();
                if (lines.number() > MAX_LINES) {
                    throw lines.corrupt("at most " + MAX_LINES + " lines");
                }
                if (line.equals("INBOX")) {
                    mailboxes.add(List.of(line));
                } else if (line.startsWith(PREFIX)) {
                    mailboxes.add(List.of(line.substring(PREFIX.length()).split("\\.", -1)));
                } else if (!line.isEmpty()) {
                    throw lines.corrupt("INBOX, or INBOX. and a name");
                }
            }
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        return mailboxes;
    }
}
