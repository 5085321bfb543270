package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;

import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailboxName;
import io.roost.dovecot.SubscriptionsFile;
import io.roost.dovecot.UidValidityFiles;
import io.roost.index.ListIndexWriter;
import io.roost.maildir.MailList;
import io.roost.maildir.MailboxSnapshot;
import io.roost.mdbox.MailboxIndexHeader;
import io.roost.mdbox.MailboxIndexWriter;
import io.roost.mdbox.MapIndexWriter;
import io.roost.mdbox.MdboxLayout;
import io.roost.migrate.CarriedCaches.Carried;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Writes everything but the mails from a fresh snapshot and what is placed: map index, mailbox indexes, subscriptions,
 * UIDVALIDITY, ACL files. May be repeated: what an earlier attempt wrote is removed first. Flags, keywords and UIDs come from
 * the snapshot alone. A placed mail that the snapshot no longer has keeps a map record with reference count 0, as an expunged
 * one has, so that {@code doveadm purge} frees it and no rebuild brings it back.
 */
final class Finisher {
    /** Mailboxes written at once: their syncs then share the waiting. */
    private static final int PARALLEL = 4;
    /** Mails below which other threads are not worth it where nothing waits for a disk or a server. */
    private static final int LITTLE = 1000;

    private final Account account;
    private final Settings settings;
    private final Staging staging;
    private final TargetPaths paths;
    private final PlacedMails placed;
    private final CarriedCaches caches;
    private final int[] mapUids;
    private final short[] references;
    private MailboxIdentities identities;
    private int mailboxes;
    private long mails;
    private long bytes;

    Finisher(Account account, Settings settings, Staging staging, TargetPaths paths, PlacedMails placed) {
        this.account = account;
        this.settings = settings;
        this.staging = staging;
        this.paths = paths;
        this.placed = placed;
        caches = new CarriedCaches(settings, staging, paths, placed);
        mapUids = new int[placed.size()];
        references = new short[placed.size() + 1];
    }

    /**
     * Writes and syncs all of it.
     *
     * @param numbers numbers of the snapshot's mailboxes in the store
     */
    void write(UserSnapshot snapshot, int[] numbers, UserRecord user) throws IOException, InterruptedException {
        removeEarlier();
        MapIndexWriter map = mapOfPlaced(user);
        identities = new MailboxIdentities(account, snapshot, user);
        try (WorkGroup pool = new WorkGroup(staging.syncsAsWhole() && placed.size() < LITTLE ? 0 : PARALLEL)) {
            List<Future<Carried>> carrying = new ArrayList<>();
            for (int i = 0; i < numbers.length; i++) {
                MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
                int number = numbers[i];
                Guid128 guid = identities.guid(i);
                carrying.add(pool.submit(() -> caches.carry(mailbox, number, guid, indexId(user))));
            }
            ArrayDeque<Future<?>> writing = new ArrayDeque<>();
            for (int i = 0; i < numbers.length; i++) {
                MailboxSnapshot mailbox = snapshot.mailboxes().get(i);
                Guid128 guid = identities.guid(i);
                MailboxIndexWriter index = index(snapshot, i, numbers[i], user, map, Awaited.await(carrying.get(i)));
                if (writing.size() == PARALLEL) {
                    Awaited.await(writing.remove());
                }
                writing.add(pool.submit(() -> {
                    writeMailbox(mailbox, guid, index);
                    return null;
                }));
            }
            try (OpenDirectory storage = staging.directory(paths.mapIndex())) {
                map.write(storage, staging);
            }
            for (Future<?> f : writing) {
                Awaited.await(f);
            }
        }
        if (paths.byGuid()) {
            writeListIndex(snapshot, user);
        } else {
            writeNoSelect(snapshot);
        }
        writeControl(snapshot);
    }

    /** UIDVALIDITY and GUID of the mailboxes, as written. */
    MailboxIdentities identities() {
        return identities;
    }

    /** The mailboxes' caches. */
    CarriedCaches caches() {
        return caches;
    }

    int mailboxes() {
        return mailboxes;
    }

    long mails() {
        return mails;
    }

    long bytes() {
        return bytes;
    }

    int dataFiles() {
        int highest = 0;
        for (int i = 0; i < placed.size(); i++) {
            highest = Math.max(highest, placed.fileId(i));
        }
        return highest;
    }

    /** How many records no mailbox uses: their mails were expunged meanwhile. */
    long unreferenced() {
        long n = 0;
        for (int i = 0; i < placed.size(); i++) {
            if (placed.recordOwner(i) == i && references[mapUids[i]] == 0) {
                n++;
            }
        }
        return n;
    }

    /** How many mails of mailboxes use a map record. */
    int references(int mapUid) {
        return references[mapUid];
    }

    /** Map UID of a placed mail, by its position. */
    int mapUid(int position) {
        return mapUids[position];
    }

    private void removeEarlier() throws PosixException {
        for (String mailboxes : paths.mailboxRoots()) {
            staging.removeTree(mailboxes);
        }
        try (OpenDirectory map = staging.directory(paths.mapIndex())) {
            removeFiles(map, "dovecot.map.index");
        }
        if (paths.byGuid()) {
            try (OpenDirectory list = staging.directory(paths.listIndexDirectory())) {
                removeFiles(list, paths.listIndexName());
            }
        }
        try (OpenDirectory control = staging.directory(paths.control())) {
            removeFiles(control, "dovecot-uidvalidity");
            control.removeFile(paths.subscriptionsName());
        }
    }

    private static void removeFiles(OpenDirectory directory, String prefix) throws PosixException {
        List<String> names = new ArrayList<>();
        directory.list((name, kind) -> {
            if (name.startsWith(prefix)) {
                names.add(name);
            }
        });
        for (String name : names) {
            directory.removeFile(name);
        }
    }

    private MapIndexWriter mapOfPlaced(UserRecord user) {
        MapIndexWriter map = new MapIndexWriter(Integer.toUnsignedLong(user.runStamp()));
        int highest = 0;
        for (int i = 0; i < placed.size(); i++) {
            int owner = placed.recordOwner(i);
            mapUids[i] = owner == i ? map.add(placed.placement(i)) : mapUids[owner];
            highest = Math.max(highest, placed.fileId(i));
        }
        map.setHighestFileId(highest);
        return map;
    }

    /** The same for all mailboxes. */
    private static long indexId(UserRecord user) {
        return Integer.toUnsignedLong(user.runStamp());
    }

    private MailboxIndexWriter index(UserSnapshot snapshot, int position, int number, UserRecord user, MapIndexWriter map,
            Carried cache) throws IOException {
        MailboxSnapshot mailbox = snapshot.mailboxes().get(position);
        MailList list = mailbox.mails();
        boolean uidls = false;
        boolean orders = false;
        long highestUidl = 0;
        if (mailbox.name().isInbox()) {
            for (int i = 0; i < list.size(); i++) {
                boolean uidl = Pop3Uidls.stored(settings.pop3UidlFormat(), mailbox, i) != null;
                boolean order = list.pop3Order(i) != 0;
                uidls |= uidl;
                orders |= order;
                highestUidl = uidl || order ? list.uid(i) : highestUidl;
            }
        }
        MailboxIndexWriter index = new MailboxIndexWriter(new MailboxIndexHeader(identities.uidValidity(position),
                mailbox.uidNext(), mailbox.firstRecentUid(), identities.guid(position),
                Integer.toUnsignedLong(user.runStamp()), mailbox.keywords(), mailbox.highestModseq(), uidls, orders, highestUidl,
                indexId(user), System.currentTimeMillis() / 1000), cache.resetId(),
                paths.byGuid() ? paths.storageParts(mailbox.name()) : List.of());
        for (int i = 0; i < list.size(); i++) {
            int at = placed.find(number, list.key(i));
            if (at < 0) {
                // Rejected, and reported where that happened; or expunged since the scan, which the stamps will tell.
                continue;
            }
            map.addReference(mapUids[at]);
            references[mapUids[at]]++;
            long saved = list.savedDate(i) == MailList.UNKNOWN ? placed.saved(at) : list.savedDate(i);
            index.add(list.uid(i), list.flags(i), list.keywords(i), mapUids[at], saved, placed.guid(at), placed.virtualSize(at),
                    mailbox.highestModseq(), cache.record(list, i));
            mails++;
            bytes += placed.plainSize(at);
        }
        mailboxes++;
        return index;
    }

    private void writeMailbox(MailboxSnapshot mailbox, Guid128 guid, MailboxIndexWriter index) throws IOException {
        staging.directory(paths.mailbox(mailbox.name(), guid)).close();
        try (OpenDirectory dir = staging.directory(paths.mailboxIndex(mailbox.name(), guid))) {
            index.write(dir, staging);
        }
        if (mailbox.acl()) {
            try (OpenDirectory from = OpenDirectory.openNoFollow(mailbox.location().path());
                    OpenDirectory to = staging.directory(paths.mailbox(mailbox.name(), guid))) {
                copySmallFile(from, to, "dovecot-acl");
            }
        }
    }

    private void copySmallFile(OpenDirectory from, OpenDirectory to, String name) throws PosixException {
        try (OpenFile in = from.openFile(name); OpenFile out = staging.createFile(to, name)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
            while (in.read(buffer) > 0) {
                out.write(buffer.flip());
                buffer.clear();
            }
            staging.written(out);
        }
    }

    /** Parents that hold no mail are directories without a mailbox in them. */
    private void writeNoSelect(UserSnapshot snapshot) throws PosixException {
        for (MailboxName name : snapshot.listing().noSelect()) {
            staging.directory(paths.noSelect(name)).close();
        }
    }

    private void writeListIndex(UserSnapshot snapshot, UserRecord user) throws IOException {
        ListIndexWriter list = new ListIndexWriter();
        for (int i = 0; i < snapshot.mailboxes().size(); i++) {
            list.add(paths.storageParts(snapshot.mailboxes().get(i).name()), identities.guid(i), identities.uidValidity(i));
        }
        for (MailboxName name : snapshot.listing().noSelect()) {
            list.addNoSelect(paths.storageParts(name));
        }
        try (OpenDirectory dir = staging.directory(paths.listIndexDirectory())) {
            list.write(dir, paths.listIndexName(), staging, indexId(user));
        }
    }

    private void writeControl(UserSnapshot snapshot) throws IOException {
        long highest = identities.lastUidValidity();
        try (OpenDirectory control = staging.directory(paths.control())) {
            if (highest > 0) {
                UidValidityFiles.write(control, highest, staging);
            }
            if (!snapshot.listing().subscriptions().isEmpty()) {
                writeSubscriptions(control, snapshot.listing().subscriptions());
            }
        }
        if (paths.altLink().isPresent()) {
            try (OpenDirectory root = staging.directory(account.target().root())) {
                root.removeFile(MdboxLayout.ALT_LINK);
                root.makeSymlink(paths.altLink().get(), MdboxLayout.ALT_LINK);
            }
        }
    }

    private void writeSubscriptions(OpenDirectory control, List<MailboxName> names) throws IOException {
        byte[] text = new SubscriptionsFile(names.stream().map(paths::storageParts).toList(), List.of()).write();
        try (OpenFile file = staging.createFile(control, paths.subscriptionsName())) {
            file.write(ByteBuffer.allocateDirect(text.length).put(text).flip());
            staging.written(file);
        }
    }
}
