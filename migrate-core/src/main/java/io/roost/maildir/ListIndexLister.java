package io.roost.maildir;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.MailboxNameCodec;
import io.roost.index.ListIndex;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Finds the mailboxes of a Maildir with {@code LAYOUT=index}: those of the list index, each in a directory named by its GUID.
 * Not thread-safe.
 */
final class ListIndexLister {
    private static final String DEFAULT_PREFIX = "dovecot.list.index";

    private final MailLocation location;
    private final MaildirPaths paths;
    private final ProblemLog problems;

    ListIndexLister(MailLocation location, ProblemLog problems) {
        this.location = location;
        this.problems = problems;
        paths = new MaildirPaths(location);
    }

    /**
     * Lists into the two collections.
     *
     * @param root of the mails
     * @throws CorruptFileException if the list index is damaged or gone: nothing else knows the names
     */
    void list(OpenDirectory root, Map<MailboxName, MaildirMailbox> mailboxes, Set<MailboxName> noSelect) throws IOException {
        MailboxNameCodec codec = location.nameCodec();
        Optional<ListIndex> list = read();
        Set<String> known = new HashSet<>();
        for (ListIndex.Entry entry : list.map(ListIndex::entries).orElse(List.of())) {
            String path = paths.byGuid(entry.guid());
            Optional<MailboxName> name = codec.decode(entry.storageParts());
            if (entry.isSelectable()) {
                known.add(entry.guid().toString());
            }
            if (name.isEmpty()) {
                problems.add(Kind.BAD_MAILBOX_NAME, entry.isSelectable() ? path : location.root(), "cannot be opened as a mailbox: "
                        + codec.problemOf(entry.storageParts()).orElse("its name cannot be decoded") + ", in the list index "
                        + ByteString.toText(String.join("/", entry.storageParts())));
            } else if (entry.isSelectable()) {
                mailboxes.put(name.get(), paths.mailbox(name.get(), entry.guid()));
            } else {
                noSelect.add(name.get());
            }
        }
        tellUnlisted(root, known, list.isPresent());
    }

    private Optional<ListIndex> read() throws IOException {
        String prefix = location.listIndex().orElse(DEFAULT_PREFIX);
        if (!prefix.startsWith("/")) {
            prefix = location.indexRoot().orElse(location.root()) + "/" + prefix;
        }
        int slash = prefix.lastIndexOf('/');
        try (OpenDirectory dir = OpenDirectory.open(slash == 0 ? "/" : prefix.substring(0, slash))) {
            return ListIndex.read(dir, prefix.substring(slash + 1));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Mailboxes that the list has forgotten: Dovecot shows them under names it makes up, once it rebuilds the list. */
    private void tellUnlisted(OpenDirectory root, Set<String> known, boolean isListThere) throws IOException {
        Set<String> unlisted = new HashSet<>();
        try (OpenDirectory boxes = paths.openListRoot(root)) {
            boxes.list((name, kind) -> {
                if (Guid128.isHex(name) && !known.contains(name)) {
                    unlisted.add(name);
                }
            });
            if (!isListThere && !unlisted.isEmpty()) {
                throw new CorruptFileException(location.listIndex().orElse(location.indexRoot().orElse(location.root()) + "/"
                        + DEFAULT_PREFIX), 0, "the list index, without which nobody knows the mailboxes' names", "no file");
            }
            for (String name : unlisted) {
                int mails = mails(boxes, name);
                if (mails > 0) {
                    problems.add(Kind.BAD_MAILBOX_NAME, boxes.pathOf(name), "is in no list index and holds " + mails + " mails");
                }
            }
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static int mails(OpenDirectory boxes, String name) throws PosixException {
        if (boxes.status(name).filter(s -> s.isDirectory()).isEmpty()) {
            return 0;
        }
        try (OpenDirectory directory = boxes.openDirectory(name)) {
            return MailboxLister.mails(directory);
        }
    }
}
