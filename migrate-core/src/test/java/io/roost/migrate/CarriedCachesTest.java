package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.roost.checkpoint.UserState;
import io.roost.index.IndexCache;
import io.roost.index.MailIndex;
import io.roost.maildir.SourceProblem;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Caches that a real Dovecot has filled by IMAP, carried over and used by it. */
@RequiresDovecot
class CarriedCachesTest {
    private static final String MAILDIR = "maildir:~/Maildir";
    private static final String MDBOX = "mdbox:~/mdbox";
    @TempDir
    static Path state;
    private static DovecotInstance dovecot;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with(MDBOX).config("mail_plugins = zlib").start();
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    /** A user whose Maildir is used by IMAP until all is cached. */
    private static Path used(String user, SampleMail... more) throws Exception {
        Path home = asMaildir(user, more);
        for (int i = 0; i < 2; i++) {
            answers(user, CachedMails.CACHED);
            answers(user, CachedMails.READ);
        }
        return home;
    }

    /** A user whose mail is a Maildir so far. */
    private static Path asMaildir(String user, SampleMail... more) throws Exception {
        dovecot.addUser(user);
        Path home = dovecot.home(user);
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        CachedMails.texts().forEach(text -> maildir.mailbox("INBOX").add(SampleMail.of(text)));
        for (SampleMail mail : more) {
            maildir.mailbox("INBOX").add(mail);
        }
        maildir.write();
        dovecot.own(home);
        dovecot.setMail(user, MAILDIR);
        return home;
    }

    private static List<String> answers(String user, List<String> commands) throws IOException {
        return CachedMails.answers(dovecot, user, commands);
    }

    private static List<String> answersIn(List<String> answers, String command) {
        int from = answers.indexOf(command);
        int to = from + 1;
        while (to < answers.size() && !CachedMails.CACHED.contains(answers.get(to))) {
            to++;
        }
        return answers.subList(from, to);
    }

    private Result migrate(String user, Settings settings, String target) throws Exception {
        Migrations migrations = new Migrations(state);
        migrations.settings = settings;
        Result result = migrations.migrate(Migrations.account(user, dovecot.home(user), MAILDIR, target));
        dovecot.setMail(user, target);
        return result;
    }

    private static Settings zlib() {
        Settings d = Settings.defaults();
        return new Settings(d.rotateSize(), true, d.pop3UidlFormat(), false, d.readers(), d.checkpointBytes(),
                d.finishAttempts());
    }

    private static Path cache(String user) {
        return index(user).resolve("dovecot.index.cache");
    }

    private static Path index(String user) {
        return dovecot.home(user).resolve("mdbox/mailboxes/INBOX/dbox-Mails");
    }

    /** Of each mail, whether it has a record in the carried cache. */
    private static List<Boolean> records(String user) throws IOException {
        return records(index(user));
    }

    private static List<Boolean> records(Path directory) throws IOException {
        List<Boolean> records = new ArrayList<>();
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(directory.toString()))) {
            MailIndex index = MailIndex.read(dir, "dovecot.index").orElseThrow();
            try (IndexCache cache = IndexCache.open(dir, "dovecot.index", index).orElseThrow()) {
                for (int i = 0; i < index.size(); i++) {
                    records.add(cache.record(i) != 0);
                }
            }
        }
        return records;
    }

    @Test
    void theFirstLoginOpensNoMail() throws Exception {
        Path home = used("full");
        List<String> cached = answers("full", CachedMails.CACHED);
        List<String> read = answers("full", CachedMails.READ);

        Result result = migrate("full", Settings.defaults(), MDBOX);

        assertEquals(List.of(), result.notes());
        assertFalse(records("full").contains(false));
        Path storage = home.resolve("mdbox/storage");
        Files.move(storage.resolve("m.1"), storage.resolve("away"));
        for (String command : CachedMails.CACHED) {
            assertEquals(answersIn(cached, command), answers("full", List.of(command)));
        }
        dovecot.assertLogClean();
        Files.move(storage.resolve("away"), storage.resolve("m.1"));
        assertEquals(read, answers("full", CachedMails.READ));
        assertEquals(cached, answers("full", CachedMails.CACHED));
        dovecot.assertLogClean();
        goesOn("full", cached);
    }

    /** Dovecot adds to the cache, purges it, and makes a new one when it is gone. */
    private static void goesOn(String user, List<String> cached) throws Exception {
        try (ImapClient imap = dovecot.imap(user)) {
            imap.append("INBOX", "", CachedMails.multipart(30, "\r\n", "\r\n"));
            imap.command("SELECT INBOX");
            imap.command("FETCH 1:* (ENVELOPE BODYSTRUCTURE)");
            imap.command("STORE 15 +FLAGS (\\Deleted)");
            imap.command("EXPUNGE");
        }
        assertEquals(cached, answers(user, CachedMails.CACHED));
        dovecot.doveadm("index", "-u", user, "*").succeeded();
        long old = fileSequence(user);
        dovecot.doveadm("mailbox", "cache", "purge", "-u", user, "INBOX").succeeded();
        assertNotEquals(old, fileSequence(user), "a new file");
        dovecot.doveadm("purge", "-u", user).succeeded();
        assertEquals(cached, answers(user, CachedMails.CACHED));
        Files.delete(cache(user));
        assertEquals(cached, answers(user, CachedMails.CACHED));
        assertTrue(Files.exists(cache(user)));
    }

    private static long fileSequence(String user) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(cache(user))).order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    }

    @Test
    void compressedMailsKeepTheirRecords() throws Exception {
        List<SampleMail> compressed = new ArrayList<>();
        for (int n = 20; n < 24; n++) {
            String text = CachedMails.multipart(n, n % 2 == 0 ? "\n" : "\r\n", "\n");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            }
            compressed.add(SampleMail.of(bytes.toByteArray()).withoutSizes()
                    .base("150000000" + n + ".M1P1.gz,S=" + text.length()));
        }
        used("gz", compressed.toArray(SampleMail[]::new));
        List<String> cached = answers("gz", CachedMails.CACHED);
        List<String> read = answers("gz", CachedMails.READ);

        migrate("gz", zlib(), MDBOX);

        assertFalse(records("gz").contains(false));
        assertEquals(read, answers("gz", CachedMails.READ));
        assertEquals(cached, answers("gz", CachedMails.CACHED));
    }

    @Test
    void mailsWithWrongSizesInTheirNamesStartAfresh() throws Exception {
        String text = CachedMails.multipart(40, "\n", "\n");
        String wrong = "1500000001.M1P1.s,S=" + (text.length() - 30) + ",W=9000";
        Path home = asMaildir("sizes", SampleMail.of(text).withoutSizes().base(wrong),
                SampleMail.of(text).withoutSizes().base("1500000002.M1P1.w,W=" + (text.length() + 3)),
                SampleMail.of(text).withoutSizes().base("1500000003.M1P1.none"));
        // Without this Dovecot refuses to read the first.
        for (int i = 0; i < 2; i++) {
            dovecot.doveadm("-o", "maildir_broken_filename_sizes=yes", "fetch", "-u", "sizes",
                    "imap.envelope imap.bodystructure size.virtual", "mailbox", "INBOX").succeeded();
        }
        assertFalse(records(home.resolve("Maildir")).contains(false));
        migrate("sizes", Settings.defaults(), MDBOX);

        List<Boolean> records = records("sizes");
        assertEquals(List.of(false, false, true), records.subList(records.size() - 3, records.size()));
        List<String> answers = answers("sizes", List.of("FETCH 15:17 (RFC822.SIZE BODY.PEEK[] BODY.PEEK[2])"));
        for (String answer : answers.subList(1, 4)) {
            assertTrue(answer.contains("RFC822.SIZE " + SampleMail.of(text).virtualSize() + " "), answer);
            assertTrue(answer.contains(text.replace("\n", "\r\n")), answer);
        }
        answers("sizes", CachedMails.READ);
        answers("sizes", CachedMails.CACHED);
    }

    /** A file that was changed after Dovecot had parsed it: what is cached tells other sizes. */
    @Test
    void mailsThatWereChangedSinceStartAfresh() throws Exception {
        String text = CachedMails.multipart(50, "\n", "\n");
        Path home = used("changed", SampleMail.of(text).withoutSizes().base("1500000001.M1P1.changed"));
        Path file = home.resolve("Maildir/cur/1500000001.M1P1.changed:2,");
        String longer = text.replace("preamble\n", "X-Spam: no\npreamble\n");
        Files.writeString(file, longer, StandardCharsets.ISO_8859_1);

        migrate("changed", Settings.defaults(), MDBOX);

        assertEquals(14, records("changed").indexOf(false));
        assertTrue(answers("changed", CachedMails.READ).stream().anyMatch(a -> a.contains(longer.replace("\n", "\r\n"))));
    }

    /** What may be wrong with a cache. */
    enum Damage {
        INDEX_ID, FILE_SEQUENCE, SHORT_HEADER, EMPTY, TRUNCATED, GARBAGE, DIRECTORY, RECORDS, PARTS, ABSENT;

        void apply(Path cache) throws IOException {
            byte[] bytes = Files.readAllBytes(cache);
            ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            byte[] noise = new byte[bytes.length - 32];
            new Random(3).nextBytes(noise);
            switch (this) {
                case INDEX_ID -> b.putInt(4, b.getInt(4) + 1);
                case FILE_SEQUENCE -> b.putInt(8, b.getInt(8) + 1);
                case SHORT_HEADER -> bytes = Arrays.copyOf(bytes, 31);
                case EMPTY -> bytes = new byte[0];
                case TRUNCATED -> bytes = Arrays.copyOf(bytes, bytes.length * 3 / 5);
                case GARBAGE -> System.arraycopy(noise, 0, bytes, 32, noise.length);
                case RECORDS -> System.arraycopy(noise, 0, bytes, bytes.length / 2, noise.length / 4);
                case PARTS -> Arrays.fill(bytes, bytes.length / 2, bytes.length, (byte) 0);
                default -> { }
            }
            if (this == DIRECTORY || this == ABSENT) {
                Files.delete(cache);
                if (this == DIRECTORY) {
                    Files.createDirectory(cache);
                }
            } else {
                Files.write(cache, bytes);
            }
        }

        boolean isTold() {
            return this == TRUNCATED || this == GARBAGE || this == RECORDS || this == PARTS;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedCacheIsLeftBehind(Damage damage) throws Exception {
        String user = "damaged-" + damage.name().toLowerCase(Locale.ROOT);
        Path home = used(user);
        List<String> cached = answers(user, CachedMails.CACHED);
        List<String> read = answers(user, CachedMails.READ);
        dovecot.assertLogClean();
        damage.apply(home.resolve("Maildir/dovecot.index.cache"));

        Result result = migrate(user, Settings.defaults(), MDBOX);

        assertEquals(damage.isTold() ? 1 : 0, result.notes().size(), result.notes()::toString);
        assertTrue(result.notes().stream().allMatch(p -> p.kind() == SourceProblem.Kind.CORRUPT_CACHE),
                result.notes()::toString);
        assertFalse(Files.exists(cache(user)));
        assertEquals(cached, answers(user, CachedMails.CACHED));
        assertEquals(read, answers(user, CachedMails.READ));
    }

    @Test
    void aRepeatedFinishCarriesItAgain() throws Exception {
        Path home = used("again");
        Migrations migrations = new Migrations(state);
        AtomicBoolean done = new AtomicBoolean();
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached r && r.state() == UserState.FINISHED && !done.getAndSet(true)) {
                assertTrue(migrations.events.stream().noneMatch(e -> e instanceof Event.SourceChanged));
                Files.writeString(home.resolve("Maildir/new/1600000000.M1P1.late"), "Subject: mail that is late\n\nx\n");
                dovecot.own(home.resolve("Maildir/new"));
            }
        };
        migrations.migrate(Migrations.account("again", home, MAILDIR, MDBOX));
        assertTrue(migrations.events.stream().anyMatch(e -> e instanceof Event.SourceChanged));
        List<Boolean> records = records("again");
        assertEquals(14, records.indexOf(false));
        assertEquals(15, records.size());
        List<String> before = answers("again", CachedMails.CACHED);
        dovecot.setMail("again", MDBOX);
        assertEquals(before, answers("again", CachedMails.CACHED));
    }

    @Test
    void noneIsCarriedWhereNoneIsWantedOrItsPlaceIsElsewhere() throws Exception {
        used("without");
        migrate("without", Settings.defaults().withCarryCache(false), MDBOX);
        assertFalse(Files.exists(cache("without")));

        Path home = used("elsewhere");
        List<String> cached = answers("elsewhere", CachedMails.CACHED);
        migrate("elsewhere", Settings.defaults(), MDBOX + ":INDEXCACHE=" + home + "/caches");
        assertFalse(Files.exists(cache("elsewhere")));
        assertEquals(cached, answers("elsewhere", CachedMails.CACHED));
        assertTrue(Files.exists(home.resolve("caches/mailboxes/INBOX/dovecot.index.cache")));
    }
}
