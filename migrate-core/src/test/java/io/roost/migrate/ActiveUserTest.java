package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.checkpoint.UserState;
import io.roost.migrate.MigrationException.Kind;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

/** Somebody delivers, renames and expunges all the time: the end is that of the Maildir or a refusal, never a lost mail. */
class ActiveUserTest {
    @TempDir
    Path temp;
    private Path maildir;
    private Migrations migrations;
    private int delivered;

    @BeforeEach
    void write() throws Exception {
        maildir = temp.resolve("home/Maildir");
        MaildirBuilder builder = MaildirBuilder.in(maildir);
        for (int i = 0; i < 400; i++) {
            builder.mailbox(i % 3 == 0 ? "INBOX" : "Work").add(SampleMail.of(content(i)).flags(i % 2 == 0 ? "S" : ""));
        }
        builder.write();
        migrations = new Migrations(temp.resolve("state"));
        Settings d = migrations.settings;
        migrations.settings = new Settings(60_000, false, d.pop3UidlFormat(), false, 4, 20_000, d.finishAttempts());
    }

    private static String content(int number) {
        return "Subject: mail " + number + "\n\n" + "text\n".repeat(number % 200);
    }

    private Account account() throws Exception {
        return Migrations.account("anna", temp.resolve("home"));
    }

    private List<Path> mails(Random random) throws IOException {
        List<Path> mails = new ArrayList<>();
        for (String directory : List.of("cur", "new", ".Work/cur", ".Work/new")) {
            try (Stream<Path> files = Files.list(maildir.resolve(directory))) {
                files.forEach(mails::add);
            }
        }
        java.util.Collections.shuffle(mails, random);
        return mails;
    }

    /** One thing that a session or a delivery does. */
    private void act(Random random) throws IOException {
        if (random.nextInt(4) == 0) {
            Path tmp = maildir.resolve("tmp/x");
            Files.writeString(tmp, content(1000 + delivered));
            Path mailbox = random.nextBoolean() ? maildir : maildir.resolve(".Work");
            Files.move(tmp, mailbox.resolve("new").resolve((1_600_000_000L + delivered) + ".M" + delivered + ".host"));
            delivered++;
            return;
        }
        Path mail = mails(random).get(0);
        String base = mail.getFileName().toString().replaceFirst(":2,.*", "");
        if (random.nextInt(6) == 0) {
            Files.delete(mail);
        } else {
            String flags = Stream.of("D", "F", "R", "S", "T").filter(f -> random.nextBoolean()).reduce("", String::concat);
            Files.move(mail, mail.resolveSibling("../cur").normalize().resolve(base + ":2," + flags), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Acts until told to stop, pausing as told. */
    private Callable<Integer> actor(long seed, AtomicBoolean stop, long pauseMillis) {
        return () -> {
            Random random = new Random(seed);
            int acts = 0;
            while (!stop.get()) {
                act(random);
                acts++;
                Thread.sleep(pauseMillis);
            }
            return acts;
        };
    }

    /** Content and flags of each mail there is, by mailbox. */
    private void assertEqualsMaildir(Result result) throws Exception {
        List<FileFate> fates = new ArrayList<>();
        VerifyReport report = migrations.verify(account(), fates);
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        int there = mails(new Random(0)).size();
        assertEquals(there, result.mails());
        assertEquals(there, report.mails());
        TreeMap<FileFate.Fate, Integer> counts = new TreeMap<>();
        fates.forEach(f -> counts.merge(f.fate(), 1, Integer::sum));
        assertEquals(new TreeMap<>(java.util.Map.of(FileFate.Fate.MIGRATED, there)), counts);
    }

    /** @param quietAt when the actor stops: a user who is locked out before the end */
    private void migrateBesideAnActor(long seed, UserState quietAt) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> actor = pool.submit(actor(seed, stop, 0));
            migrations.onEvent = event -> {
                if (event instanceof Event.Reached reached && reached.state() == quietAt) {
                    stop.set(true);
                    actor.get();
                }
            };
            Result result = migrations.migrate(account());
            assertTrue(actor.get() > 0);
            assertEqualsMaildir(result);
        } finally {
            stop.set(true);
            pool.shutdown();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aUserWhoIsLockedOutForTheEndIsThereWhole(long seed) throws Exception {
        migrateBesideAnActor(seed, UserState.COPIED);
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void aUserWhoIsLockedOutOnlyInTheMiddleOfTheEndToo(long seed) throws Exception {
        migrateBesideAnActor(seed, UserState.FINISHED);
    }

    @Tag("soak")
    @Test
    void aHundredUsersWhoAreLockedOutAtSomePoint(@TempDir Path more) throws Exception {
        for (int seed = 100; seed < 200; seed++) {
            temp = Files.createDirectory(more.resolve("" + seed));
            delivered = 0;
            write();
            migrateBesideAnActor(seed, seed % 2 == 0 ? UserState.COPIED : UserState.FINISHED);
        }
    }

    @Test
    void aUserWhoNeverStopsIsRefusedAndLosesNothing() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> actor = pool.submit(actor(7, stop, 0));
            // On a busy machine the user may rest for a while: here something comes in each attempt.
            AtomicInteger delivered = new AtomicInteger();
            migrations.onEvent = event -> {
                if (event instanceof Event.Compared) {
                    Files.writeString(maildir.resolve("new/1700000000.M" + delivered.incrementAndGet() + ".late"), "Subject: late\n\n");
                }
            };
            MigrationException e = assertThrows(MigrationException.class, () -> migrations.migrate(account()));
            assertEquals(Kind.ACTIVE, e.kind(), e::toString);
            assertEquals("the Maildir of anna changed during each of 5 attempts: lock the user out of logins and delivery, and run again",
                    e.getMessage());
            assertEquals(5, migrations.events.stream().filter(Event.SourceChanged.class::isInstance).count());
            assertTrue(Files.notExists(temp.resolve("home/mdbox")));
            stop.set(true);
            actor.get();
            migrations.onEvent = event -> { };
            assertEqualsMaildir(migrations.migrate(account()));
        } finally {
            stop.set(true);
            pool.shutdown();
        }
    }

    /** The scan and the reader see the mail under another name each time, and in the end it is where it was. */
    @Test
    void aMailThatIsRenamedToAndFroIsNotTakenForExpunged() throws Exception {
        Path one;
        try (Stream<Path> files = Files.list(maildir.resolve("cur"))) {
            one = files.sorted().findFirst().orElseThrow();
        }
        Path other = one.resolveSibling(one.getFileName() + "T");
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<?> actor = pool.submit(() -> {
                while (!stop.get()) {
                    Files.move(one, other);
                    Files.move(other, one);
                }
                return null;
            });
            migrations.onEvent = event -> {
                if (event instanceof Event.SourceChanged changed && changed.attempt() == 2) {
                    stop.set(true);
                    actor.get();
                }
            };
            try {
                // If it ends so soon, the mail has the flags of that instant.
                assertEquals(400, migrations.migrate(account()).mails());
            } catch (MigrationException e) {
                assertEquals(Kind.ACTIVE, e.kind(), e::toString);
                stop.set(true);
                actor.get();
                assertEqualsMaildir(migrations.migrate(account()));
            }
            stop.set(true);
            actor.get();
        } catch (NoSuchFileException e) {
            throw new AssertionError("nobody else may rename it", e);
        } finally {
            stop.set(true);
            pool.shutdown();
        }
    }
}
