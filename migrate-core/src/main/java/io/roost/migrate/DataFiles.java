package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.mdbox.MailFileWriter;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The {@code m.*} files that an earlier run left in staging, brought to what the store knows of them: what was not recorded is
 * cut off; if something recorded is missing, all of it is dropped and copied again.
 */
final class DataFiles implements Closeable {
    private final Staging staging;
    private final OpenDirectory storage;
    private final UserRecord user;
    private final DataFileLength length;

    private DataFiles(Staging staging, OpenDirectory storage, UserRecord user, DataFileLength length) {
        this.staging = staging;
        this.storage = storage;
        this.user = user;
        this.length = length;
    }

    /** @param placed empty; filled with what is placed */
    static DataFiles resume(Staging staging, TargetPaths paths, CheckpointStore store, UserRecord user, PlacedMails placed)
            throws IOException {
        DataFileLength length = store.placed(user.number(), placed::add);
        OpenDirectory storage = staging.directory(paths.storage());
        try {
            if (length.fileId() > 0 && !isComplete(storage, placed, length)) {
                placed.clear();
                UserRecord again = user.restarted(System.currentTimeMillis());
                store.forget(again, false);
                removeFrom(storage, 1);
                return new DataFiles(staging, storage, again, DataFileLength.NONE);
            }
            removeFrom(storage, length.fileId() + 1);
            return new DataFiles(staging, storage, user, length);
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    /** The directory they lie in; closed with this. */
    OpenDirectory storage() {
        return storage;
    }

    /** The user's record, as at the beginning if all must be copied again. */
    UserRecord user() {
        return user;
    }

    /** A writer that goes on where the recorded files end. */
    MailFileWriter writer(long rotateSize) throws IOException {
        long stamp = Integer.toUnsignedLong(user.runStamp());
        return length.fileId() == 0 ? MailFileWriter.create(storage, staging.ownership(), rotateSize, 1, stamp)
                : MailFileWriter.resume(storage, staging.ownership(), rotateSize, length.fileId(), length.length(), stamp);
    }

    private static boolean isComplete(OpenDirectory storage, PlacedMails placed, DataFileLength length) throws PosixException {
        long[] ends = new long[length.fileId() + 1];
        for (int i = 0; i < placed.size(); i++) {
            int id = placed.fileId(i);
            ends[id] = Math.max(ends[id], placed.offset(i) + placed.recordSize(i));
        }
        ends[length.fileId()] = Math.max(ends[length.fileId()], length.length());
        for (int id = 1; id < ends.length; id++) {
            Optional<FileStatus> status = storage.status("m." + id);
            if (ends[id] > 0 && (status.isEmpty() || status.get().size() < ends[id])) {
                return false;
            }
        }
        return true;
    }

    private static void removeFrom(OpenDirectory storage, int firstId) throws PosixException {
        List<String> names = new ArrayList<>();
        storage.list((name, kind) -> {
            if (name.matches("m\\.[0-9]{1,10}") && Long.parseLong(name.substring(2)) >= firstId) {
                names.add(name);
            }
        });
        for (String name : names) {
            storage.removeFile(name);
        }
    }

    @Override
    public void close() {
        storage.close();
    }
}
