package io.roost.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.lmdbjava.Env;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Meta;
import org.lmdbjava.Txn;

import io.roost.posix.OpenDirectory;

/**
 * The LMDB environment behind a small set of verbs; {@link StoreTables} says what lies in it. Any number of processes may have it
 * open; writers wait for each other. Threads that write at the same time share a commit. Thread-safe. Every method throws
 * {@link CheckpointException} if the store cannot do what is asked.
 */
public final class CheckpointStore implements Closeable {
    private static final int REGISTERED_AT_ONCE = 5000;

    private final String path;
    private final Env<ByteBuffer> env;
    private final StoreTables tables;
    private final GroupCommit writer;
    /** What is being recorded of users while nobody waits, by name. */
    private final Map<String, GroupCommit.Later> later = new ConcurrentHashMap<>();
    private final String identity;

    private CheckpointStore(String path, Env<ByteBuffer> env) {
        this.path = path;
        this.env = env;
        tables = new StoreTables(env);
        writer = new GroupCommit(env);
        identity = env.isReadOnly() ? read(txn -> tables.identity(txn, path)) : initialise();
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
            if (!StoreTables.areIn(env, directory) && env.isReadOnly()) {
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
            tables.initialise(txn);
            String known = tables.identity(txn, path);
            txn.commit();
            return known;
        } catch (LmdbException e) {
            throw cannotWrite(e);
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
        GroupCommit.Later going = later.get(name);
        if (going != null) {
            writer.await(going);
        }
        return read(txn -> tables.user(txn, name));
    }

    /** Takes users one by one, in the order of their names' bytes, from one consistent view. */
    public void users(Consumer<UserRecord> visitor) {
        later.values().forEach(writer::await);
        read(txn -> {
            tables.users(txn, visitor);
            return null;
        });
    }

    /** The user's record, made now if the store does not know the user yet. */
    public UserRecord userOrNew(String name, String source, String target, long now) {
        Optional<UserRecord> there = user(name);
        if (there.isPresent()) {
            return there.get();
        }
        return write(txn -> tables.userOrNew(txn, name, source, target, now));
    }

    /** Makes records for those of many users whom the store does not know yet. */
    public void register(List<String> names, long now) {
        for (int from = 0; from < names.size(); from += REGISTERED_AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + REGISTERED_AT_ONCE));
            write(txn -> {
                tables.register(txn, some, now);
                return null;
            });
        }
    }

    /** The last run over users; empty if there was none. */
    public Optional<RunRecord> run() {
        return read(tables::run);
    }

    public void putRun(RunRecord run) {
        byte[] bytes = run.write();
        write(txn -> {
            tables.putRun(txn, bytes);
            return null;
        });
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
            tables.replaceProblems(txn, user.number(), found);
            return null;
        });
    }

    private void put(Txn<ByteBuffer> txn, UserRecord user, List<MailboxRecord> boxes) {
        tables.put(txn, user);
        tables.putMailboxes(txn, user.number(), boxes);
    }

    public List<MailboxRecord> mailboxes(int userNumber) {
        return read(txn -> tables.mailboxes(txn, userNumber));
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
            tables.putBatch(txn, user.number(), user.nextBatch(), bytes);
            put(txn, after, boxes);
            return after;
        });
    }

    /** Hands all placed mails of a user to the visitor, in the order they were placed; returns how far the data files go. */
    public PlacedBatch.DataFileLength placed(int userNumber, PlacedBatch.Visitor visitor) {
        return read(txn -> tables.placed(txn, userNumber, visitor));
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
        tables.put(txn, user);
        tables.forget(txn, user.number(), keepProblems);
        return null;
    }

    /** What is known of a user's last cutover; empty if there was none. */
    public Optional<CutoverRecord> cutover(int userNumber) {
        return read(txn -> tables.cutover(txn, userNumber));
    }

    public void putCutover(int userNumber, CutoverRecord cutover) {
        byte[] bytes = cutover.write();
        write(txn -> {
            tables.putCutover(txn, userNumber, bytes);
            return null;
        });
    }

    /** Replaces what was found about the user's source. */
    public void putProblems(int userNumber, List<ProblemRecord> found) {
        if (found.isEmpty() && problems(userNumber).isEmpty()) {
            // A transaction costs a sync.
            return;
        }
        write(txn -> {
            tables.replaceProblems(txn, userNumber, found);
            return null;
        });
    }

    public List<ProblemRecord> problems(int userNumber) {
        return read(txn -> tables.problems(txn, userNumber));
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
}
