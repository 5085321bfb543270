package io.roost.maildir;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.SubscriptionsFile;
import io.roost.dovecot.UidValidityFiles;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * A user's Maildir as a source. Never changes it: not a name, not a byte, not a time. Thread-safe.
 */
public final class Maildir {
    /** How often a mailbox is read from the start when a file server replaces files under our hands. */
    private static final int ATTEMPTS = 3;

    private final MailLocation location;

    /**
     * @param location a {@code maildir:} location; nothing is opened yet
     */
    public Maildir(MailLocation location) {
        if (!location.isMaildir()) {
            throw new IllegalArgumentException("not a Maildir: " + location.driver());
        }
        this.location = location;
    }

    public MailLocation location() {
        return location;
    }

    /**
     * Lists mailboxes and subscriptions; opens no mail and no mailbox's control files.
     *
     * @throws io.roost.posix.PosixException if the root cannot be read
     */
    public MaildirListing list() throws IOException {
        ProblemLog problems = new ProblemLog("", location.root());
        MailboxLister lister = new MailboxLister(location, problems);
        try (OpenDirectory root = OpenDirectory.open(location.root());
                OpenDirectory control = openControlRoot()) {
            lister.list(root);
            OpenDirectory controls = location.control().isPresent() ? control : root;
            List<MailboxName> subscriptions = subscriptions(root, controls, problems);
            long uidValidity = controls == null ? 0 : UidValidityFiles.read(controls).orElse(0);
            return new MaildirListing(lister.mailboxes(), lister.noSelect(), subscriptions, uidValidity, problems.problems());
        }
    }

    /** Null if it is the root or not there. */
    private OpenDirectory openControlRoot() throws PosixException {
        try {
            return location.control().isPresent() ? OpenDirectory.open(location.controlRoot()) : null;
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return null;
            }
            throw e;
        }
    }

    private List<MailboxName> subscriptions(OpenDirectory root, OpenDirectory control, ProblemLog problems)
            throws IOException {
        List<List<String>> storage = List.of();
        String path = location.controlRoot() + "/" + location.subscriptions();
        try {
            Optional<SubscriptionsFile> file = control == null ? Optional.empty()
                    : SubscriptionsFile.read(control, location.subscriptions(), location.listSeparator());
            if (file.isPresent()) {
                storage = file.get().mailboxes();
                for (SubscriptionsFile.MalformedLine line : file.get().malformed()) {
                    problems.add(Kind.CORRUPT_SUBSCRIPTIONS, path, "line " + line.number() + " names no mailbox: "
                            + line.reason());
                }
            } else if (location.layout() == Layout.MAILDIR_PLUS_PLUS) {
                storage = CourierSubscriptions.read(root);
            }
        } catch (CorruptFileException e) {
            problems.add(Kind.CORRUPT_SUBSCRIPTIONS, e.file(), e.getMessage());
        } catch (PosixException e) {
            problems.add(ProblemLog.kindOfRefusal(e), e.path(), e.getMessage() + ", so that subscriptions would be lost");
        }
        Set<MailboxName> names = new LinkedHashSet<>();
        for (List<String> parts : storage) {
            Optional<MailboxName> name = location.nameCodec().decode(parts);
            name.ifPresent(names::add);
            if (name.isEmpty()) {
                problems.add(Kind.CORRUPT_SUBSCRIPTIONS, path,
                        "names what cannot be a mailbox: " + ByteString.toText(String.join("/", parts)));
            }
        }
        return new ArrayList<>(names);
    }

    /**
     * Scans one mailbox: directories, uidlist, keywords, index. What is damaged becomes a problem of the snapshot; only what
     * prevents any reading (I/O errors, permissions of the directories, a mailbox that is gone) is thrown. Opens no mail, and
     * asks for the status of a file only where two share a name or the file system does not tell what is one.
     */
    public MailboxSnapshot scan(MaildirMailbox mailbox) throws IOException {
        for (int attempt = 1;; attempt++) {
            try {
                return new MailboxScan(mailbox).run();
            } catch (PosixException e) {
                if (e.errno() != PosixException.ESTALE || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
