package io.roost.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;

import io.roost.checkpoint.PlacedBatch.DataFileLength;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.SmallFileSystem;

class CheckpointStoreTest {
    private static final long NOW = 1_700_000_000_123L;

    @TempDir
    Path temp;

    private String directory() {
        return temp.resolve("state").toString();
    }

    private CheckpointStore open() {
        return CheckpointStore.open(directory());
    }

    private String refusal() {
        return assertThrows(CheckpointException.class, () -> open().close()).getMessage();
    }

    private static PlacedBatch.Mail mail(int mailbox, String key) {
        return new PlacedBatch.Mail(mailbox, 1, 16, 200, 100, 103, 1_400_000_000L, 4_294_967_294L, 1, 2, 3, key);
    }

    @Test
    void knowsAfterwardsWhatWasRecorded() {
        String identity;
        UserRecord anna;
        try (CheckpointStore store = open()) {
            identity = store.identity();
            anna = store.userOrNew("anna@example.org", "maildir:a", "mdbox:b", NOW);
            assertEquals(UserState.QUEUED, anna.state());
            assertEquals(NOW / 1000, anna.runStamp());
            assertNotEquals(anna.number(), store.userOrNew("bert", "x", "y", NOW).number());
            assertEquals(anna, store.userOrNew("anna@example.org", "other", "other", NOW + 1));
            store.put(anna, List.of(new MailboxRecord(0, "INBOX", 3), new MailboxRecord(1, "Work\0Übung", 0)));
            PlacedBatch first = new PlacedBatch();
            first.add(mail(0, "a"));
            first.add(mail(1, "b\u00ff"));
            anna = store.commit(anna, first, new DataFileLength(1, 500), NOW + 2);
            PlacedBatch second = new PlacedBatch();
            second.add(mail(0, "c"));
            anna = store.commit(anna, second, new DataFileLength(3, 0xffff_fff0L), NOW + 3);
            store.putProblems(anna.number(), List.of(new ProblemRecord("symlink", "INBOX", "/m/\u00ff:1", "is: odd")));
        }
        try (CheckpointStore store = open()) {
            assertEquals(identity, store.identity());
            assertEquals(anna, store.user("anna@example.org").orElseThrow());
            assertEquals(3, anna.mailsPlaced());
            assertEquals(300, anna.bytesPlaced());
            assertEquals(List.of(new MailboxRecord(0, "INBOX", 3), new MailboxRecord(1, "Work\0Übung", 0)), store.mailboxes(anna.number()));
            List<PlacedBatch.Mail> placed = new ArrayList<>();
            assertEquals(new DataFileLength(3, 0xffff_fff0L), store.placed(anna.number(), placed::add));
            assertEquals(List.of(mail(0, "a"), mail(1, "b\u00ff"), mail(0, "c")), placed);
            assertEquals("symlink: INBOX: /m/\\xff:1: is: odd", store.problems(anna.number()).get(0).toString());
            List<String> names = new ArrayList<>();
            store.users(user -> names.add(user.name()));
            assertEquals(List.of("anna@example.org", "bert"), names);
            assertTrue(store.user("nobody").isEmpty());
        }
    }

    @Test
    void forgetsOneUserAndNoOther() {
        try (CheckpointStore store = open()) {
            UserRecord[] users = new UserRecord[3];
            for (int i = 0; i < 3; i++) {
                users[i] = store.userOrNew("user" + i, "", "", NOW);
                store.put(users[i], List.of(new MailboxRecord(0, "INBOX", i)));
                PlacedBatch batch = new PlacedBatch();
                batch.add(mail(0, "of" + i));
                users[i] = store.commit(users[i], batch, new DataFileLength(1, 9), NOW);
                store.putProblems(users[i].number(), List.of(new ProblemRecord("unreadable", "", "/p" + i, "no")));
            }
            store.forget(users[1], true);
            assertEquals(DataFileLength.NONE, store.placed(users[1].number(), m -> assertEquals("nothing", m)));
            assertEquals(1, store.problems(users[1].number()).size());
            assertEquals(1, store.mailboxes(users[1].number()).size());
            store.forget(users[1].restarted(NOW + 5), false);
            assertEquals(List.of(), store.problems(users[1].number()));
            assertEquals(List.of(), store.mailboxes(users[1].number()));
            for (int i : new int[] {0, 2}) {
                List<String> keys = new ArrayList<>();
                store.placed(users[i].number(), m -> keys.add(m.key()));
                assertEquals(List.of("of" + i), keys);
                assertEquals("/p" + i, store.problems(users[i].number()).get(0).path());
            }
        }
    }

    /** LMDB never writes pages that a transaction took at the end of the file and gave back: the file is shorter than it says. */
    @Test
    void aFileThatIsShorterThanItSaysOpensAgain() throws Exception {
        boolean wasShort = false;
        for (int seed = 31; !wasShort && seed < 300; seed++) {
            String directory = temp.resolve("state" + seed).toString();
            Random random = new Random(seed);
            for (int session = 0; session < 8; session++) {
                try (CheckpointStore store = CheckpointStore.open(directory)) {
                    for (int i = 0; i < 3; i++) {
                        UserRecord user = work(store, random, "user" + random.nextInt(5));
                        assertEquals(user.nextBatch(), store.user(user.name()).orElseThrow().nextBatch());
                    }
                }
                wasShort |= isShort(Files.readAllBytes(Path.of(directory, "data.mdb")));
            }
            CheckpointStore.openReadOnly(directory).orElseThrow().close();
        }
        assertTrue(wasShort);
    }

    /** Of the two header pages the one with the later transaction counts. */
    private static boolean isShort(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.nativeOrder());
        int page = in.getInt(40);
        int meta = in.getLong(144) > in.getLong(page + 144) ? 0 : page;
        return (in.getLong(meta + 136) + 1) * page > data.length;
    }

    private static UserRecord work(CheckpointStore store, Random random, String name) {
        UserRecord user = store.userOrNew(name, "a", "b", NOW);
        for (int batches = random.nextInt(6); batches > 0; batches--) {
            PlacedBatch batch = new PlacedBatch();
            for (int mails = random.nextInt(300); mails > 0; mails--) {
                batch.add(mail(0, "name" + random.nextInt()));
            }
            user = store.commit(user, batch, new DataFileLength(1, 100), NOW);
        }
        List<ProblemRecord> problems = new ArrayList<>();
        for (int n = random.nextInt(400); n > 0; n--) {
            problems.add(new ProblemRecord("k", "", "p".repeat(random.nextInt(200)), ""));
        }
        store.putProblems(user.number(), problems);
        if (random.nextBoolean()) {
            user = user.restarted(NOW);
            store.forget(user, random.nextBoolean());
        }
        if (random.nextInt(3) == 0) {
            store.putProblems(user.number(), List.of());
        }
        return user;
    }

    @Test
    void aFileThatWasCutOffIsRefusedNotMapped() throws Exception {
        try (CheckpointStore store = open()) {
            for (int i = 0; i < 60; i++) {
                work(store, new Random(i), "user" + i);
            }
        }
        Path data = temp.resolve("state/data.mdb");
        byte[] whole = Files.readAllBytes(data);
        for (int pages : new int[] {2, 3, 5, 10, whole.length / 8192, whole.length / 4096 - 20}) {
            Files.write(data, Arrays.copyOf(whole, pages * 4096));
            String message = refusal();
            assertTrue(message.startsWith(data + " is damaged: ") && message.contains("move the directory away"), message);
            String readOnly = assertThrows(CheckpointException.class, () -> CheckpointStore.openReadOnly(directory())).getMessage();
            assertTrue(readOnly.startsWith(data + " is damaged: "), readOnly);
        }
        Files.write(data, whole);
        open().close();
    }

    @Test
    void whatIsNoDatabaseIsRefused() throws Exception {
        Path data = Files.createDirectories(temp.resolve("state")).resolve("data.mdb");
        byte[] garbage = new byte[20_000];
        new Random(5).nextBytes(garbage);
        Files.write(data, garbage);
        assertTrue(refusal().contains(directory()), this::refusal);
        assertTrue(refusal().contains("cannot be opened"), this::refusal);
        Files.write(data, Arrays.copyOf(garbage, 100));
        assertEquals(data + " is damaged: expected an LMDB file, found 100 bytes; move the directory away and start again "
                + "(mails already published are not touched)", refusal());
        Files.delete(data);
        Files.createDirectory(data);
        assertTrue(refusal().contains("found a directory"), this::refusal);
    }

    @Test
    void anEmptyFileIsWhatAKilledCreatorLeaves() throws Exception {
        Files.write(Files.createDirectories(temp.resolve("state")).resolve("data.mdb"), new byte[0]);
        open().close();
    }

    @Test
    void aStoreOfAnotherSchemaIsRefused() {
        open().close();
        inside("meta", (env, meta) -> meta.put(bytes("schema"), ByteBuffer.allocateDirect(4).putInt(0, 77)));
        String message = refusal();
        assertTrue(message.contains(directory()) && message.contains("schema 77, expected 1") && message.contains("--state"), message);
    }

    @Test
    void aDatabaseOfSomebodyElseIsRefused() throws Exception {
        Files.createDirectories(temp.resolve("state"));
        inside("accounts", (env, dbi) -> dbi.put(bytes("a"), bytes("b")));
        String message = refusal();
        assertTrue(message.startsWith(directory() + " holds no Roost store") && message.contains("[accounts]"), message);
    }

    @Test
    void aDamagedRecordIsToldWithoutEndingTheProcess() {
        UserRecord user;
        try (CheckpointStore store = open()) {
            user = store.userOrNew("anna", "a", "b", NOW);
        }
        byte[] record = user.write();
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            byte[] bad = Arrays.copyOf(record, random.nextInt(3) == 0 ? random.nextInt(record.length) : record.length);
            if (bad.length > 0) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            inside("users", (env, users) -> users.put(bytes("anna"), ByteBuffer.allocateDirect(bad.length).put(bad).flip()));
            try (CheckpointStore store = open()) {
                store.user("anna");
            } catch (CheckpointException e) {
                assertTrue(e.getMessage().contains("damaged") || e.getMessage().contains("version"), e.getMessage());
            }
        }
    }

    private interface Work {
        void with(Env<ByteBuffer> env, Dbi<ByteBuffer> dbi);
    }

    /** As somebody who is not Roost. */
    private void inside(String name, Work work) {
        try (Env<ByteBuffer> env = Env.create().setMapSize(10 << 20).setMaxDbs(8).open(new File(directory()))) {
            work.with(env, env.openDbi(name, DbiFlags.MDB_CREATE));
        }
    }

    private static ByteBuffer bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    @Test
    void readersSeeWhatWritersHaveRecordedAndWriteNothing() throws Exception {
        assertTrue(CheckpointStore.openReadOnly(directory()).isEmpty());
        assertTrue(Files.notExists(temp.resolve("state")));
        open().close();
        assertTrue(CheckpointStore.openReadOnly(directory()).isPresent());
        try (CheckpointStore readOnly = CheckpointStore.openReadOnly(directory()).orElseThrow()) {
            CheckpointException e = assertThrows(CheckpointException.class, () -> readOnly.userOrNew("anna", "", "", NOW));
            assertTrue(e.getMessage().contains("cannot be written"), e.getMessage());
        }
    }

    @Test
    void userNamesHaveALimit() {
        try (CheckpointStore store = open()) {
            assertEquals("a user name of 501 bytes, expected 1 to 500",
                    assertThrows(CheckpointException.class, () -> store.user("x".repeat(501))).getMessage());
            assertThrows(CheckpointException.class, () -> store.userOrNew("", "", "", NOW));
            assertEquals("x".repeat(500), store.userOrNew("x".repeat(500), "", "", NOW).name());
        }
    }

    @Test
    void theDirectoryIsForTheOwnerOnly() throws Exception {
        CheckpointStore.open(temp.resolve("a/b/state").toString()).close();
        assertEquals(0700, (int) Files.getAttribute(temp.resolve("a/b/state"), "unix:mode") & 07777);
        assertEquals(0600, (int) Files.getAttribute(temp.resolve("a/b/state/data.mdb"), "unix:mode") & 07777);
    }

    @Test
    void aPlaceThatIsNoDirectoryIsRefused() throws Exception {
        Files.writeString(temp.resolve("state"), "x");
        assertTrue(refusal().contains("the state directory cannot be used: cannot open " + directory()), this::refusal);
    }

    @Requires(Ability.MOUNT)
    @Test
    void aFullDiskIsToldAndWhatWasRecordedStays() throws Exception {
        try (SmallFileSystem disk = SmallFileSystem.ofBytes(temp.resolve("disk"), 1 << 20)) {
            String state = disk.directory().resolve("state").toString();
            try (CheckpointStore store = CheckpointStore.open(state)) {
                UserRecord user = store.userOrNew("anna", "a", "b", NOW);
                int[] recorded = new int[1];
                CheckpointException e = assertThrows(CheckpointException.class, () -> {
                    UserRecord at = user;
                    for (int i = 0; i < 1000; i++) {
                        PlacedBatch batch = new PlacedBatch();
                        for (int mails = 0; mails < 100; mails++) {
                            batch.add(mail(0, "name" + mails));
                        }
                        at = store.commit(at, batch, new DataFileLength(1, 100), NOW);
                        recorded[0]++;
                    }
                });
                assertTrue(e.isNoSpace());
                assertTrue(e.getMessage().contains(state) && e.getMessage().contains("full"), e.getMessage());
                assertEquals(recorded[0], store.user("anna").orElseThrow().nextBatch());
            }
            disk.fill();
            CheckpointException e = assertThrows(CheckpointException.class, () -> CheckpointStore.open(state));
            assertTrue(e.isNoSpace());
            assertTrue(e.getMessage().contains(state) && e.getMessage().contains("--state"), e.getMessage());
        }
    }
}
