package io.roost.migrate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import io.roost.dovecot.Guid128;
import io.roost.mdbox.MailFileReader;
import io.roost.mdbox.MailFileWriter;
import io.roost.mdbox.MailMetadata;
import io.roost.mdbox.MapIndex;
import io.roost.mdbox.StoredMail;
import io.roost.posix.OpenDirectory;

/**
 * Reads every {@code m.N} of a staging directory and compares each record with what the copier noted when it wrote it: place, a
 * digest of every byte, sizes, date, GUID. Files are read side by side, each from its first record to its end, so that a record
 * too many is found as one too few is. Used once.
 */
final class DataFilesCheck {
    private static final int PROGRESS_MAILS = 2000;

    private final OpenDirectory storage;
    private final int files;
    private final PlacedMails placed;
    private final MapIndex map;
    private final Finisher finisher;
    private final Mismatches mismatches;
    private final Progress progress;
    /** By file: the first placed mail whose record lies in it or, if there is none, in one behind it. */
    private final int[] firstOf;
    private final AtomicInteger nextFile = new AtomicInteger(1);
    private final AtomicInteger done = new AtomicInteger();

    /** @param finisher whoever wrote the map */
    DataFilesCheck(OpenDirectory storage, PlacedMails placed, MapIndex map, Finisher finisher, Mismatches mismatches,
            Progress progress) {
        this.storage = storage;
        this.placed = placed;
        this.map = map;
        this.finisher = finisher;
        this.mismatches = mismatches;
        this.progress = progress;
        files = finisher.dataFiles();
        firstOf = new int[files + 2];
        int file = 0;
        for (int i = 0; i < placed.size(); i++) {
            if (placed.recordOwner(i) == i) {
                while (file < placed.fileId(i)) {
                    firstOf[++file] = i;
                }
            }
        }
        while (file <= files) {
            firstOf[++file] = placed.size();
        }
    }

    /** Is told now and then how many mails were read. Called by many threads. */
    @FunctionalInterface
    interface Progress {
        void read(int mails);
    }

    /**
     * Reads all files, here and in threads of the group.
     *
     * @param more how many of its threads
     * @return received dates of what was found, once for each reference
     */
    MonthCounts run(WorkGroup group, int more) throws IOException, InterruptedException {
        List<Future<MonthCounts>> others = new ArrayList<>();
        for (int i = 0; i < Math.min(more, files - 1); i++) {
            others.add(group.submit(this::some));
        }
        MonthCounts months = some();
        for (Future<MonthCounts> other : others) {
            months.addAll(Awaited.await(other));
        }
        return months;
    }

    /** Takes one file after the other until none is left. */
    private MonthCounts some() throws IOException, InterruptedException {
        MonthCounts months = new MonthCounts();
        ContentDigest digest = new ContentDigest();
        for (int id; (id = nextFile.getAndIncrement()) <= files;) {
            new OneFile(id, digest, months).read();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        return months;
    }

    /** The way through one file. */
    private final class OneFile {
        private final int id;
        private final ContentDigest digest;
        private final MonthCounts months;
        private int next;

        OneFile(int id, ContentDigest digest, MonthCounts months) {
            this.id = id;
            this.digest = digest;
            this.months = months;
            next = firstOf[id];
        }

        void read() throws IOException {
            try (MailFileReader reader = MailFileReader.open(storage, id)) {
                reader.scan(mail -> compare(reader, mail));
            }
            skipShared();
            if (next < firstOf[id + 1]) {
                mismatches.add("", 0, "", "end of " + MailFileWriter.fileName(id), placed.placement(next), "no record");
            }
        }

        /** Mails that share the record of an earlier one have none of their own. */
        private void skipShared() {
            while (next < firstOf[id + 1] && placed.recordOwner(next) != next) {
                next++;
            }
        }

        private void compare(MailFileReader reader, StoredMail mail) throws IOException {
            skipShared();
            if (next == firstOf[id + 1] || placed.offset(next) != mail.offset() || placed.recordSize(next) != mail.recordSize()) {
                mismatches.add("", 0, "", where(mail), next == firstOf[id + 1] ? "nothing" : placed.placement(next),
                        "a record of " + mail.recordSize() + " bytes");
                return;
            }
            int i = next++;
            reader.data(mail, digest::add);
            MailMetadata m = mail.metadata();
            int inMap = map.find(finisher.mapUid(i));
            months.add(m.received(), inMap < 0 ? 0 : map.refcount(inMap));
            long found = digest.finish();
            Guid128 guid = Guid128.ofText(m.guid());
            if (found != placed.digest(i) || m.plainSize() != placed.plainSize(i) || m.virtualSize() != placed.virtualSize(i)
                    || m.received() != placed.received(i) || !guid.equals(placed.guid(i))) {
                String where = where(mail);
                mismatches.require(where, "content", ContentDigest.toText(placed.digest(i)), ContentDigest.toText(found));
                mismatches.require(where, "size", placed.plainSize(i), m.plainSize());
                mismatches.require(where, "virtual size", placed.virtualSize(i), m.virtualSize());
                mismatches.require(where, "received date", placed.received(i), m.received());
                mismatches.require(where, "GUID", placed.guid(i), guid);
            }
            int count = done.incrementAndGet();
            if (count % PROGRESS_MAILS == 0) {
                progress.read(count);
            }
        }

        private String where(StoredMail mail) {
            return MailFileWriter.fileName(id) + " offset " + mail.offset();
        }
    }
}
