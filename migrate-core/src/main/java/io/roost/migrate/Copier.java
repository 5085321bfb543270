package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.roost.checkpoint.PlacedBatch;
import io.roost.dovecot.Guid128;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceProblem;
import io.roost.mdbox.MailFileWriter;
import io.roost.mdbox.MailMetadata;
import io.roost.mdbox.Placement;
import io.roost.migrate.ReadBatch.ReadMail;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Copies mails that are not placed yet: readers read ahead, this thread decides what each becomes and appends it to the current
 * {@code m.N}, and a checkpoint is made every so many bytes. For one pass over one user; not thread-safe.
 */
final class Copier {
    /** Dovecot refuses copies from 32768 references on; a further mail gets a record of its own. */
    private static final int MAX_SHARERS = 32_000;
    /** A store that fails for so many mails is broken as a whole. */
    private static final int MAX_REJECTED = 1000;
    /** Mails by which a disk shows whether it is cold. */
    private static final int FIRST_MAILS = 4;
    /** What a mail takes at least that is read from a disk, and at most one that is in memory, by and large. */
    private static final long COLD_NANOS = 120_000;

    private final Account account;
    private final Settings settings;
    private final PlacedMails placed;
    private final MailFileWriter writer;
    private final StoredContent stored;
    private final Unrecorded unrecorded;
    private final boolean remote;
    private final Event.Sink events;
    private final StorageNames storageNames;
    /** Both made when first needed. */
    private MailReader largeReader;
    private ByteBuffer largeBuffer;
    private final List<SourceProblem> problems = new ArrayList<>();
    private long copiedMails;
    private long sharedMails;
    private int rejected;
    private long vanishedMails;
    private CopyProgress progress;
    private MailboxSnapshot lastNamed;
    private String lastName;

    /** @param remote whether the source is another machine's, so that each look at it takes a while */
    Copier(Account account, Settings settings, PlacedMails placed, DataFiles files, Unrecorded unrecorded, boolean remote,
            StorageNames storageNames, Event.Sink events) {
        this.account = account;
        this.settings = settings;
        this.placed = placed;
        this.unrecorded = unrecorded;
        this.remote = remote;
        this.storageNames = storageNames;
        this.events = events;
        writer = files.writer();
        stored = new StoredContent(files.storage());
    }

    /** How a mailbox is called in the metadata of its mails. */
    @FunctionalInterface
    interface StorageNames {
        String of(MailboxSnapshot mailbox);
    }

    /**
     * Copies what is missing.
     *
     * @param numbers numbers of the snapshot's mailboxes in the store, in the snapshot's order
     * @throws PosixException if the target or the source as a whole fails
     */
    void copy(UserSnapshot snapshot, int[] numbers) throws IOException, InterruptedException {
        List<MailboxSource> sources = new ArrayList<>();
        for (int i = 0; i < numbers.length; i++) {
            sources.add(new MailboxSource(snapshot.mailboxes().get(i), numbers[i]));
        }
        MissingMails missing = new MissingMails(sources, placed);
        progress = new CopyProgress(account.user(), events, snapshot, missing, placed);
        try {
            long left = missing.count();
            int readers = readerCount(left);
            if (readers == 0 && left >= 2 * FIRST_MAILS) {
                left -= FIRST_MAILS;
                long waited = copy(0, FIRST_MAILS, firstOf(missing));
                readers = waited < FIRST_MAILS * COLD_NANOS ? 0 : (int) Math.min(settings.readers(), left / FIRST_MAILS);
            }
            if (left > 0) {
                copy(readers, left, missing);
            }
        } finally {
            for (MailboxSource source : sources) {
                source.close();
            }
            stored.close();
        }
    }

    /** Copies all that the work gives; returns how long the mails were waited for, ns. */
    private long copy(int readers, long mails, MailReaders.Work work) throws IOException, InterruptedException {
        long waited = 0;
        try (MailReaders ahead = new MailReaders(readers, mails, settings, work)) {
            while (true) {
                long started = System.nanoTime();
                ReadBatch read = ahead.take();
                waited += System.nanoTime() - started;
                if (read == null) {
                    return waited;
                }
                write(read);
                ahead.giveBack(read);
            }
        }
    }

    /** The first few of the missing mails, to see whether the disk has to be waited for. */
    private static MailReaders.Work firstOf(MailReaders.Work missing) {
        int[] given = {0};
        return (maxMails, maxBytes) -> {
            if (given[0] == FIRST_MAILS) {
                return null;
            }
            MailReaders.Run run = missing.next(FIRST_MAILS - given[0], maxBytes);
            given[0] += run == null ? 0 : run.count();
            return run;
        };
    }

    /** On a server a few mails are a wait already; on a disk of this machine they are one if it is cold, which the first few show. */
    private int readerCount(long mails) {
        return (int) Math.min(settings.readers(), remote ? (mails + 7) / 8 : mails / 256);
    }

    /** What could not be carried over, or only with a change. */
    List<SourceProblem> problems() {
        return problems;
    }

    long copiedMails() {
        return copiedMails;
    }

    long sharedMails() {
        return sharedMails;
    }

    /** Mails of the snapshot that were not there when they were to be read. */
    long vanishedMails() {
        return vanishedMails;
    }

    private void write(ReadBatch read) throws IOException, InterruptedException {
        for (int i = 0; i < read.size(); i++) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            ReadMail mail = read.mail(i);
            switch (mail.outcome) {
                case READ -> place(mail, read.data(mail));
                case LARGE -> placeLarge(mail);
                case VANISHED -> vanishedMails++;
                case REJECTED -> reject(mail);
            }
            progress.done(mail, mail.outcome == ReadBatch.Outcome.READ ? mail.plainSize : -1);
        }
    }

    private void place(ReadMail mail, ByteBuffer data) throws IOException, InterruptedException {
        MailMetadata metadata = metadata(mail);
        Guid128 guid = mail.guid;
        int owner = placed.findGuid(guid);
        if (owner >= 0) {
            ByteBuffer bytes = data.duplicate();
            boolean same = mail.digest == placed.digest(owner) && isStored(owner, data.remaining(),
                    (buffer, offset) -> buffer.put(bytes.duplicate().position(bytes.position() + (int) offset)
                            .limit(bytes.position() + (int) offset + buffer.remaining())));
            if (same && mayShare(mail, metadata, owner)) {
                share(mail, metadata, owner);
                return;
            }
            if (!same) {
                guid = MailGuids.ofConflict(metadata.guid(), mail.digest);
                metadata = withGuid(mail, metadata, guid);
            }
        }
        Placement placement;
        try {
            placement = writer.append(data, metadata);
        } catch (PosixException e) {
            throw e;
        } catch (IOException e) {
            rejectUnstorable(mail, e);
            return;
        }
        record(mail, metadata, guid, placement);
        copiedMails++;
    }

    private void placeLarge(ReadMail mail) throws IOException, InterruptedException {
        try (OpenFile file = mail.source.open(mail.position)) {
            if (file == null) {
                vanishedMails++;
                return;
            }
            FileStatus status = file.status();
            int owner = placed.findGuid(mail.guid);
            boolean same = owner >= 0 && isStored(owner, status.size(), file::preadFully);
            if (same) {
                mail.plainSize = placed.plainSize(owner);
                mail.virtualSize = placed.virtualSize(owner);
                mail.digest = placed.digest(owner);
                MailReader.times(mail, status);
                MailMetadata metadata = metadata(mail);
                if (mayShare(mail, metadata, owner)) {
                    share(mail, metadata, owner);
                    return;
                }
            }
            stream(mail, file, status, owner >= 0 && !same);
        }
    }

    private void stream(ReadMail mail, OpenFile file, FileStatus status, boolean conflict)
            throws IOException, InterruptedException {
        try {
            writer.begin(status.size());
        } catch (PosixException e) {
            throw e;
        } catch (IOException e) {
            rejectUnstorable(mail, e);
            return;
        }
        boolean ended = false;
        try {
            if (largeBuffer == null) {
                largeBuffer = ByteBuffer.allocateDirect(1 << 20);
                largeReader = new MailReader(settings);
            }
            if (!largeReader.stream(mail, file, status, largeBuffer, writer::data)) {
                reject(mail);
                return;
            }
            MailMetadata metadata = metadata(mail);
            Guid128 guid = mail.guid;
            if (conflict) {
                guid = MailGuids.ofConflict(metadata.guid(), mail.digest);
                metadata = withGuid(mail, metadata, guid);
            }
            record(mail, metadata, guid, writer.end(metadata));
            ended = true;
            copiedMails++;
        } catch (PosixException e) {
            throw e;
        } catch (IOException e) {
            rejectUnstorable(mail, e);
        } finally {
            if (!ended) {
                writer.abort();
            }
        }
    }

    /** Whether the record of a placed mail holds these bytes. */
    private boolean isStored(int owner, long size, StoredContent.Pieces pieces) throws IOException, InterruptedException {
        Placement record = placed.placement(owner);
        unrecorded.writeOut(record);
        return stored.isSame(record, size, pieces);
    }

    private void share(ReadMail mail, MailMetadata metadata, int owner) throws IOException, InterruptedException {
        record(mail, metadata, placed.guid(owner), placed.placement(owner));
        sharedMails++;
    }

    /** Mails of the same content share a record if all else that the record holds is the same. */
    private boolean mayShare(ReadMail mail, MailMetadata metadata, int owner) {
        return metadata.received() == placed.received(owner) && metadata.pop3Uidl() == null && metadata.pop3Order() == 0
                && placed.sharers(owner) < MAX_SHARERS && !mayHavePop3(mail, owner);
    }

    /** POP3 fields are stored in the record and looked at in INBOX only, so two mails of INBOX never share one. */
    private boolean mayHavePop3(ReadMail mail, int owner) {
        return mail.source.snapshot().name().isInbox() && placed.mailbox(owner) == mail.source.number();
    }

    /** Never the same GUID for different contents. */
    private MailMetadata withGuid(ReadMail mail, MailMetadata m, Guid128 own) {
        problems.add(new SourceProblem(SourceProblem.Kind.GUID_CONFLICT, mail.source.snapshot().name().toString(),
                mail.source.snapshot().mails().fileName(mail.position), "another mail with other content has the GUID "
                + ByteString.toText(m.guid()) + "; this one becomes " + own));
        return new MailMetadata(m.plainSize(), m.received(), m.virtualSize(), m.pop3Uidl(), m.pop3Order(), own.toString(), m.mailbox());
    }

    private MailMetadata metadata(ReadMail mail) throws IOException {
        MailboxSnapshot mailbox = mail.source.snapshot();
        MailList mails = mailbox.mails();
        int i = mail.position;
        long received = mails.receivedDate(i) == MailList.UNKNOWN ? mail.mtime : mails.receivedDate(i);
        String uidl = Pop3Uidls.stored(settings.pop3UidlFormat(), mailbox, i);
        return new MailMetadata(mail.plainSize, date(mail, received, "received"), mail.virtualSize, uidl,
                mailbox.name().isInbox() ? mails.pop3Order(i) : 0, mails.guid(i), storageName(mailbox));
    }

    /** Mails of a mailbox come one after the other. */
    private String storageName(MailboxSnapshot mailbox) {
        if (mailbox != lastNamed) {
            lastNamed = mailbox;
            lastName = storageNames.of(mailbox);
        }
        return lastName;
    }

    private long date(ReadMail mail, long date, String which) {
        long nearest = MailDates.nearest(date);
        if (nearest != date) {
            problems.add(new SourceProblem(SourceProblem.Kind.BAD_DATE, mail.source.snapshot().name().toString(),
                    mail.source.snapshot().mails().fileName(mail.position), "expected a " + which + " date of 0 to " + MailDates.MAX
                    + " Unix seconds, found " + date + "; " + nearest + " is used"));
        }
        return nearest;
    }

    private void record(ReadMail mail, MailMetadata metadata, Guid128 guid, Placement p)
            throws IOException, InterruptedException {
        MailList mails = mail.source.snapshot().mails();
        long saved = mails.savedDate(mail.position) == MailList.UNKNOWN ? mail.ctime : mails.savedDate(mail.position);
        PlacedBatch.Mail m = new PlacedBatch.Mail(mail.source.number(), p.fileId(), p.offset(), p.recordSize(),
                metadata.plainSize(), metadata.virtualSize(), metadata.received(), date(mail, saved, "saved"), guid.high(),
                guid.low(), mail.digest, mails.key(mail.position));
        placed.add(m);
        unrecorded.add(m);
    }

    /** One mail that mdbox cannot hold must not cost the user the others. */
    private void rejectUnstorable(ReadMail mail, IOException why) throws IOException {
        MailboxSnapshot mailbox = mail.source.snapshot();
        String path = mailbox.location().path() + (mailbox.mails().isInNew(mail.position) ? "/new/" : "/cur/")
                + mailbox.mails().fileName(mail.position);
        MailReader.reject(mail, path, SourceProblem.Kind.UNSUPPORTED, why.getMessage());
        reject(mail);
    }

    private void reject(ReadMail mail) throws IOException {
        problems.add(mail.problem);
        events.event(new Event.Problem(account.user(), mail.problem));
        if (++rejected > MAX_REJECTED) {
            throw new IOException("more than " + MAX_REJECTED + " mails cannot be read, the last: " + mail.problem.detail());
        }
    }
}
