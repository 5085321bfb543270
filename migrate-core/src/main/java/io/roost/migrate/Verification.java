package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.index.ListIndex;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MapIndex;
import io.roost.migrate.FileFate.Fate;
import io.roost.migrate.MigrationException.Kind;
import io.roost.migrate.ReadBatch.Outcome;
import io.roost.migrate.ReadBatch.ReadMail;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Compares a published mdbox with the Maildir it was made of, mail by mail, with Roost's own readers. Reads only. Meant for the
 * time before the user goes on with the mdbox; what has changed since then is reported as a difference.
 */
public final class Verification {
    private static final int PROGRESS_MAILS = 2000;

    private final Account account;
    private final Settings settings;
    private final Event.Sink events;
    private final Consumer<FileFate> fates;
    private final TargetPaths paths;
    private final Mismatches mismatches = new Mismatches();
    private final Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    private final Set<SourceProblem> problems = new LinkedHashSet<>();
    /** With {@code LAYOUT=index}, by storage parts. */
    private final Map<List<String>, Guid128> guids = new HashMap<>();
    private TargetContents contents;
    private long mails;
    private long bytes;
    private long done;

    /**
     * @param events gets {@link Event.Verifying} and {@link Event.Problem}
     * @param fates  told of each file of {@code cur/} and {@code new/}
     */
    public Verification(Account account, Settings settings, Event.Sink events, Consumer<FileFate> fates) throws IOException {
        this.account = account;
        this.settings = settings;
        this.events = events;
        this.fates = fates;
        paths = new TargetPaths(account.target());
    }

    /**
     * Compares everything.
     *
     * @throws MigrationException if there is no mdbox, or the Maildir is not there
     * @throws IOException        if either cannot be read; a damaged mdbox is a mismatch, not an exception
     */
    public VerifyReport run() throws IOException, MigrationException, InterruptedException {
        long started = System.currentTimeMillis();
        requirePresent(account.source().root(), Kind.SOURCE, "Maildir");
        requirePresent(account.target().root(), Kind.TARGET, "mdbox");
        UserSnapshot snapshot = UserSnapshot.scan(new Maildir(account.source()), paths);
        snapshot.problems().forEach(this::problem);
        snapshot.mailboxes().forEach(this::filesLeftOut);
        List<MailboxSource> sources = new ArrayList<>();
        List<MailboxIndex> indexes = new ArrayList<>();
        if (readTarget()) {
            for (MailboxSnapshot mailbox : snapshot.mailboxes()) {
                sources.add(new MailboxSource(mailbox, sources.size()));
                indexes.add(compareIndex(mailbox));
            }
            compareMails(sources, indexes);
        }
        return new VerifyReport(snapshot.mailboxes().size(), mails, bytes, counts, mismatches.kept(), mismatches.count(),
                List.copyOf(problems), System.currentTimeMillis() - started);
    }

    private void requirePresent(String path, Kind kind, String what) throws PosixException, MigrationException {
        if (OpenDirectory.statusOf(path).isEmpty()) {
            throw new MigrationException(kind, "there is no " + what + " of " + account.user() + " at " + ByteString.toText(path));
        }
    }

    private boolean readTarget() throws IOException {
        try (OpenDirectory directory = OpenDirectory.openNoFollow(paths.mapIndex())) {
            contents = TargetContents.read(paths, MapIndex.read(directory));
        } catch (CorruptFileException e) {
            mismatches.add("", e.offset(), e.file(), "map index", e.expected(), e.found());
            return false;
        }
        return !paths.byGuid() || readListIndex();
    }

    private boolean readListIndex() throws IOException {
        try {
            guids.putAll(guidsByName(paths));
            return true;
        } catch (CorruptFileException e) {
            mismatches.add("", e.offset(), e.file(), "list index", e.expected(), e.found());
            return false;
        }
    }

    /** Mailboxes by storage parts; none unless they are placed by their GUIDs. */
    static Map<List<String>, Guid128> guidsByName(TargetPaths paths) throws IOException {
        Map<List<String>, Guid128> found = new HashMap<>();
        if (paths.byGuid()) {
            try (OpenDirectory directory = OpenDirectory.openNoFollow(paths.listIndexDirectory())) {
                ListIndex.read(directory, paths.listIndexName()).orElseThrow(() -> new CorruptFileException(
                        directory.pathOf(paths.listIndexName()), 0, "a list index", "no file")).entries()
                        .forEach(entry -> found.put(entry.storageParts(), entry.guid()));
            }
        }
        return found;
    }

    /** Compares all that needs no mail; null if the index cannot be read. */
    private MailboxIndex compareIndex(MailboxSnapshot mailbox) throws IOException {
        MailboxIndex index;
        Guid128 guid = guids.getOrDefault(paths.storageParts(mailbox.name()), Guid128.ZERO);
        try (OpenDirectory dir = OpenDirectory.openNoFollow(paths.mailboxIndex(mailbox.name(), guid))) {
            index = MailboxIndex.read(dir);
        } catch (CorruptFileException e) {
            mismatches.add(mailbox.name().toString(), 0, e.file(), "mailbox index", e.expected(), e.found());
            return null;
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            mismatches.add(mailbox.name().toString(), 0, e.path(), "mailbox", "there", "missing");
            return null;
        }
        new MailboxComparison(mailbox, index, mismatches).compare(new MailboxComparison.Pair() {
            @Override
            public void both(int i, int j) {
                // The mail itself follows when it is read.
            }

            @Override
            public void onlySource(int i) {
                // Likewise: only reading tells whether it is missing, unreadable or gone.
            }
        });
        return index;
    }

    private void compareMails(List<MailboxSource> sources, List<MailboxIndex> indexes) throws IOException, InterruptedException {
        MissingMails all = new MissingMails(sources, new PlacedMails());
        MailReader largeReader = new MailReader(settings);
        ByteBuffer largeBuffer = ByteBuffer.allocateDirect(1 << 20);
        try (MailReaders readers = new MailReaders(settings.readers(), all.count(), settings, all)) {
            for (ReadBatch batch; (batch = readers.take()) != null;) {
                for (int i = 0; i < batch.size(); i++) {
                    ReadMail mail = batch.mail(i);
                    if (mail.outcome == Outcome.LARGE) {
                        readLarge(mail, largeReader, largeBuffer);
                    }
                    compare(mail, indexes.get(mail.source.number()));
                    if (++done % PROGRESS_MAILS == 0) {
                        events.event(new Event.Verifying(account.user(), done, all.count()));
                    }
                }
                readers.giveBack(batch);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        } finally {
            sources.forEach(MailboxSource::close);
        }
    }

    private static void readLarge(ReadMail mail, MailReader reader, ByteBuffer buffer)
            throws IOException, InterruptedException {
        try (OpenFile file = mail.source.open(mail.position)) {
            if (file == null) {
                mail.outcome = Outcome.VANISHED;
                return;
            }
            reader.stream(mail, file, file.status(), buffer, chunk -> { });
        }
    }

    private void compare(ReadMail mail, MailboxIndex index) throws IOException {
        MailboxSnapshot mailbox = mail.source.snapshot();
        int at = index == null ? -1 : index.find(mailbox.mails().uid(mail.position));
        switch (mail.outcome) {
            case VANISHED -> fate(mail, Fate.VANISHED, "gone when it was to be read");
            case REJECTED -> {
                problem(mail.problem);
                fate(mail, Fate.REJECTED, mail.problem.detail());
            }
            case READ, LARGE -> {
                if (at < 0) {
                    mismatches.require(mailbox, mail.position, "mail", "in the mailbox", "missing");
                    fate(mail, Fate.MISSING, "not in the mdbox");
                    return;
                }
                long before = mismatches.count();
                compareMail(mail, mailbox, index, at);
                boolean equal = mismatches.count() == before;
                fate(mail, equal ? Fate.MIGRATED : Fate.DIFFERENT, equal ? "" : "differs from the mdbox");
                if (equal) {
                    mails++;
                    bytes += mail.plainSize;
                }
            }
        }
    }

    private void compareMail(ReadMail mail, MailboxSnapshot mailbox, MailboxIndex index, int at) throws IOException {
        int i = mail.position;
        MailList list = mailbox.mails();
        int stored = contents.find(index.mapUid(at));
        if (stored < 0) {
            mismatches.require(mailbox, i, "map UID", "in the map", "map UID " + index.mapUid(at) + ", which the map does not have");
            return;
        }
        if (contents.damage(stored).isPresent()) {
            mismatches.require(mailbox, i, "mail", "readable", contents.damage(stored).get());
            return;
        }
        if (mail.digest != contents.digest(stored)) {
            mismatches.require(mailbox, i, "content", ContentDigest.toText(mail.digest), ContentDigest.toText(contents.digest(stored)));
        }
        mismatches.require(mailbox, i, "size", mail.plainSize, contents.plainSize(stored));
        mismatches.require(mailbox, i, "virtual size", mail.virtualSize, contents.virtualSize(stored));
        index.virtualSize(at).ifPresent(size -> mismatches.require(mailbox, i, "virtual size in the index", mail.virtualSize, size));
        long received = list.receivedDate(i) == MailList.UNKNOWN ? mail.mtime : list.receivedDate(i);
        mismatches.require(mailbox, i, "received date", MailDates.nearest(received), contents.received(stored));
        compareSavedDate(mail, mailbox, index.saveDate(at));
        compareGuid(mail, mailbox, index, at);
        String uidl = Pop3Uidls.stored(settings.pop3UidlFormat(), mailbox, i);
        if (!contents.hasPop3Uidl(stored, uidl)) {
            mismatches.require(mailbox, i, "stored POP3 UIDL", uidl == null ? "none" : uidl, uidl == null ? "one" : "another or none");
        }
        mismatches.require(mailbox, i, "POP3 order", mailbox.name().isInbox() ? list.pop3Order(i) : 0L, contents.pop3Order(stored));
    }

    /**
     * Where Dovecot has cached none, it is the file's change time. That moves on with every change of flags, so the mdbox, which
     * has that of when the mail was copied, may have an earlier one. A later one has a mail that came late and was imported.
     */
    private void compareSavedDate(ReadMail mail, MailboxSnapshot mailbox, long found) {
        long known = mailbox.mails().savedDate(mail.position);
        if (known != MailList.UNKNOWN && found < MailDates.nearest(known)) {
            mismatches.require(mailbox, mail.position, "saved date", MailDates.nearest(known), found);
        }
    }

    /** A mail whose GUID another mail with other content has got one made of both. */
    private void compareGuid(ReadMail mail, MailboxSnapshot mailbox, MailboxIndex index, int at) {
        String guid = mailbox.mails().guid(mail.position);
        var found = index.guid(at);
        if (!found.equals(MailGuids.own(guid)) && !found.equals(MailGuids.ofConflict(guid, mail.digest))) {
            mismatches.require(mailbox, mail.position, "GUID", MailGuids.own(guid), found);
        }
    }

    private void fate(ReadMail mail, Fate fate, String detail) {
        counts.merge(fate, 1L, Long::sum);
        MailList list = mail.source.snapshot().mails();
        fates.accept(new FileFate(mail.source.snapshot().name().toString(),
                (list.isInNew(mail.position) ? "new/" : "cur/") + list.fileName(mail.position), list.uid(mail.position), fate, detail,
                fate == Fate.MIGRATED || (fate == Fate.MISSING || fate == Fate.DIFFERENT)
                        && contents.has(list.guid(mail.position), mail.digest)));
    }

    /** The files that are no mails of the snapshot: each has its problem, by name. */
    private void filesLeftOut(MailboxSnapshot mailbox) {
        String directory = mailbox.location().path() + "/";
        for (SourceProblem problem : mailbox.problems()) {
            boolean isLeftOut = switch (problem.kind()) {
                case UNREADABLE, NOT_A_FILE, SYMLINK, SAME_FILE, IGNORED_FILE, EXPUNGED -> true;
                default -> false;
            };
            if (isLeftOut && (problem.path().startsWith(directory + "cur/") || problem.path().startsWith(directory + "new/"))) {
                Fate fate = problem.kind() == SourceProblem.Kind.EXPUNGED ? Fate.VANISHED : Fate.REJECTED;
                counts.merge(fate, 1L, Long::sum);
                fates.accept(new FileFate(mailbox.name().toString(), problem.path().substring(directory.length()), 0, fate,
                        problem.detail(), false));
            }
        }
    }

    private void problem(SourceProblem problem) {
        if (problems.add(problem)) {
            events.event(new Event.Problem(account.user(), problem));
        }
    }
}
