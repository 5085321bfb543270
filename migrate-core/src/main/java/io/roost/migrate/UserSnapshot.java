package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailboxName;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirListing;
import io.roost.maildir.MaildirMailbox;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.posix.ByteString;

/**
 * All mailboxes of a user as one scan found them: names, UIDs and flags; no mail was opened.
 *
 * @param listing   mailboxes and subscriptions
 * @param mailboxes in the listing's order
 */
public record UserSnapshot(MaildirListing listing, List<MailboxSnapshot> mailboxes) {

    /** Mailboxes scanned at once, where one takes a while: on a server or a cold disk each is some round trips. */
    private static final int PARALLEL = 4;
    /** What a small mailbox does not take that is in memory. */
    private static final long A_WHILE_NANOS = 1_000_000;

    /** Scans everything. */
    public static UserSnapshot scan(Maildir maildir) throws IOException, InterruptedException {
        MaildirListing listing = maildir.list();
        List<MailboxSnapshot> mailboxes = new ArrayList<>();
        long started = System.nanoTime();
        for (MaildirMailbox mailbox : listing.mailboxes()) {
            mailboxes.add(maildir.scan(mailbox));
            if (System.nanoTime() - started > A_WHILE_NANOS) {
                break;
            }
        }
        List<MaildirMailbox> others = listing.mailboxes().subList(mailboxes.size(), listing.mailboxes().size());
        try (WorkGroup group = new WorkGroup(Math.min(PARALLEL, others.size()))) {
            List<Future<MailboxSnapshot>> scans = new ArrayList<>();
            for (MaildirMailbox mailbox : others) {
                scans.add(group.submit(() -> maildir.scan(mailbox)));
            }
            for (Future<MailboxSnapshot> scan : scans) {
                mailboxes.add(Awaited.await(scan));
            }
        }
        return new UserSnapshot(listing, mailboxes);
    }

    /**
     * Scans everything but leaves out mailboxes, parents and subscriptions whose names mdbox cannot hold: problems tell of them.
     * Where mailboxes are placed by GUID, of those that share one, as copies do, all but the first are as if they had none.
     */
    static UserSnapshot scan(Maildir maildir, TargetPaths paths) throws IOException, InterruptedException {
        return scan(maildir).holdableAt(paths, maildir.location().controlRoot() + "/" + maildir.location().subscriptions());
    }

    private UserSnapshot holdableAt(TargetPaths paths, String subscriptionsFile) {
        List<SourceProblem> problems = new ArrayList<>(listing.problems());
        List<MailboxSnapshot> holdable = new ArrayList<>();
        Set<Guid128> guids = new HashSet<>();
        for (MailboxSnapshot mailbox : mailboxes) {
            Optional<String> why = paths.whyInvalid(mailbox.name());
            if (why.isEmpty() && paths.byGuid() && mailbox.guid().isPresent() && !guids.add(mailbox.guid().get())) {
                problems.add(new SourceProblem(SourceProblem.Kind.GUID_CONFLICT, mailbox.name().toString(),
                        mailbox.location().path(), "has the mailbox GUID " + mailbox.guid().get() + " of another mailbox, which "
                        + "LAYOUT=index cannot hold twice: it gets one of its own"));
                holdable.add(mailbox.withoutGuid());
            } else if (why.isEmpty()) {
                holdable.add(mailbox);
            } else {
                problems.add(new SourceProblem(SourceProblem.Kind.BAD_MAILBOX_NAME, mailbox.name().toString(),
                        mailbox.location().path(), "mdbox cannot hold the mailbox and its " + mailbox.mails().size() + " mails: "
                        + why.get()));
            }
        }
        List<MailboxName> noSelect = listing.noSelect().stream().filter(name -> paths.whyInvalid(name).isEmpty()).toList();
        List<MailboxName> subscriptions = new ArrayList<>();
        for (MailboxName name : listing.subscriptions()) {
            Optional<String> why = paths.whyInvalid(name);
            if (why.isEmpty()) {
                subscriptions.add(name);
            } else {
                // Dovecot would complain about it at every listing.
                problems.add(new SourceProblem(SourceProblem.Kind.CORRUPT_SUBSCRIPTIONS, "", subscriptionsFile,
                        "names what mdbox cannot hold: " + ByteString.toText(ByteString.ofText(name.toString())) + ": " + why.get()));
            }
        }
        return new UserSnapshot(new MaildirListing(holdable.stream().map(MailboxSnapshot::location).toList(), noSelect,
                subscriptions, listing.lastUidValidity(), problems), holdable);
    }

    public long mails() {
        return mailboxes.stream().mapToLong(m -> m.mails().size()).sum();
    }

    /** What the file names say the mails weigh; 0 for those that do not say. */
    public long bytesByName() {
        return mailboxes.stream().mapToLong(m -> m.mails().bytesByName()).sum();
    }

    /** How many names do not say what their mail weighs. */
    long unsized() {
        return mailboxes.stream().mapToLong(m -> m.mails().unsized()).sum();
    }

    /** Whether a Maildir that is listed so now has the mailboxes, parents and subscriptions that were scanned. */
    boolean isListedAs(MaildirListing now) {
        return now.mailboxes().equals(listing.mailboxes()) && now.noSelect().equals(listing.noSelect())
                && now.subscriptions().equals(listing.subscriptions()) && now.lastUidValidity() == listing.lastUidValidity();
    }

    /** Whether the stamps of all mailboxes say that another scan would find the same. */
    boolean isUnchanged() throws IOException {
        for (MailboxSnapshot mailbox : mailboxes) {
            if (!mailbox.stamp().unchanged()) {
                return false;
            }
        }
        return true;
    }

    /** A number that differs, but for a negligible chance, if anything differs that is carried into the mdbox. */
    long fingerprint() {
        Fingerprint f = new Fingerprint();
        f.add(listing.noSelect());
        f.add(listing.subscriptions());
        for (MailboxSnapshot m : mailboxes) {
            f.add(m.name());
            f.add(m.uidValidity());
            f.add(m.uidNext());
            f.add(m.firstRecentUid());
            f.add(m.guid());
            f.add(m.keywords());
            f.add(m.acl());
            MailList mails = m.mails();
            for (int i = 0; i < mails.size(); i++) {
                f.add(mails.uid(i));
                f.add(mails.key(i));
                f.add(mails.guid(i));
                f.add(mails.flags(i));
                f.add(mails.keywords(i));
            }
        }
        return f.value();
    }

    /** Mixes hash codes into 64 bits. */
    private static final class Fingerprint {
        private long value = 0x9e3779b97f4a7c15L;

        void add(Object o) {
            value = (value ^ o.hashCode()) * 0xff51afd7ed558ccdL;
            value ^= value >>> 33;
        }

        long value() {
            return value;
        }
    }

    /** Everything odd that the scan found. */
    public Stream<SourceProblem> problems() {
        return Stream.concat(listing.problems().stream(), mailboxes.stream().flatMap(m -> m.problems().stream()));
    }
}
