package io.roost.migrate;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import io.roost.checkpoint.UserRecord;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailboxName;
import io.roost.index.CacheFile;
import io.roost.index.IndexCache;
import io.roost.index.ListIndex;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.mdbox.MailboxIndex;
import io.roost.mdbox.MapIndex;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.OpenDirectory;

/**
 * Reads everything in staging back before it is published, and compares it with the snapshot it was made of and with what the
 * copier saw pass by: every byte of every {@code m.N} is digested again, every record of every index is looked at. The Maildir
 * itself is not read a second time; {@link Verification} does that.
 */
final class StagedVerification {
    /** About so many mails of a mailbox. */
    private static final int CACHE_SAMPLE = 200;
    /** Mails below which another thread is not worth it. */
    private static final int LITTLE = 1000;
    /** Threads that read data files beside this one. */
    private static final int MORE_READERS = 1;

    private final Account account;
    private final Staging staging;
    private final TargetPaths paths;
    private final PlacedMails placed;
    private final Finisher finisher;
    private final Event.Sink events;
    private final Mismatches mismatches = new Mismatches();
    /** Received dates, as the two sides tell them, each from its own reading. */
    private final MonthCounts inSource = new MonthCounts();
    private MonthCounts inTarget;

    StagedVerification(Account account, Staging staging, TargetPaths paths, PlacedMails placed, Finisher finisher, Event.Sink events) {
        this.account = account;
        this.staging = staging;
        this.paths = paths;
        this.placed = placed;
        this.finisher = finisher;
        this.events = events;
    }

    /** @throws MigrationException if anything differs */
    void verify(UserSnapshot snapshot, int[] numbers, UserRecord user) throws IOException, MigrationException, InterruptedException {
        try {
            long mapUidValidity = Integer.toUnsignedLong(user.runStamp());
            MapIndex map;
            try (OpenDirectory directory = staging.directory(paths.mapIndex())) {
                map = MapIndex.read(directory);
                compareMap(map, user);
            }
            // Two halves that share nothing but what was placed: the mailboxes in a thread of their own, the mails here and in others.
            WorkGroup others = new WorkGroup(placed.size() < LITTLE ? 0 : 1 + MORE_READERS);
            Future<?> mailboxes = others.submit(() -> {
                compareMailboxes(snapshot, numbers, mapUidValidity);
                return null;
            });
            try {
                inTarget = readDataFiles(map, others);
            } finally {
                // Even if told to stop: whoever handles that may want to remove what they read.
                others.await();
            }
            Awaited.await(mailboxes);
        } catch (CorruptFileException e) {
            throw new MigrationException(Kind.MISMATCH, "what was written cannot be read back: " + e.getMessage(), e);
        }
        if (mismatches.count() > 0) {
            throw new MigrationException(Kind.MISMATCH, "what was written differs from the Maildir in " + mismatches.count()
                    + (mismatches.count() == 1 ? " place: " : " places, the first: ") + mismatches.kept().get(0)
                    + "; nothing was published");
        }
        events.event(new Event.Compared(account.user(), inSource, inTarget));
    }

    private void compareMap(MapIndex map, UserRecord user) {
        mismatches.require("", "UIDVALIDITY of the map", Integer.toUnsignedLong(user.runStamp()), map.uidValidity());
        int owners = 0;
        for (int i = 0; i < placed.size(); i++) {
            if (placed.recordOwner(i) != i) {
                continue;
            }
            owners++;
            int at = map.find(finisher.mapUid(i));
            if (at < 0) {
                mismatches.add("", 0, "", "map record", placed.placement(i), "none");
                continue;
            }
            mismatches.require("", "place in the map", placed.placement(i), map.placement(at));
            mismatches.require("", "reference count", finisher.references(finisher.mapUid(i)), map.refcount(at));
        }
        mismatches.require("", "records in the map", owners, map.size());
    }

    /** Received dates of what is stored. */
    private MonthCounts readDataFiles(MapIndex map, WorkGroup group) throws IOException, InterruptedException {
        try (OpenDirectory storage = staging.directory(paths.storage())) {
            return new DataFilesCheck(storage, placed, map, finisher, mismatches,
                    done -> events.event(new Event.Verifying(account.user(), done, placed.size()))).run(group, MORE_READERS);
        }
    }

    private void compareMailboxes(UserSnapshot snapshot, int[] numbers, long mapUidValidity) throws IOException {
        for (int i = 0; i < numbers.length; i++) {
            compareMailbox(snapshot.mailboxes().get(i), finisher.identities().guid(i), numbers[i], mapUidValidity);
        }
        if (paths.byGuid()) {
            compareListIndex(snapshot);
        }
    }

    private void compareMailbox(MailboxSnapshot mailbox, Guid128 guid, int number, long mapUidValidity) throws IOException {
        MailboxIndex index;
        try (OpenDirectory dir = staging.directory(paths.mailboxIndex(mailbox.name(), guid))) {
            index = MailboxIndex.read(dir);
        }
        compareCache(mailbox, guid, number, index);
        mismatches.require(mailbox.name().toString(), "UIDVALIDITY of the map", mapUidValidity, index.header().mapUidValidity());
        new MailboxComparison(mailbox, index, mismatches).compare(new MailboxComparison.Pair() {
            @Override
            public void both(int i, int j) {
                int at = placed.find(number, mailbox.mails().key(i));
                if (at < 0) {
                    mismatches.require(mailbox, i, "mail", "not placed", "map UID " + index.mapUid(j));
                    return;
                }
                long received = mailbox.mails().receivedDate(i);
                inSource.add(received == MailList.UNKNOWN ? placed.received(at) : received, 1);
                long saved = mailbox.mails().savedDate(i) == MailList.UNKNOWN ? placed.saved(at) : mailbox.mails().savedDate(i);
                mismatches.require(mailbox, i, "map UID", (long) finisher.mapUid(at), index.mapUid(j));
                mismatches.require(mailbox, i, "saved date", saved, index.saveDate(j));
                mismatches.require(mailbox, i, "GUID", placed.guid(at), index.guid(j));
            }

            @Override
            public void onlySource(int i) {
                long received = mailbox.mails().receivedDate(i);
                if (received == MailList.UNKNOWN) {
                    inSource.addUndated(1);
                } else {
                    inSource.add(received, 1);
                }
                if (placed.find(number, mailbox.mails().key(i)) >= 0) {
                    mismatches.require(mailbox, i, "mail", "in the mailbox", "missing");
                }
            }
        });
    }

    private void compareListIndex(UserSnapshot snapshot) throws IOException {
        Map<List<String>, ListIndex.Entry> found = new HashMap<>();
        try (OpenDirectory dir = staging.directory(paths.listIndexDirectory())) {
            ListIndex.read(dir, paths.listIndexName()).orElseThrow(() -> new CorruptFileException(
                    dir.pathOf(paths.listIndexName()), 0, "a list index", "no file")).entries()
                    .forEach(entry -> found.put(entry.storageParts(), entry));
        }
        for (int i = 0; i < snapshot.mailboxes().size(); i++) {
            MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
            MailboxIdentities identities = finisher.identities();
            List<String> parts = paths.storageParts(mailbox.name());
            mismatches.require(mailbox.name().toString(), "entry of the list index",
                    new ListIndex.Entry(parts, identities.guid(i), identities.uidValidity(i), true), found.remove(parts));
        }
        for (MailboxName name : snapshot.listing().noSelect()) {
            List<String> parts = paths.storageParts(name);
            mismatches.require(name.toString(), "entry of the list index", new ListIndex.Entry(parts, Guid128.ZERO, 0, true),
                    found.remove(parts));
        }
        mismatches.require("", "other listed mailboxes", 0L, found.values().stream().filter(ListIndex.Entry::isListed).count());
    }

    /** Looks at some mails in a cache that was carried over. One that is not as it should be is removed: no mail depends on it. */
    private void compareCache(MailboxSnapshot mailbox, Guid128 guid, int number, MailboxIndex index) throws IOException {
        if (index.index().extension("cache").isEmpty()) {
            return;
        }
        try (OpenDirectory dir = staging.directory(paths.mailboxIndex(mailbox.name(), guid))) {
            String why;
            try (IndexCache cache = IndexCache.open(dir, MailboxIndex.PREFIX, index.index()).orElse(null)) {
                why = cache == null ? "does not belong to its index" : difference(mailbox, number, index, cache);
            } catch (CorruptFileException e) {
                why = e.getMessage();
            }
            if (why != null) {
                String name = MailboxIndex.PREFIX + CacheFile.SUFFIX;
                dir.removeFile(name);
                finisher.caches().tell(mailbox, dir.pathOf(name), why);
            }
        }
    }

    /** Null if there is none in the sample. */
    private String difference(MailboxSnapshot mailbox, int number, MailboxIndex index, IndexCache cache) throws IOException {
        MailList mails = mailbox.mails();
        for (int i = 0; i < mails.size(); i += Math.max(1, mails.size() / CACHE_SAMPLE)) {
            int j = index.find(mails.uid(i));
            int at = j < 0 || cache.record(j) == 0 ? -1 : placed.find(number, mails.key(i));
            if (at >= 0 && (cache.record(j) != mails.cacheRecord(i)
                    || cache.date(j, "date.received").orElse(placed.received(at)) != placed.received(at)
                    || cache.date(j, "size.virtual").orElse(placed.virtualSize(at)) != placed.virtualSize(at))) {
                return "says something else of UID " + mails.uid(i) + " than the Maildir does";
            }
        }
        return null;
    }
}
