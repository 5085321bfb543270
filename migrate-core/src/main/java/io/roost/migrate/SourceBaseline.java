package io.roost.migrate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailboxName;
import io.roost.maildir.MailList;
import io.roost.maildir.Maildir;
import io.roost.maildir.MaildirMailbox;
import io.roost.maildir.MailboxSnapshot;
import io.roost.maildir.SourceStamp;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * What the Maildir held when the mdbox was written, so that what comes later can be told: also by the next run, if this one is
 * killed. It lies in the state directory as {@code baselines/NUMBER} until the user is done.
 *
 * <pre>
 *   file = magic "ROOSTBL3"   u32 n   u32 CRC-32 of what follows   begun   n * mail       ; big-endian, mails ascending
 *   mail = u64 hash of the mailbox's name and of the file's, up to its first colon
 *   begun = mail   u64 map UID    ; the mail that came later and was being brought over when this was written, and the next UID in
 *                                 ; the map of the mdbox just before; zeros for none
 * </pre>
 *
 * Of a million mails, one that comes later has the hash of another with a probability of 2^-44. Immutable.
 */
final class SourceBaseline {
    private static final byte[] MAGIC = "ROOSTBL3".getBytes(StandardCharsets.US_ASCII);
    private static final String DIRECTORY = "baselines";
    private static final int HEADER = 32;
    /** Where that begins of which the header has a CRC-32. */
    private static final int CHECKED = 16;
    private static final int MAX_MAILS = 100_000_000;

    private final Maildir maildir;
    private final TargetPaths paths;
    private final long[] mails;
    /** Empty if read from the store, as the mailboxes are. */
    private final List<SourceStamp> stamps;
    private final List<MaildirMailbox> mailboxes;
    private final long fingerprint;
    private final Begun begun;

    /**
     * A mail that somebody has begun to bring over.
     *
     * @param mail its hash
     * @param from the next UID in the map of the mdbox before
     */
    private record Begun(long mail, long from) {
        private static final Begun NONE = new Begun(0, 0);
    }

    private SourceBaseline(Maildir maildir, TargetPaths paths, long[] mails, List<SourceStamp> stamps, List<MaildirMailbox> mailboxes,
            long fingerprint, Begun begun) {
        this.begun = begun;
        this.maildir = maildir;
        this.paths = paths;
        this.mails = mails;
        this.stamps = stamps;
        this.mailboxes = mailboxes;
        this.fingerprint = fingerprint;
    }

    /** What a scan found. */
    static SourceBaseline of(UserSnapshot snapshot, Maildir maildir, TargetPaths paths) {
        long[] mails = new long[Math.toIntExact(snapshot.mails())];
        int n = 0;
        for (MailboxSnapshot mailbox : snapshot.mailboxes()) {
            long name = nameHash(mailbox.name());
            for (int i = 0; i < mailbox.mails().size(); i++) {
                mails[n++] = hash(name, mailbox.mails().baseName(i));
            }
        }
        Arrays.sort(mails);
        return new SourceBaseline(maildir, paths, mails, snapshot.mailboxes().stream().map(MailboxSnapshot::stamp).toList(),
                snapshot.listing().mailboxes(), snapshot.fingerprint(), Begun.NONE);
    }

    private static long nameHash(MailboxName mailbox) {
        long hash = 0x9e3779b97f4a7c15L;
        for (String part : mailbox.parts()) {
            hash = hash(hash, part) + 1;
        }
        return hash;
    }

    private static long hash(long seed, String text) {
        long hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0xff51afd7ed558ccdL;
            hash ^= hash >>> 32;
        }
        return hash;
    }

    /** Whether the Maildir still is what was read: mails, flags, everything. */
    boolean isUnchanged() throws IOException, InterruptedException {
        return isUntouched() || UserSnapshot.scan(maildir, paths).fingerprint() == fingerprint;
    }

    /** Whether another scan is certain to find the same mails, in the same mailboxes. */
    private boolean isUntouched() throws IOException {
        for (SourceStamp stamp : stamps) {
            if (!stamp.unchanged()) {
                return false;
            }
        }
        return !stamps.isEmpty() && maildir.list().mailboxes().equals(mailboxes);
    }

    /** Mails that were not there; first the one that somebody has begun to bring over, since only of one that is known. */
    List<LateMail> late() throws IOException, InterruptedException {
        if (isUntouched()) {
            return List.of();
        }
        List<LateMail> late = new ArrayList<>();
        for (MailboxSnapshot mailbox : UserSnapshot.scan(maildir, paths).mailboxes()) {
            long name = nameHash(mailbox.name());
            MailList list = mailbox.mails();
            for (int i = 0; i < list.size(); i++) {
                if (Arrays.binarySearch(mails, hash(name, list.baseName(i))) < 0) {
                    late.add(new LateMail(mailbox.name(), mailbox.location().path(), list.isInNew(i), list.fileName(i)));
                }
            }
        }
        late.sort(Comparator.comparing(mail -> begunAt(mail).isEmpty()));
        return late;
    }

    /** The same with a mail more, which needs no bringing over again. */
    SourceBaseline with(LateMail mail) {
        long[] more = Arrays.copyOf(mails, mails.length + 1);
        more[mails.length] = hash(mail);
        Arrays.sort(more);
        return new SourceBaseline(maildir, paths, more, stamps, mailboxes, fingerprint, Begun.NONE);
    }

    /**
     * The same, with a mail that is going to be brought over: who is killed in it leaves the mail there, or not.
     *
     * @param mapUid the next UID in the map of the mdbox
     */
    SourceBaseline beginning(LateMail mail, long mapUid) {
        return new SourceBaseline(maildir, paths, mails, stamps, mailboxes, fingerprint, new Begun(hash(mail), mapUid));
    }

    /**
     * Whether somebody has begun to bring this mail over, and did not live to record it.
     *
     * @return the next UID in the map of the mdbox before that; empty if nobody has
     */
    OptionalLong begunAt(LateMail mail) {
        return begun.mail == hash(mail) ? OptionalLong.of(begun.from) : OptionalLong.empty();
    }

    private static long hash(LateMail mail) {
        int colon = mail.fileName().indexOf(':');
        return hash(nameHash(mail.mailbox()), colon < 0 ? mail.fileName() : mail.fileName().substring(0, colon));
    }

    // ---- the file ----

    /** Waits until it is on disk. */
    void write(CheckpointStore store, UserRecord user) throws IOException {
        ByteBuffer out = ByteBuffer.allocateDirect(HEADER + 8 * mails.length).order(ByteOrder.BIG_ENDIAN);
        out.position(CHECKED);
        out.putLong(begun.mail).putLong(begun.from);
        for (long mail : mails) {
            out.putLong(mail);
        }
        out.flip();
        int crc = crc(out.slice(CHECKED, out.limit() - CHECKED));
        out.put(0, MAGIC).putInt(8, mails.length).putInt(12, crc);
        String name = Integer.toUnsignedString(user.number());
        try (OpenDirectory directory = directory(store)) {
            directory.removeFile(name + ".new");
            try (OpenFile file = directory.create(name + ".new", 0600)) {
                file.write(out);
                file.sync();
            }
            directory.rename(name + ".new", directory, name);
            directory.sync();
        }
    }

    /** Empty if there is none. */
    static Optional<SourceBaseline> read(CheckpointStore store, UserRecord user, Maildir maildir, TargetPaths paths)
            throws IOException {
        try (OpenDirectory directory = directory(store);
                OpenFile file = directory.openFile(Integer.toUnsignedString(user.number()))) {
            FileStatus status = file.status();
            if (!status.isFile() || status.size() < HEADER || status.size() > HEADER + 8L * MAX_MAILS) {
                throw new CorruptFileException(file.path(), 0, "a file of " + HEADER + " bytes or more", status.size() + " bytes");
            }
            ByteBuffer in = ByteBuffer.allocateDirect((int) status.size()).order(ByteOrder.BIG_ENDIAN);
            file.preadFully(in, 0);
            in.flip();
            byte[] magic = new byte[MAGIC.length];
            if (in.limit() >= HEADER) {
                in.get(0, magic);
            }
            if (!Arrays.equals(magic, MAGIC)) {
                throw new CorruptFileException(file.path(), 0, "ROOSTBL3", ByteString.toText(ByteString.of(magic, 0, magic.length)));
            }
            int count = in.getInt(8);
            if (count < 0 || in.limit() != HEADER + 8L * count) {
                throw new CorruptFileException(file.path(), 8, (in.limit() - HEADER) / 8 + " mails", count + " mails");
            }
            int crc = crc(in.slice(CHECKED, in.limit() - CHECKED));
            if (crc != in.getInt(12)) {
                throw new CorruptFileException(file.path(), 12, "CRC-32 " + Integer.toHexString(crc), Integer.toHexString(in.getInt(12)));
            }
            long[] mails = new long[count];
            in.slice(HEADER, in.limit() - HEADER).order(ByteOrder.BIG_ENDIAN).asLongBuffer().get(mails);
            return Optional.of(new SourceBaseline(maildir, paths, mails, List.of(), List.of(), 0,
                    new Begun(in.getLong(CHECKED), in.getLong(CHECKED + 8))));
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether a cutover of the user has come so far, and not to its end. */
    static boolean exists(CheckpointStore store, UserRecord user) throws PosixException {
        try (OpenDirectory directory = directory(store)) {
            return directory.status(Integer.toUnsignedString(user.number())).isPresent();
        }
    }

    /** Not needed any more. */
    static void remove(CheckpointStore store, UserRecord user) throws PosixException {
        try (OpenDirectory directory = directory(store)) {
            directory.removeFile(Integer.toUnsignedString(user.number()));
        }
    }

    private static int crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static OpenDirectory directory(CheckpointStore store) throws PosixException {
        try (OpenDirectory state = OpenDirectory.open(ByteString.ofText(store.path()))) {
            if (state.status(DIRECTORY).isEmpty()) {
                try {
                    state.makeDirectory(DIRECTORY, 0700);
                } catch (PosixException e) {
                    if (e.errno() != PosixException.EEXIST) {
                        throw e;
                    }
                }
            }
            return state.openDirectory(DIRECTORY);
        }
    }
}
