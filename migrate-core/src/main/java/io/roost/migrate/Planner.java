package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailFlags;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** Makes a {@link Plan}: the single-user dry run. Writes nothing, anywhere. */
public final class Planner {
    /** Message header, metadata magic and keys, received date and sizes of a record, without GUID and mailbox name. */
    private static final int RECORD_OVERHEAD = 30 + 4 + 11 + 6 + 3 + 2 + 1;
    private static final int MAP_RECORD = 20;
    private static final int MAILBOX_RECORD = 56;
    private static final int INDEX_HEADERS = 700;

    private final Account account;
    private final Settings settings;
    private final List<SourceProblem> problems = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private long dataFiles;
    private long dataBytes;
    private long fileBytes;

    public Planner(Account account, Settings settings) {
        this.account = account;
        this.settings = settings;
    }

    /**
     * Looks at everything: opens each mail to see that it can be read, and reads a few to measure.
     *
     * @throws IOException if the Maildir as a whole cannot be read
     */
    public Plan plan() throws IOException, InterruptedException {
        UserSnapshot snapshot = UserSnapshot.scan(new Maildir(account.source()));
        snapshot.problems().forEach(problems::add);
        Optional<TargetPaths> paths = targetPaths();
        Set<Object> subscribed = new HashSet<>(snapshot.listing().subscriptions());
        List<MailboxSource> sources = new ArrayList<>();
        List<Plan.Mailbox> mailboxes = new ArrayList<>();
        long bytes = 0;
        for (MailboxSnapshot mailbox : snapshot.mailboxes()) {
            MailboxSource source = new MailboxSource(mailbox, sources.size());
            sources.add(source);
            MailInspection inspection = MailInspection.of(source, settings.zlib(), settings.readers());
            problems.addAll(inspection.problems());
            paths.flatMap(p -> p.whyInvalid(mailbox.name())).ifPresent(why -> problems.add(new SourceProblem(Kind.BAD_MAILBOX_NAME,
                    mailbox.name().toString(), mailbox.location().path(), "mdbox cannot hold the mailbox: " + why)));
            place(mailbox, inspection);
            mailboxes.add(mailbox(mailbox, inspection.bytes(), subscribed.contains(mailbox.name())));
            bytes += inspection.bytes();
        }
        pop3(snapshot);
        long indexBytes = snapshot.mails() * (MAP_RECORD + MAILBOX_RECORD) + (mailboxes.size() + 1L) * INDEX_HEADERS;
        Optional<FileSystemStatus> space = checkTarget(paths);
        space.ifPresent(s -> checkSpace(s, dataBytes + indexBytes, files(snapshot)));
        Plan.Estimate estimate = ReadSample.of(sources, snapshot.mails()).estimate(snapshot.mails(), bytes, settings.readers());
        problems.sort(Comparator.comparing((SourceProblem p) -> p.kind().severity()).reversed());
        return new Plan(account.user(), account.source().root(), account.target().root(), mailboxes, dataFiles, dataBytes, indexBytes,
                files(snapshot), space, estimate, problems, obstacles);
    }

    private Optional<TargetPaths> targetPaths() {
        try {
            return Optional.of(new TargetPaths(account.target()));
        } catch (InvalidSettingException e) {
            obstacles.add(e.getMessage());
            return Optional.empty();
        }
    }

    /** Adds a mailbox's mails to the data files to come, rotating them as the writer will. */
    private void place(MailboxSnapshot mailbox, MailInspection inspection) {
        MailList mails = mailbox.mails();
        int name = mailbox.name().toString().length();
        for (int i = 0; i < mails.size(); i++) {
            long size = inspection.size(i);
            if (dataFiles == 0 || fileBytes + size > settings.rotateSize()) {
                dataFiles++;
                fileBytes = 16;
                dataBytes += 16;
            }
            long record = size + RECORD_OVERHEAD + mails.guid(i).length() + name;
            fileBytes += record;
            dataBytes += record;
        }
    }

    private static Plan.Mailbox mailbox(MailboxSnapshot mailbox, long bytes, boolean subscribed) {
        MailList mails = mailbox.mails();
        long unseen = 0;
        long recent = 0;
        BitSet used = new BitSet();
        for (int i = 0; i < mails.size(); i++) {
            unseen += (mails.flags(i) & MailFlags.SEEN) == 0 ? 1 : 0;
            recent += mails.uid(i) >= mailbox.firstRecentUid() ? 1 : 0;
            used.or(mails.keywords(i));
        }
        List<String> keywords = used.stream().mapToObj(mailbox.keywords()::get).map(ByteString::toText).toList();
        return new Plan.Mailbox(mailbox.name().toString(), mails.size(), bytes, unseen, recent, mailbox.uidValidity(),
                mailbox.uidNext(), keywords, subscribed);
    }

    private void pop3(UserSnapshot snapshot) {
        if (settings.pop3UidlFormat().unsupported()) {
            obstacles.add("pop3_uidl_format = " + settings.pop3UidlFormat().format()
                    + " works neither with Maildir nor with mdbox: set the format that POP3 clients know");
        } else if (settings.pop3UidlFormat().changesOnMdbox()) {
            for (MailboxSnapshot mailbox : snapshot.mailboxes()) {
                if (mailbox.name().isInbox() && mailbox.mails().size() > 0) {
                    problems.add(new SourceProblem(Kind.POP3_UIDL, mailbox.name().toString(), mailbox.location().path(),
                            "pop3_uidl_format = " + settings.pop3UidlFormat().format() + " fails on mdbox: today's UIDLs will be stored "
                            + "with all " + mailbox.mails().size() + " mails; new mails need another format, %g for example"));
                }
            }
        }
    }

    private long files(UserSnapshot snapshot) {
        // For each mailbox its directories, index and log; map index and log, storage, root, mailboxes, the small
        // files, and with LAYOUT=index the list index and its log.
        long parts = snapshot.mailboxes().stream().mapToLong(m -> m.name().parts().size() + 1).sum();
        return dataFiles + parts + 2L * snapshot.mailboxes().size() + 2 + 3 + 3 + 2;
    }

    private Optional<FileSystemStatus> checkTarget(Optional<TargetPaths> paths) throws IOException {
        if (paths.isEmpty()) {
            return Optional.empty();
        }
        try {
            FileStatus source = OpenDirectory.statusOf(account.source().root()).orElseThrow(() -> new MigrationException(
                    MigrationException.Kind.SOURCE, "there is no Maildir at " + ByteString.toText(account.source().root())));
            TargetParents.check(account, source);
        } catch (MigrationException e) {
            obstacles.add(e.getMessage());
            return Optional.empty();
        }
        try (StagingTree root = new StagingTree("root", account.target().root())) {
            if (root.isOccupied()) {
                obstacles.add(ByteString.toText(root.finalPath()) + " already exists: move it away, or check with \"roost verify\" "
                        + "whether the user is migrated already");
            }
            StagingMarker marker = root.stagedMarker();
            if (marker != null && !marker.user().equals(account.user())) {
                obstacles.add(ByteString.toText(root.stagingPath()) + " belongs to the user " + marker.user());
            } else if (marker == null && root.stagingExists() && !root.stagingIsEmpty()) {
                obstacles.add(ByteString.toText(root.stagingPath()) + " exists and has no marker of Roost's: move it away");
            }
            return Optional.of(root.parent().fileSystem());
        } catch (CorruptFileException e) {
            obstacles.add(e.getMessage());
            return Optional.empty();
        } catch (PosixException e) {
            obstacles.add("the target cannot be looked at: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void checkSpace(FileSystemStatus space, long bytes, long files) {
        if (bytes > space.freeBytes()) {
            obstacles.add("the mdbox needs about " + bytes + " bytes, and " + space.freeBytes() + " are free");
        }
        if (space.totalInodes() > 0 && files > space.freeInodes()) {
            obstacles.add("the mdbox needs " + files + " inodes, and " + space.freeInodes() + " are free");
        }
    }
}
