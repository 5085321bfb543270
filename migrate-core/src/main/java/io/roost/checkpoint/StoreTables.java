package io.roost.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.KeyRange;
import org.lmdbjava.Txn;

import io.roost.posix.MappedMemory;

/**
 * The store's databases and what their keys and values are; each method works within a transaction of the caller's. Numbers are
 * big-endian, so that the order of keys is the order of numbers; texts are UTF-8.
 *
 * <table>
 * <caption>Databases</caption>
 * <tr><th>name</th><th>key</th><th>value</th></tr>
 * <tr><td>meta</td><td>"schema"</td><td>u32 {@value #SCHEMA}</td></tr>
 * <tr><td></td><td>"store"</td><td>random identity, text</td></tr>
 * <tr><td></td><td>"next-user"</td><td>u32, the number that the next new user gets</td></tr>
 * <tr><td></td><td>"run"</td><td>{@link RunRecord}</td></tr>
 * <tr><td>users</td><td>user name, text of 1 to {@value #MAX_KEY} bytes</td><td>{@link UserRecord}</td></tr>
 * <tr><td>mailboxes</td><td>u32 user number, u32 mailbox number</td><td>{@link MailboxRecord}</td></tr>
 * <tr><td>placed</td><td>u32 user number, u32 batch number</td><td>{@link PlacedBatch}</td></tr>
 * <tr><td>problems</td><td>u32 user number, u32 sequence</td><td>{@link ProblemRecord}</td></tr>
 * <tr><td>cutovers</td><td>u32 user number, u32 0</td><td>{@link CutoverRecord}</td></tr>
 * </table>
 *
 * Immutable and thread-safe.
 */
final class StoreTables {
    private static final int SCHEMA = 1;
    private static final int MAX_KEY = 500;
    private static final String[] NAMES = {"meta", "users", "mailboxes", "placed", "problems", "cutovers"};

    private final Dbi<ByteBuffer> meta;
    private final Dbi<ByteBuffer> users;
    private final Dbi<ByteBuffer> mailboxes;
    private final Dbi<ByteBuffer> placed;
    private final Dbi<ByteBuffer> problems;
    private final Dbi<ByteBuffer> cutovers;

    /** Opens them, and creates them unless the environment is read-only. */
    StoreTables(Env<ByteBuffer> env) {
        DbiFlags[] flags = env.isReadOnly() ? new DbiFlags[0] : new DbiFlags[] {DbiFlags.MDB_CREATE};
        meta = env.openDbi(NAMES[0], flags);
        users = env.openDbi(NAMES[1], flags);
        mailboxes = env.openDbi(NAMES[2], flags);
        placed = env.openDbi(NAMES[3], flags);
        problems = env.openDbi(NAMES[4], flags);
        cutovers = env.openDbi(NAMES[5], flags);
    }

    /**
     * Looks whether an environment holds these, or nothing yet.
     *
     * @param directory for the message
     * @return whether all are there
     */
    static boolean areIn(Env<ByteBuffer> env, String directory) {
        List<String> names = env.getDbiNames().stream().map(name -> new String(name, UTF_8)).toList();
        if (!Arrays.asList(NAMES).containsAll(names)) {
            throw new CheckpointException(directory + " holds no Roost store: expected the databases " + Arrays.toString(NAMES)
                    + ", found " + names + "; name a directory of its own with --state");
        }
        return names.size() == NAMES.length;
    }

    // ---- meta ----

    void initialise(Txn<ByteBuffer> txn) {
        if (meta.get(txn, text("schema")) == null) {
            meta.put(txn, text("schema"), number(SCHEMA));
            meta.put(txn, text("store"), text(UUID.randomUUID().toString()));
        }
    }

    /** @param path of the store, for messages */
    String identity(Txn<ByteBuffer> txn, String path) {
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

    Optional<RunRecord> run(Txn<ByteBuffer> txn) {
        return Optional.ofNullable(meta.get(txn, text("run"))).map(RunRecord::read);
    }

    void putRun(Txn<ByteBuffer> txn, byte[] run) {
        meta.put(txn, text("run"), direct(run));
    }

    private int nextUser(Txn<ByteBuffer> txn) {
        ByteBuffer next = meta.get(txn, text("next-user"));
        return next == null ? 1 : next.getInt(0);
    }

    // ---- users ----

    Optional<UserRecord> user(Txn<ByteBuffer> txn, String name) {
        return Optional.ofNullable(users.get(txn, userKey(name))).map(UserRecord::read);
    }

    void users(Txn<ByteBuffer> txn, Consumer<UserRecord> visitor) {
        try (CursorIterable<ByteBuffer> all = users.iterate(txn)) {
            all.forEach(kv -> visitor.accept(UserRecord.read(kv.val())));
        }
    }

    UserRecord userOrNew(Txn<ByteBuffer> txn, String name, String source, String target, long now) {
        return user(txn, name).orElseGet(() -> {
            UserRecord user = UserRecord.queued(nextUser(txn), name, source, target, now);
            meta.put(txn, text("next-user"), number(user.number() + 1));
            put(txn, user);
            return user;
        });
    }

    /** Makes records for those whom the store does not know. */
    void register(Txn<ByteBuffer> txn, List<String> names, long now) {
        int number = nextUser(txn);
        for (String name : names) {
            if (users.get(txn, userKey(name)) == null) {
                put(txn, UserRecord.queued(number++, name, "", "", now));
            }
        }
        meta.put(txn, text("next-user"), number(number));
    }

    void put(Txn<ByteBuffer> txn, UserRecord user) {
        users.put(txn, userKey(user.name()), direct(user.write()));
    }

    // ---- what belongs to a user ----

    void putMailboxes(Txn<ByteBuffer> txn, int userNumber, List<MailboxRecord> boxes) {
        for (MailboxRecord box : boxes) {
            mailboxes.put(txn, key(userNumber, box.number()), direct(box.write()));
        }
    }

    List<MailboxRecord> mailboxes(Txn<ByteBuffer> txn, int userNumber) {
        return all(txn, mailboxes, userNumber, kv -> MailboxRecord.read(kv.key().getInt(4), kv.val()));
    }

    void putBatch(Txn<ByteBuffer> txn, int userNumber, int batchNumber, byte[] batch) {
        placed.put(txn, key(userNumber, batchNumber), direct(batch));
    }

    PlacedBatch.DataFileLength placed(Txn<ByteBuffer> txn, int userNumber, PlacedBatch.Visitor visitor) {
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
    }

    void replaceProblems(Txn<ByteBuffer> txn, int userNumber, List<ProblemRecord> found) {
        clear(txn, problems, userNumber);
        int n = 0;
        for (ProblemRecord problem : found) {
            problems.put(txn, key(userNumber, n++), direct(problem.write()));
        }
    }

    List<ProblemRecord> problems(Txn<ByteBuffer> txn, int userNumber) {
        return all(txn, problems, userNumber, kv -> ProblemRecord.read(kv.val()));
    }

    Optional<CutoverRecord> cutover(Txn<ByteBuffer> txn, int userNumber) {
        return Optional.ofNullable(cutovers.get(txn, key(userNumber, 0))).map(CutoverRecord::read);
    }

    void putCutover(Txn<ByteBuffer> txn, int userNumber, byte[] cutover) {
        cutovers.put(txn, key(userNumber, 0), direct(cutover));
    }

    /** Forgets everything below a user but the cutover: mailboxes, placed mails and, unless kept, problems. */
    void forget(Txn<ByteBuffer> txn, int userNumber, boolean keepProblems) {
        clear(txn, placed, userNumber);
        if (!keepProblems) {
            clear(txn, mailboxes, userNumber);
            clear(txn, problems, userNumber);
        }
    }

    // ---- keys and values ----

    private static <T> List<T> all(Txn<ByteBuffer> txn, Dbi<ByteBuffer> dbi, int userNumber,
            Function<CursorIterable.KeyVal<ByteBuffer>, T> reader) {
        List<T> out = new ArrayList<>();
        try (CursorIterable<ByteBuffer> all = dbi.iterate(txn, ofUser(userNumber))) {
            all.forEach(kv -> out.add(reader.apply(kv)));
        }
        return out;
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
