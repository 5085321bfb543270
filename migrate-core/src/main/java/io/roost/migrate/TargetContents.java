package io.roost.migrate;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.mdbox.MailFileReader;
import io.roost.mdbox.MailFileWriter;
import io.roost.mdbox.MailMetadata;
import io.roost.mdbox.MapIndex;
import io.roost.mdbox.Placement;
import io.roost.mdbox.StoredMail;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * What the data files of an mdbox hold, read once from first to last: digest and metadata of every mail that a mailbox refers
 * to, in columns, by position in the map. Immutable once read.
 */
final class TargetContents {
    private final MapIndex map;
    private final long[] digests;
    private final long[] plainSizes;
    private final long[] virtualSizes;
    private final long[] received;
    /** Hashes of GUID and digest, 0 where there is no mail; sorted once all are read. */
    private final long[] identities;
    private final Map<Integer, String> damaged = new HashMap<>();
    /** Hashes of the POP3 UIDLs, 0 where there is none; null as long as no mail has one. */
    private long[] pop3Uidls;
    /** Null as long as no mail has one. */
    private int[] pop3Orders;

    private TargetContents(MapIndex map) {
        this.map = map;
        digests = new long[map.size()];
        plainSizes = new long[map.size()];
        virtualSizes = new long[map.size()];
        received = new long[map.size()];
        identities = new long[map.size()];
    }

    /** Reads all data files. What is damaged is remembered by mail and does not end the reading. */
    static TargetContents read(TargetPaths paths, MapIndex map) throws IOException {
        TargetContents contents = new TargetContents(map);
        try (DataFileSet files = new DataFileSet(paths)) {
            ContentDigest digest = new ContentDigest();
            for (int i = 0; i < map.size(); i++) {
                if (map.refcount(i) > 0) {
                    contents.read(i, files, digest);
                }
            }
        }
        Arrays.sort(contents.identities);
        return contents;
    }

    private void read(int i, DataFileSet files, ContentDigest digest) throws IOException {
        Placement p = map.placement(i);
        try {
            MailFileReader reader = files.file(p.fileId());
            StoredMail mail = reader.read(p.offset());
            reader.data(mail, digest::add);
            digests[i] = digest.finish();
            MailMetadata m = mail.metadata();
            plainSizes[i] = m.plainSize();
            virtualSizes[i] = m.virtualSize();
            received[i] = m.received();
            identities[i] = identity(Guid128.ofText(m.guid()), digests[i]);
            if (m.pop3Uidl() != null) {
                pop3Uidls = pop3Uidls == null ? new long[map.size()] : pop3Uidls;
                pop3Uidls[i] = hash(m.pop3Uidl());
            }
            if (m.pop3Order() != 0) {
                pop3Orders = pop3Orders == null ? new int[map.size()] : pop3Orders;
                pop3Orders[i] = (int) m.pop3Order();
            }
            if (mail.recordSize() != p.recordSize()) {
                damaged.put(i, "the map says " + p.recordSize() + " bytes, the record has " + mail.recordSize());
            }
        } catch (CorruptFileException | PosixException e) {
            digest.finish();
            damaged.put(i, e.getMessage());
        }
    }

    private static long identity(Guid128 guid, long digest) {
        return SecretHash.first(0, Long.toHexString(guid.high()) + '/' + Long.toHexString(guid.low()) + '/' + Long.toHexString(digest));
    }

    /** Whether some mailbox has a mail that comes of one with this GUID and digest. */
    boolean has(String guid, long digest) {
        return Arrays.binarySearch(identities, identity(MailGuids.own(guid), digest)) >= 0
                || Arrays.binarySearch(identities, identity(MailGuids.ofConflict(guid, digest), digest)) >= 0;
    }

    /** Position of a map UID, or -1. */
    int find(long mapUid) {
        return map.find(mapUid);
    }

    /** Why a mail cannot be read, if it cannot. */
    Optional<String> damage(int i) {
        return Optional.ofNullable(damaged.get(i));
    }

    long digest(int i) {
        return digests[i];
    }

    long plainSize(int i) {
        return plainSizes[i];
    }

    long virtualSize(int i) {
        return virtualSizes[i];
    }

    long received(int i) {
        return received[i];
    }

    /** Whether a mail has this POP3 UIDL stored, or none if that is null. */
    boolean hasPop3Uidl(int i, String uidl) {
        return (pop3Uidls == null ? 0 : pop3Uidls[i]) == (uidl == null ? 0 : hash(uidl));
    }

    private static long hash(String uidl) {
        return SecretHash.first(0, uidl);
    }

    long pop3Order(int i) {
        return pop3Orders == null ? 0 : Integer.toUnsignedLong(pop3Orders[i]);
    }

    /** The data files, in the mail root or in ALT; one is open at a time. */
    private static final class DataFileSet implements Closeable {
        private final OpenDirectory primary;
        private OpenDirectory alt;
        private MailFileReader current;
        private int currentId;

        DataFileSet(TargetPaths paths) throws PosixException {
            primary = OpenDirectory.openNoFollow(paths.storage());
            String altStorage = paths.altStorage().orElse(null);
            alt = altStorage != null && OpenDirectory.statusOf(altStorage).isPresent() ? OpenDirectory.open(altStorage) : null;
        }

        MailFileReader file(int id) throws IOException {
            if (id != currentId) {
                if (current != null) {
                    current.close();
                    current = null;
                    currentId = 0;
                }
                boolean inAlt = alt != null && primary.status(MailFileWriter.fileName(id)).isEmpty();
                current = MailFileReader.open(inAlt ? alt : primary, id);
                currentId = id;
            }
            return current;
        }

        @Override
        public void close() {
            if (current != null) {
                current.close();
            }
            if (alt != null) {
                alt.close();
            }
            primary.close();
        }
    }
}
