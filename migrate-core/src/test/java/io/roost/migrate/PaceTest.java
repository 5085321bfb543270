package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserState;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

class PaceTest {
    private static final int MAILS = 300;
    private static final int LARGE = 5 << 20;

    @TempDir
    Path temp;
    private Migrations migrations;
    private Account account;
    private long bytes;

    /** Counts what it is asked and told. */
    private static class Counting implements Pace {
        final AtomicInteger asked = new AtomicInteger();
        final AtomicLong announced = new AtomicLong();
        final AtomicInteger told = new AtomicInteger();
        final AtomicLong read = new AtomicLong();
        final AtomicInteger syncs = new AtomicInteger();
        final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void beforeRead(long size) throws InterruptedException {
            asked.incrementAndGet();
            announced.addAndGet(size);
        }

        @Override
        public void afterRead(long size, long took) {
            told.incrementAndGet();
            read.addAndGet(size);
            nanos.add(took);
        }

        @Override
        public void afterSync(long took) {
            syncs.incrementAndGet();
            nanos.add(took);
        }
    }

    @BeforeEach
    void prepare() throws Exception {
        migrations = new Migrations(temp.resolve("state"));
        account = Migrations.account("anna", temp);
        MaildirBuilder maildir = MaildirBuilder.in(temp.resolve("Maildir"));
        for (int i = 1; i <= MAILS; i++) {
            add(maildir, "Subject: " + i + "\n\n" + "x".repeat(i) + "\n");
        }
        add(maildir, "Subject: large\n\n" + "0123456789abcde\n".repeat(LARGE / 16));
        maildir.write();
    }

    private void add(MaildirBuilder maildir, String text) {
        maildir.mailbox("INBOX").add(SampleMail.of(text));
        bytes += text.length();
    }

    @Test
    void everyMailIsAskedForAndToldOf() throws Exception {
        Counting pace = new Counting();
        migrations.settings = Settings.defaults().withPace(pace);

        assertEquals(MAILS + 1, migrations.migrate(account).mails());

        int pieces = pace.asked.get() - MAILS;
        assertTrue(pieces > LARGE >> 20, () -> pace.asked + " requests for " + MAILS + " mails and a large one");
        assertEquals(pace.asked.get(), pace.told.get());
        assertEquals(bytes, pace.read.get());
        assertTrue(pace.announced.get() >= bytes, () -> pace.announced + " bytes announced, read " + bytes);
        assertTrue(pace.syncs.get() >= 1);
        assertTrue(pace.nanos.stream().allMatch(n -> n > 0), pace.nanos::toString);
    }

    /** Nothing is lost by it: the next run goes on. */
    @Test
    void whoIsHeldBackCanBeInterrupted() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        migrations.settings = Settings.defaults().withPace(new Counting() {
            @Override
            public void beforeRead(long size) throws InterruptedException {
                if (asked.incrementAndGet() > MAILS / 2) {
                    held.countDown();
                    Thread.sleep(Long.MAX_VALUE);
                }
            }
        });
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread migration = new Thread(() -> end.set(assertThrows(MigrationException.class, () -> migrations.migrate(account))));
        migration.start();
        held.await();
        migration.interrupt();
        migration.join();

        assertEquals(MigrationException.Kind.INTERRUPTED, ((MigrationException) end.get()).kind());
        migrations.settings = Settings.defaults();
        assertEquals(MAILS + 1, migrations.migrate(account).mails());
    }

    @Test
    void theStatusSaysThatItIsCopying() throws Exception {
        List<UserState> seen = Collections.synchronizedList(new ArrayList<>());
        Settings d = Settings.defaults();
        Settings small = new Settings(d.rotateSize(), false, d.pop3UidlFormat(), false, 2, 1_000, d.finishAttempts());
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            Pace pace = new Counting() {
                @Override
                public void beforeRead(long size) {
                    if (asked.getAndIncrement() == 0) {
                        seen.add(store.user("anna").orElseThrow().state());
                    }
                }
            };
            new UserMigration(account, small.withPace(pace), store, event -> { }).run();
        }
        assertEquals(List.of(UserState.COPYING), seen);
    }
}
