package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.PlacedBatch;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.mdbox.MailFileWriter;
import io.roost.mdbox.MailFileWriter.Unsynced;
import io.roost.mdbox.Placement;

/**
 * What was placed since the last checkpoint. A checkpoint is made every so many bytes and at the end of a pass; for a user whose
 * mails fit in one, none is made at all: copying him again costs the next run less than recording him costs this one. Not
 * thread-safe; for all passes over one user.
 */
final class Unrecorded {
    /** Of tiny mails there are too many in {@link Settings#checkpointBytes} to hold the records of in memory. */
    private static final int MAX_MAILS = 50_000;
    /** What a mail is taken to weigh whose name does not tell. */
    private static final int UNKNOWN_SIZE = 8 * 1024;

    private final Settings settings;
    private final UserJournal journal;
    private final MailFileWriter writer;
    private final Checkpointer checkpointer;
    /** Data files written out since the last checkpoint; some perhaps twice. */
    private final List<Unsynced> unsynced = new ArrayList<>();
    private PlacedBatch batch = new PlacedBatch();
    /** The data file that was the current one when all was written out last, and how far it was written then. */
    private int writtenFile;
    private long writtenLength;
    /** What {@link #end} was told, and whether it had something to record. */
    private UserState atEnd;
    private boolean last;

    Unrecorded(Settings settings, CheckpointStore store, UserJournal journal, MailFileWriter writer) {
        this.settings = settings;
        this.journal = journal;
        this.writer = writer;
        checkpointer = new Checkpointer(store, settings.pace());
    }

    /** Whether the mails of a snapshot, as far as names tell, are worth a checkpoint. */
    boolean isWorthwhile(UserSnapshot snapshot) {
        return snapshot.bytesByName() + snapshot.unsized() * UNKNOWN_SIZE >= settings.checkpointBytes() || snapshot.mails() >= MAX_MAILS;
    }

    /** A pass begins with the user as recorded. */
    void begin(UserRecord user) {
        checkpointer.begin(user);
    }

    /** A mail was placed, in the file that the writer is at. */
    void add(PlacedBatch.Mail mail) throws IOException, InterruptedException {
        batch.add(mail);
        if (batch.bytes() >= settings.checkpointBytes() || batch.mails() >= MAX_MAILS) {
            checkpoint(null);
        }
    }

    /** Sees to it that a record is no longer in the writer's buffer. */
    void writeOut(Placement record) throws IOException {
        if (record.fileId() == writer.fileId()
                && (record.fileId() != writtenFile || record.offset() + record.recordSize() > writtenLength)) {
            writeOut();
        }
    }

    private void writeOut() throws IOException {
        unsynced.addAll(writer.flush());
        writtenFile = writer.fileId();
        writtenLength = writer.length();
    }

    /** Has all of it synced and recorded, by and by. */
    private void checkpoint(UserState reached) throws IOException, InterruptedException {
        journal.record();
        writeOut();
        checkpointer.submit(List.copyOf(unsynced), journal.takeUnrecorded(), batch,
                new DataFileLength(writer.fileId(), writer.length()), reached);
        unsynced.clear();
        batch = new PlacedBatch();
    }

    /**
     * A pass ends: all of it is written, and recorded by and by if anything is of this user; {@link #ended} must follow.
     *
     * @param reached recorded with it; null for nothing
     */
    void end(UserState reached) throws IOException, InterruptedException {
        last = journal.isRecording() && batch.mails() > 0;
        atEnd = reached;
        if (last) {
            checkpoint(reached);
        }
        // The next that happens is that it is read.
        writeOut();
    }

    /** Waits until the pass that has ended is recorded; returns the user as recorded, or as it is. */
    UserRecord ended() throws IOException, InterruptedException {
        UserRecord user = checkpointer.finish();
        if (atEnd == null) {
            return user;
        }
        return last ? journal.passed(user) : journal.record(user, atEnd);
    }

    /** Sees to it that all data is written and, unless all is synced as a whole, on disk. */
    void settle(boolean syncedAsWhole) throws IOException {
        writeOut();
        for (Unsynced file : unsynced) {
            if (!syncedAsWhole) {
                checkpointer.sync(file);
            }
            if (file.finished()) {
                file.file().close();
            }
        }
        unsynced.clear();
    }

    /** Records what there is: the run ends with a failure that has nothing to do with it. */
    void keep() throws IOException, InterruptedException {
        if (batch.mails() > 0) {
            checkpoint(null);
        }
        checkpointer.finish();
    }

    /** Waits for checkpoints under way, whatever becomes of them. */
    void await() {
        checkpointer.await();
    }

    /** The user as it is to be recorded once all of it counts. */
    UserRecord counted(UserRecord user) {
        return batch.mails() == 0 ? user : user.withBatch(batch.mails(), batch.bytes(), user.updated());
    }
}
