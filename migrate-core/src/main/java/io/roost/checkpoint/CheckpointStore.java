package io.roost.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.KeyRange;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * The LMDB environment behind a small set of verbs. Any number of processes may have it open; writers wait for each other.
 * Thread-safe. Every method throws {@link CheckpointException} if the store cannot do what is asked.
 */
public final class CheckpointStore implements Closeable {
    private static final int SCHEMA = 1;
    /** Address space, not disk: the file grows as it is filled. */
    private static final long MAP_SIZE = 64L << 30;
    private static final int MAX_READERS = 1024;
    private static final int MAX_KEY = 500;

    private final String path;
    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> meta;
    private final Dbi<ByteBuffer> users;
    private final Dbi<ByteBuffer> mailboxes;
    private final Dbi<ByteBuffer> placed;
    private final Dbi<ByteBuffer> problems;
    private final String identity;

    private CheckpointStore(String path, Env<ByteBuffer> env, boolean writable) {
        this.path = path;
        this.env = env;
        DbiFlags[] flags = writable ? new DbiFlags[] {DbiFlags.MDB_CREATE} : new DbiFlags[0];
        meta = env.openDbi("meta", flags);
        users = env.openDbi("users", flags);
        mailboxes = env.openDbi("mailboxes", flags);
        placed = env.openDbi("placed", flags);
        problems = env.openDbi("problems", flags);
        identity = writable ? initialise() : readMeta("store").orElseThrow(() -> new CheckpointException(path + " holds no Roost store"));
    }

    /**
     * Opens or creates the store in a directory of its own, mode 0700.
     *
     * @param directory path as the administrator gave it
     */
    public static CheckpointStore open(String directory) {
        String bytes = ByteString.ofText(directory);
        try {
            if (OpenDirectory.statusOf(bytes).isEmpty()) {
                createDirectories(bytes);
            }
            try (OpenDirectory dir = OpenDirectory.open(bytes)) {
                requireUsable(dir, directory);
                return new CheckpointStore(directory, environment(directory), true);
            }
        } catch (PosixException e) {
            throw new CheckpointException("the state directory cannot be used: " + e.getMessage(), e);
        } catch (LmdbException e) {
            throw unusable(directory, e);
        }
    }

    /** Opens an existing store for reading beside a running migration; empty if there is none. Writes nothing but LMDB's reader table. */
    public static Optional<CheckpointStore> openReadOnly(String directory) {
        String bytes = ByteString.ofText(directory);
        try {
            if (OpenDirectory.statusOf(bytes + "/data.mdb").isEmpty()) {
                return Optional.empty();
            }
            try (OpenDirectory dir = OpenDirectory.open(bytes)) {
                requireUsable(dir, directory);
                return Optional.of(new CheckpointStore(directory, environment(directory, EnvFlags.MDB_RDONLY_ENV), false));
            }
        } catch (PosixException e) {
            throw new CheckpointException("the state directory cannot be used: " + e.getMessage(), e);
        } catch (LmdbException e) {
            throw unusable(directory, e);
        }
    }

    private static void createDirectories(String path) throws PosixException {
        int slash = path.lastIndexOf('/');
        String parent = slash < 0 ? "." : slash == 0 ? "/" : path.substring(0, slash);
        if (OpenDirectory.statusOf(parent).isEmpty()) {
            createDirectories(parent);
        }
        try (OpenDirectory dir = OpenDirectory.open(parent)) {
            dir.makeDirectory(path.substring(slash + 1), 0700);
        }
    }

    private static void requireUsable(OpenDirectory dir, String directory) throws PosixException {
        if (dir.fileSystem().isNetwork()) {
            throw new CheckpointException("the state directory " + directory + " lies on " + dir.fileSystem().typeName()
                    + ", a network file system, where LMDB is not safe: name a directory on a local disk with --state");
        }
        Optional<FileStatus> data = dir.status("data.mdb");
        if (data.isPresent() && (!data.get().isFile() || data.get().size() < 8192)) {
            throw new CheckpointException(directory + "/data.mdb is damaged: expected an LMDB file, found "
                    + data.get().size() + " bytes; move the directory away and start again (mails already published are not touched)");
        }
    }

    private static Env<ByteBuffer> environment(String directory, EnvFlags... flags) {
        EnvFlags[] all = java.util.Arrays.copyOf(flags, flags.length + 2);
        all[flags.length] = EnvFlags.MDB_NOTLS;
        all[flags.length + 1] = EnvFlags.MDB_NOMETASYNC;
        Env<ByteBuffer> env = Env.create().setMapSize(MAP_SIZE).setMaxDbs(8).setMaxReaders(MAX_READERS)
                .open(new File(directory), 0600, all);
        long needed = (env.info().lastPageNumber + 1) * env.stat().pageSize;
        long length = new File(directory, "data.mdb").length();
        if (length < needed) {
            // Reading a missing page of the map would end the process.
            env.close();
            throw new CheckpointException(directory + "/data.mdb is damaged: it should have at least " + needed + " bytes and has "
                    + length + "; move the directory away and start again (mails already published are not touched)");
        }
        return env;
    }

    private static CheckpointException unusable(String directory, LmdbException e) {
        return new CheckpointException("the checkpoint store in " + directory + " cannot be opened: " + e.getMessage()
                + "; if it is damaged, move the directory away and start again (mails already published are not touched)", e);
    }

    private String initialise() {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            ByteBuffer schema = meta.get(txn, text("schema"));
            if (schema != null && schema.getInt(0) != SCHEMA) {
                throw new CheckpointException("the store in " + path + " has schema " + schema.getInt(0) + ", expected " + SCHEMA
                        + ": it was written by another version of Roost");
            }
            if (schema != null) {
                ByteBuffer id = meta.get(txn, text("store"));
                return UTF_8.decode(id).toString();
            }
            String id = UUID.randomUUID().toString();
            meta.put(txn, text("schema"), direct(ByteBuffer.allocate(4).putInt(SCHEMA).array()));
            meta.put(txn, text("store"), text(id));
            txn.commit();
            return id;
        }
    }

    /** Random identity of this store, for the markers of staging directories. */
    public String identity() {
        return identity;
    }

    public String path() {
        return path;
    }

    public Optional<UserRecord> user(String name) {
        try (Txn<ByteBuffer> txn = env.txnRead()) {
            ByteBuffer value = users.get(txn, userKey(name));
            return value == null ? Optional.empty() : Optional.of(UserRecord.read(value));
        }
    }

    /** Takes users one by one, in the order of their names' bytes, from one consistent view. */
    public void users(Consumer<UserRecord> visitor) {
        try (Txn<ByteBuffer> txn = env.txnRead(); CursorIterable<ByteBuffer> all = users.iterate(txn)) {
            for (CursorIterable.KeyVal<ByteBuffer> kv : all) {
                visitor.accept(UserRecord.read(kv.val()));
            }
        }
    }

    /** The user's record, made now if the store does not know the user yet. */
    public UserRecord userOrNew(String name, String source, String target, long now) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            ByteBuffer known = users.get(txn, userKey(name));
            if (known != null) {
                return UserRecord.read(known);
            }
            ByteBuffer next = meta.get(txn, text("next-user"));
            int number = next == null ? 1 : next.getInt(0);
            meta.put(txn, text("next-user"), direct(ByteBuffer.allocate(4).putInt(number + 1).array()));
            UserRecord user = new UserRecord(number, name, UserState.QUEUED, source, target, now, now, 0, (int) (now / 1000),
                    0, 0, 0, 0, 0, 0, "");
            users.put(txn, userKey(name), direct(user.write()));
            txn.commit();
            return user;
        }
    }

    public void put(UserRecord user) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            users.put(txn, userKey(user.name()), direct(user.write()));
            txn.commit();
        }
    }

    /** Records the user with its mailboxes. */
    public void put(UserRecord user, List<MailboxRecord> boxes) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            users.put(txn, userKey(user.name()), direct(user.write()));
            for (MailboxRecord box : boxes) {
                mailboxes.put(txn, key(user.number(), box.number()), direct(box.write()));
            }
            txn.commit();
        }
    }

    public List<MailboxRecord> mailboxes(int userNumber) {
        List<MailboxRecord> out = new ArrayList<>();
        try (Txn<ByteBuffer> txn = env.txnRead(); CursorIterable<ByteBuffer> all = mailboxes.iterate(txn, ofUser(userNumber))) {
            for (CursorIterable.KeyVal<ByteBuffer> kv : all) {
                out.add(MailboxRecord.read(kv.key().getInt(4), kv.val()));
            }
        }
        return out;
    }

    /**
     * Records a batch of placed mails whose data files are synced.
     *
     * @param user   as it was before the batch
     * @param length the last data file and its length
     * @return the user as recorded
     */
    public UserRecord commit(UserRecord user, PlacedBatch batch, PlacedBatch.DataFileLength length, long now) {
        UserRecord after = user.withBatch(batch.mails(), batch.bytes(), now);
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            placed.put(txn, key(user.number(), user.nextBatch()), direct(batch.write(length.fileId(), length.length())));
            users.put(txn, userKey(user.name()), direct(after.write()));
            txn.commit();
        }
        return after;
    }

    /** Hands all placed mails of a user to the visitor, in the order they were placed; returns how far the data files go. */
    public PlacedBatch.DataFileLength placed(int userNumber, PlacedBatch.Visitor visitor) {
        PlacedBatch.DataFileLength length = PlacedBatch.DataFileLength.NONE;
        try (Txn<ByteBuffer> txn = env.txnRead(); CursorIterable<ByteBuffer> all = placed.iterate(txn, ofUser(userNumber))) {
            for (CursorIterable.KeyVal<ByteBuffer> kv : all) {
                length = PlacedBatch.read(kv.val(), visitor);
            }
        }
        return length;
    }

    /** Records the user and forgets everything below it: mailboxes, placed mails and, unless kept, problems. */
    public void forget(UserRecord user, boolean keepProblems) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            users.put(txn, userKey(user.name()), direct(user.write()));
            clear(txn, placed, user.number());
            if (!keepProblems) {
                clear(txn, mailboxes, user.number());
                clear(txn, problems, user.number());
            }
            txn.commit();
        }
    }

    /** Replaces the user's problems, one line each. */
    public void putProblems(int userNumber, List<String> lines) {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            clear(txn, problems, userNumber);
            int n = 0;
            for (String line : lines) {
                problems.put(txn, key(userNumber, n++), text(line));
            }
            txn.commit();
        }
    }

    public List<String> problems(int userNumber) {
        List<String> out = new ArrayList<>();
        try (Txn<ByteBuffer> txn = env.txnRead(); CursorIterable<ByteBuffer> all = problems.iterate(txn, ofUser(userNumber))) {
            for (CursorIterable.KeyVal<ByteBuffer> kv : all) {
                out.add(UTF_8.decode(kv.val()).toString());
            }
        }
        return out;
    }

    @Override
    public void close() {
        env.close();
    }

    private static void clear(Txn<ByteBuffer> txn, Dbi<ByteBuffer> dbi, int userNumber) {
        try (CursorIterable<ByteBuffer> all = dbi.iterate(txn, ofUser(userNumber))) {
            var it = all.iterator();
            while (it.hasNext()) {
                it.next();
                it.remove();
            }
        }
    }

    private Optional<String> readMeta(String name) {
        try (Txn<ByteBuffer> txn = env.txnRead()) {
            ByteBuffer value = meta.get(txn, text(name));
            return value == null ? Optional.empty() : Optional.of(UTF_8.decode(value).toString());
        }
    }

    private static KeyRange<ByteBuffer> ofUser(int userNumber) {
        return KeyRange.closedOpen(key(userNumber, 0), key(userNumber + 1, 0));
    }

    private static ByteBuffer key(int first, int second) {
        return ByteBuffer.allocateDirect(8).putInt(first).putInt(second).flip();
    }

    private static ByteBuffer userKey(String name) {
        byte[] bytes = name.getBytes(UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_KEY) {
            throw new CheckpointException("a user name of " + bytes.length + " bytes, expected 1 to " + MAX_KEY);
        }
        return direct(bytes);
    }

    private static ByteBuffer text(String text) {
        return direct(text.getBytes(UTF_8));
    }

    /** LMDB takes direct buffers only. */
    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
