package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.Guid128;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirMailbox;
import io.roost.maildir.MailboxSnapshot;
import io.roost.mdbox.MailboxIndex;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Where a Maildir stands in the way of the mdbox that was made of it, when mails are brought back: a mail that came late to the
 * Maildir took a UID which the mdbox has given to another. And mails that the mdbox has not: a sync would take one for expunged if the
 * mdbox has given its UID to another mail that is expunged by now. Told by UIDs and GUIDs; no mail is opened.
 *
 * @param conflicts one for each mailbox that has any
 * @param strangers mails of which no mailbox of the mdbox has the GUID, unless a sync has brought them from there
 */
public record UidConflicts(List<Conflict> conflicts, List<Mail> strangers) {
    public UidConflicts {
        conflicts = List.copyOf(conflicts);
        strangers = List.copyOf(strangers);
    }

    /**
     * A mailbox.
     *
     * @param mailbox in the Maildir
     * @param from    the first UID that the mdbox has for a mail which the Maildir has not, though it has given UIDs beyond
     * @param mails   those of the Maildir with UIDs from there on
     */
    public record Conflict(MaildirMailbox mailbox, long from, List<Mail> mails) { }

    /**
     * A mail of the Maildir.
     *
     * @param mailbox  the one it is in
     * @param isInNew  whether it is in {@code new/} rather than in {@code cur/}
     * @param fileName byte string
     */
    public record Mail(MaildirMailbox mailbox, boolean isInNew, String fileName) { }

    /** Compares all mailboxes that both have. */
    public static UidConflicts of(Account account) throws IOException, InterruptedException {
        return new Search().find(account);
    }

    private static final class Search {
        private final Set<Guid128> inMdbox = new HashSet<>();
        /** How often the Maildir has a GUID: one that it has twice may have become another in the mdbox. */
        private final Map<Guid128, Integer> inMaildir = new HashMap<>();

        private UidConflicts find(Account account) throws IOException, InterruptedException {
            TargetPaths paths = new TargetPaths(account.target());
            Map<List<String>, Guid128> guids = Verification.guidsByName(paths);
            List<MailboxSnapshot> mailboxes = UserSnapshot.scan(new Maildir(account.source()), paths).mailboxes();
            List<Optional<MailboxIndex>> indexes = new ArrayList<>();
            for (MailboxSnapshot mailbox : mailboxes) {
                Optional<MailboxIndex> index = index(paths, mailbox, guids);
                indexes.add(index);
                for (int j = 0; index.isPresent() && j < index.get().size(); j++) {
                    inMdbox.add(index.get().guid(j));
                }
                for (int i = 0; i < mailbox.mails().size(); i++) {
                    inMaildir.merge(MailGuids.own(mailbox.mails().guid(i)), 1, Integer::sum);
                }
            }
            List<Conflict> conflicts = new ArrayList<>();
            for (int i = 0; i < mailboxes.size(); i++) {
                if (indexes.get(i).isPresent()) {
                    conflict(mailboxes.get(i), indexes.get(i).get()).ifPresent(conflicts::add);
                }
            }
            List<Mail> strangers = new ArrayList<>();
            for (MailboxSnapshot mailbox : mailboxes) {
                MailList mails = mailbox.mails();
                for (int i = 0; i < mails.size(); i++) {
                    // What a sync has brought has another name than GUID.
                    if (mails.guid(i).equals(mails.baseName(i)) && !inMdbox.contains(MailGuids.own(mails.guid(i)))) {
                        strangers.add(mail(mailbox, i));
                    }
                }
            }
            return new UidConflicts(conflicts, strangers);
        }

        private static Mail mail(MailboxSnapshot mailbox, int i) {
            return new Mail(mailbox.location(), mailbox.mails().isInNew(i), mailbox.mails().fileName(i));
        }

        private static Optional<MailboxIndex> index(TargetPaths paths, MailboxSnapshot mailbox, Map<List<String>, Guid128> guids)
                throws IOException {
            Guid128 guid = guids.getOrDefault(paths.storageParts(mailbox.name()), Guid128.ZERO);
            try (OpenDirectory directory = OpenDirectory.openNoFollow(paths.mailboxIndex(mailbox.name(), guid))) {
                return Optional.of(MailboxIndex.read(directory));
            } catch (PosixException e) {
                if (e.isNotFound()) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        private Optional<Conflict> conflict(MailboxSnapshot mailbox, MailboxIndex index) {
            MailList mails = mailbox.mails();
            int i = 0;
            for (int j = 0; j < index.size() && index.uid(j) < mailbox.uidNext(); j++) {
                while (i < mails.size() && mails.uid(i) < index.uid(j)) {
                    i++;
                }
                if (i == mails.size() || mails.uid(i) > index.uid(j) || isOther(mails.guid(i), index.guid(j))) {
                    List<Mail> beyond = new ArrayList<>();
                    for (int k = i; k < mails.size(); k++) {
                        beyond.add(mail(mailbox, k));
                    }
                    return Optional.of(new Conflict(mailbox.location(), index.uid(j), beyond));
                }
            }
            return Optional.empty();
        }

        private boolean isOther(String guid, Guid128 found) {
            Guid128 own = MailGuids.own(guid);
            return !own.equals(found) && inMaildir.get(own) == 1;
        }
    }
}
