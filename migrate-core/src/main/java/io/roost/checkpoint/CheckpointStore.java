package io.roost.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.KeyRange;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Meta;
import org.lmdbjava.Txn;

import io.roost.posix.MappedMemory;
import io.roost.posix.OpenDirectory;

/**
 * The LMDB environment behind a small set of verbs. Any number of processes may have it open; writers wait for each other.
 * Threads that write at the same time share a commit. Thread-safe. Every method throws {@link CheckpointException} if the store cannot do what is asked.
 */
public final class CheckpointStore implements Closeable {
    private static final int SCHEMA = 1;
    private static final int MAX_KEY = 500;
    private static final int REGISTERED_AT_ONCE = 5000;
    private static final String[] NAMES = {"meta", "users", "mailboxes", "placed", "problems", "cutovers"};

    private final String path;
    private final Env<ByteBuffer> env;
    private final Dbi<ByteBuffer> meta;
    private final Dbi<ByteBuffer> users;
    private final Dbi<ByteBuffer> mailboxes;
    private final Dbi<ByteBuffer> placed;
    private final Dbi<ByteBuffer> problems;
    private final Dbi<ByteBuffer> cutovers;
    private final GroupCommit writer;
    /** What is being recorded of users while nobody waits, by name. */
    private final Map<String, GroupCommit.Later> later = new ConcurrentHashMap<>();
    private final String identity;

    private CheckpointStore(String path, Env<ByteBuffer> env) {
        this.path = path;
        this.env = env;
        DbiFlags[] flags = env.isReadOnly() ? new DbiFlags[0] : new DbiFlags[] {DbiFlags.MDB_CREATE};
        meta = env.openDbi(NAMES[0], flags);
        users = env.openDbi(NAMES[1], flags);
        mailboxes = env.openDbi(NAMES[2], flags);
        placed = env.openDbi(NAMES[3], flags);
        problems = env.openDbi(NAMES[4], flags);
        cutovers = env.openDbi(NAMES[5], flags);
        writer = new GroupCommit(env);
        identity = env.isReadOnly() ? read(this::knownIdentity) : initialise();
    }

    /**
     * Begins to load the C library and LMDB in a thread of its own, while the caller has other things to do: it takes a tenth of a
     * second. Whatever fails fails again, and is told, when a store is opened.
     */
    public static void preload() {
        Thread thread = new Thread(() -> {
            try {
                OpenDirectory.statusOf("/");
                Meta.version();
            } catch (IOException | RuntimeException | LinkageError e) {
                // The same will happen to whoever opens a store, who can say so.
            }
        }, "roost-preload");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Opens or creates the store in a directory of its own, mode 0700.
     *
     * @param directory path as the administrator gave it
     */
    public static CheckpointStore open(String directory) {
        return open(directory, StoreEnvironment.open(directory)).orElseThrow();
    }

    /** Opens an existing store for reading beside a running migration; empty if there is none. Writes nothing but LMDB's reader table. */
    public static Optional<CheckpointStore> openReadOnly(String directory) {
        return StoreEnvironment.openReadOnly(directory).flatMap(env -> open(directory, env));
    }

    private static Optional<CheckpointStore> open(String directory, Env<ByteBuffer> env) {
        try {
            List<String> names = env.getDbiNames().stream().map(name -> new String(name, UTF_8)).toList();
            if (!Arrays.asList(NAMES).containsAll(names)) {
                throw new CheckpointException(directory + " holds no Roost store: expected the databases " + Arrays.toString(NAMES)
                        + ", found " + names + "; name a directory of its own with --state");
            }
            if (env.isReadOnly() && names.size() < NAMES.length) {
                // Its creator was killed.
                env.close();
                return Optional.empty();
            }
            return Optional.of(new CheckpointStore(directory, env));
        } catch (LmdbException e) {
            env.close();
            throw StoreEnvironment.cannotOpen(directory, e);
        } catch (RuntimeException e) {
            env.close();
            throw e;
        }
    }

    private String initialise() {
        try (Txn<ByteBuffer> txn = env.txnWrite()) {
            if (meta.get(txn, text("schema")) == null) {
                meta.put(txn, text("schema"), number(SCHEMA));
                meta.put(txn, text("store"), text(UUID.randomUUID().toString()));
            }
            String known = knownIdentity(txn);
            txn.commit();
            return known;
        } catch (LmdbException e) {
            throw cannotWrite(e);
        }
    }

    private String knownIdentity(Txn<ByteBuffer> txn) {
        ByteBuffer schema = meta.get(txn, text("schema"));
        if (schema == null || schema.remaining() != Integer.BYTES || schema.getInt(0) != SCHEMA) {
            throw new CheckpointException("the store in " + path + " has "
                    + (schema == null || schema.remaining() != Integer.BYTES ? "no schema" : "schema " + schema.getInt(0)) + ", expected "
                    + SCHEMA + ": it was written by another version of Roost; use that one, or name another directory with --state");
        }
        ByteBuffer id = meta.get(txn, text("store"));
        if (id == null) {
            throw new CheckpointException("the store in " + path + " has no identity: it is damaged; move the directory away");
        }
        return UTF_8.decode(id).toString();
    }

    /** Random identity of this store, for the markers of staging directories. */
    public String identity() {
        return identity;
    }

    public String path() {
        return path;
    }

    public Optional<UserRecord> user(String name) {
        GroupCommit.Later going = later.get(name);
        if (going != null) {
            writer.await(going);
        }
        ByteBuffer key = userKey(name);
        return read(txn -> Optional.ofNullable(users.get(txn, key)).map(UserRecord::read));
    }

    /** Takes users one by one, in the order of their names' bytes, from one consistent view. */
    public void users(Consumer<UserRecord> visitor) {
        later.values().forEach(writer::await);
        read(txn -> {
            try (CursorIterable<ByteBuffer> all = users.iterate(txn)) {
                all.forEach(kv -> visitor.accept(UserRecord.read(kv.val())));
            }
            return null;
        });
    }

    /** The user's record, made now if the store does not know the user yet. */
    public UserRecord userOrNew(String name, String source, String target, long now) {
        Optional<UserRecord> there = user(name);
        if (there.isPresent()) {
            return there.get();
        }
        ByteBuffer key = userKey(name);
        return write(txn -> {
            ByteBuffer known = users.get(txn, key);
            if (known != null) {
                return UserRecord.read(known);
            }
            ByteBuffer next = meta.get(txn, text("next-user"));
            int number = next == null ? 1 : next.getInt(0);
            meta.put(txn, text("next-user"), number(number + 1));
            UserRecord user = new UserRecord(number, name, UserState.QUEUED, source, target, now, now, 0, (int) (now / 1000),
                    0, 0, 0, 0, 0, 0, "");
            users.put(txn, key, direct(user.write()));
            return user;
        });
    }

    /** Makes records for those of many users whom the store does not know yet. */
    public void register(List<String> names, long now) {
        for (int from = 0; from < names.size(); from += REGISTERED_AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + REGISTERED_AT_ONCE));
            write(txn -> {
                ByteBuffer next = meta.get(txn, text("next-user"));
                int number = next == null ? 1 : next.getInt(0);
                for (String name : some) {
                    ByteBuffer key = userKey(name);
                    if (users.get(txn, key) == null) {
                        users.put(txn, key, direct(new UserRecord(number++, name, UserState.QUEUED, "", "", now, now, 0,
                                (int) (now / 1000), 0, 0, 0, 0, 0, 0, "").write()));
                    }
                }
                meta.put(txn, text("next-user"), number(number));
                return null;
            });
        }
    }

    /** The last run over users; empty if there was none. */
    public Optional<RunRecord> run() {
        return read(txn -> Optional.ofNullable(meta.get(txn, text("run"))).map(RunRecord::read));
    }

    public void putRun(RunRecord run) {
        byte[] bytes = run.write();
        write(txn -> meta.put(txn, text("run"), direct(bytes)));
    }

    public void put(UserRecord user) {
        put(user, List.of());
    }

    /** Records the user with its mailboxes. */
    public void put(UserRecord user, List<MailboxRecord> boxes) {
        write(txn -> {
            put(txn, user, boxes);
            return null;
        });
    }

    /** Records the user with its mailboxes, and replaces what was found about its source. */
    public void put(UserRecord user, List<MailboxRecord> boxes, List<ProblemRecord> found) {
        write(txn -> {
            put(txn, user, boxes);
            replaceProblems(txn, user.number(), found);
            return null;
        });
    }

    private void put(Txn<ByteBuffer> txn, UserRecord user, List<MailboxRecord> boxes) {
        users.put(txn, userKey(user.name()), direct(user.write()));
        for (MailboxRecord box : boxes) {
            mailboxes.put(txn, key(user.number(), box.number()), direct(box.write()));
        }
    }

    public List<MailboxRecord> mailboxes(int userNumber) {
        return all(mailboxes, userNumber, kv -> MailboxRecord.read(kv.key().getInt(4), kv.val()));
    }

    /**
     * Records a batch of placed mails whose data files are synced.
     *
     * @param user   as it was before the batch
     * @param length the last data file and its length
     * @return the user as recorded
     */
    public UserRecord commit(UserRecord user, PlacedBatch batch, PlacedBatch.DataFileLength length, long now) {
        return commit(user, List.of(), batch, length, now);
    }

    /** As {@link #commit(UserRecord, PlacedBatch, PlacedBatch.DataFileLength, long)}, with mailboxes that the batch refers to. */
    public UserRecord commit(UserRecord user, List<MailboxRecord> boxes, PlacedBatch batch, PlacedBatch.DataFileLength length,
            long now) {
        UserRecord after = user.withBatch(batch.mails(), batch.bytes(), now);
        byte[] bytes = batch.write(length.fileId(), length.length());
        return write(txn -> {
            placed.put(txn, key(user.number(), user.nextBatch()), direct(bytes));
            put(txn, after, boxes);
            return after;
        });
    }

    /** Hands all placed mails of a user to the visitor, in the order they were placed; returns how far the data files go. */
    public PlacedBatch.DataFileLength placed(int userNumber, PlacedBatch.Visitor visitor) {
        return read(txn -> {
            PlacedBatch.DataFileLength length = PlacedBatch.DataFileLength.NONE;
            try (CursorIterable<ByteBuffer> all = placed.iterate(txn, ofUser(userNumber))) {
                for (CursorIterable.KeyVal<ByteBuffer> kv : all) {
                    ByteBuffer batch = kv.val();
                    length = PlacedBatch.read(batch, visitor);
                    // Read once and then never again: of a million mails it is more than a hundred megabytes.
                    MappedMemory.release(batch);
                }
            }
            return length;
        });
    }

    /** Records the user and forgets everything below it: mailboxes, placed mails and, unless kept, problems. */
    public void forget(UserRecord user, boolean keepProblems) {
        write(txn -> forget(txn, user, keepProblems));
    }

    /**
     * As {@link #forget}, keeping problems, without waiting for the disk: for a step that the next run would do again. If it
     * cannot be recorded, {@link #close} says so.
     */
    public void forgetLater(UserRecord user) {
        later.values().removeIf(GroupCommit.Later::isDone);
        later.put(user.name(), writer.writeLater(txn -> forget(txn, user, true)));
    }

    private Void forget(Txn<ByteBuffer> txn, UserRecord user, boolean keepProblems) {
        users.put(txn, userKey(user.name()), direct(user.write()));
        clear(txn, placed, user.number());
        if (!keepProblems) {
            clear(txn, mailboxes, user.number());
            clear(txn, problems, user.number());
        }
        return null;
    }

    /** What is known of a user's last cutover; empty if there was none. */
    public Optional<CutoverRecord> cutover(int userNumber) {
        return read(txn -> Optional.ofNullable(cutovers.get(txn, key(userNumber, 0))).map(CutoverRecord::read));
    }

    public void putCutover(int userNumber, CutoverRecord cutover) {
        byte[] bytes = cutover.write();
        write(txn -> cutovers.put(txn, key(userNumber, 0), direct(bytes)));
    }

    /** Replaces what was found about the user's source. */
    public void putProblems(int userNumber, List<ProblemRecord> found) {
        if (found.isEmpty() && problems(userNumber).isEmpty()) {
            // A transaction costs a sync.
            return;
        }
        write(txn -> replaceProblems(txn, userNumber, found));
    }

    private Void replaceProblems(Txn<ByteBuffer> txn, int userNumber, List<ProblemRecord> found) {
        clear(txn, problems, userNumber);
        int n = 0;
        for (ProblemRecord problem : found) {
            problems.put(txn, key(userNumber, n++), direct(problem.write()));
        }
        return null;
    }

    public List<ProblemRecord> problems(int userNumber) {
        return all(problems, userNumber, kv -> ProblemRecord.read(kv.val()));
    }

    /** Waits for what is still to be recorded. */
    @Override
    public void close() {
        try {
            writer.close();
        } catch (LmdbException e) {
            throw cannotWrite(e);
        } finally {
            env.close();
        }
    }

    private <T> List<T> all(Dbi<ByteBuffer> dbi, int userNumber, Function<CursorIterable.KeyVal<ByteBuffer>, T> reader) {
        return read(txn -> {
            List<T> out = new ArrayList<>();
            try (CursorIterable<ByteBuffer> all = dbi.iterate(txn, ofUser(userNumber))) {
                all.forEach(kv -> out.add(reader.apply(kv)));
            }
            return out;
        });
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

    private <T> T read(Function<Txn<ByteBuffer>, T> work) {
        try (Txn<ByteBuffer> txn = env.txnRead()) {
            return work.apply(txn);
        } catch (LmdbException e) {
            throw CheckpointException.of("the checkpoint store in " + path + " cannot be read", e, "");
        }
    }

    /** Runs in one transaction, which is as if it had never been if anything goes wrong. The work may be done twice. */
    private <T> T write(Function<Txn<ByteBuffer>, T> work) {
        try {
            return writer.write(work);
        } catch (LmdbException e) {
            throw cannotWrite(e);
        }
    }

    private CheckpointException cannotWrite(LmdbException e) {
        return CheckpointException.of("the checkpoint store in " + path + " cannot be written", e, "");
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

    private static ByteBuffer number(int value) {
        return ByteBuffer.allocateDirect(Integer.BYTES).putInt(0, value);
    }

    /** LMDB takes direct buffers only. */
    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
