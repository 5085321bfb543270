package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.CorruptFileException;
import io.roost.mdbox.MailFileWriter;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The {@code m.*} files that an earlier run left in staging, brought to what the store knows of them: what was not recorded is
 * cut off; if something recorded is missing or damaged, all of it is dropped and copied again.
 */
final class DataFiles implements Closeable {
    private final UserRecord user;
    private final OpenDirectory storage;
    private final MailFileWriter writer;

    private DataFiles(UserRecord user, OpenDirectory storage, MailFileWriter writer) {
        this.user = user;
        this.storage = storage;
        this.writer = writer;
    }

    /** @param placed empty; filled with what is placed */
    static DataFiles resume(Staging staging, TargetPaths paths, CheckpointStore store, UserRecord user, PlacedMails placed,
            long rotateSize) throws IOException {
        placed.reserve(Math.max(user.mailsTotal(), user.mailsPlaced()));
        DataFileLength length = store.placed(user.number(), placed::add);
        OpenDirectory storage = staging.directory(paths.storage());
        try {
            if (length.fileId() > 0 && isComplete(storage, placed, length)) {
                removeFrom(storage, length.fileId() + 1);
                try {
                    return new DataFiles(user, storage, MailFileWriter.resume(storage, staging.ownership(), rotateSize,
                            length.fileId(), length.length(), stamp(user)));
                } catch (CorruptFileException e) {
                    // Somebody has been at it: begin anew.
                    return anew(staging, store, user, placed, storage, rotateSize);
                }
            }
            return anew(staging, store, user, placed, storage, rotateSize);
        } catch (IOException | RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    private static DataFiles anew(Staging staging, CheckpointStore store, UserRecord before, PlacedMails placed,
            OpenDirectory storage, long rotateSize) throws IOException {
        UserRecord user = before;
        if (before.nextBatch() > 0) {
            user = before.restarted(System.currentTimeMillis());
            store.forget(user, false);
            placed.clear();
        }
        removeFrom(storage, 1);
        return new DataFiles(user, storage, MailFileWriter.create(storage, staging.ownership(), rotateSize, 1, stamp(user)));
    }

    private static long stamp(UserRecord user) {
        return Integer.toUnsignedLong(user.runStamp());
    }

    /** The user's record, as at the beginning if all must be copied again. */
    UserRecord user() {
        return user;
    }

    /** The directory of the files. */
    OpenDirectory storage() {
        return storage;
    }

    /** Goes on where the recorded files end. */
    MailFileWriter writer() {
        return writer;
    }

    @Override
    public void close() {
        writer.close();
        storage.close();
    }

    private static boolean isComplete(OpenDirectory storage, PlacedMails placed, DataFileLength length) throws PosixException {
        long[] ends = new long[length.fileId() + 1];
        for (int i = 0; i < placed.size(); i++) {
            int id = placed.fileId(i);
            if (id < 1 || id >= ends.length) {
                return false;
            }
            ends[id] = Math.max(ends[id], placed.offset(i) + placed.recordSize(i));
        }
        ends[length.fileId()] = Math.max(ends[length.fileId()], length.length());
        for (int id = 1; id < ends.length; id++) {
            Optional<FileStatus> status = storage.status("m." + id);
            if (ends[id] > 0 && (status.isEmpty() || !status.get().isFile() || status.get().size() < ends[id])) {
                return false;
            }
        }
        return true;
    }

    /** How many files a published mdbox has in its mail root. */
    static int count(TargetPaths paths) throws PosixException {
        int[] files = new int[1];
        try (OpenDirectory storage = OpenDirectory.open(paths.storage())) {
            storage.list((name, kind) -> files[0] += isDataFile(name) ? 1 : 0);
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        return files[0];
    }

    static boolean isDataFile(String name) {
        return name.matches("m\\.[0-9]{1,10}");
    }

    private static void removeFrom(OpenDirectory storage, int firstId) throws PosixException {
        List<String> names = new ArrayList<>();
        storage.list((name, kind) -> {
            if (isDataFile(name) && Long.parseLong(name.substring(2)) >= firstId) {
                names.add(name);
            }
        });
        for (String name : names) {
            storage.removeFile(name);
        }
    }
}
