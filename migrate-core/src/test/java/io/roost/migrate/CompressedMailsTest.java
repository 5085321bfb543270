package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

import io.roost.maildir.Compression;
import io.roost.maildir.SourceProblem;
import io.roost.mdbox.MailFileReader;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MailboxView;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SampleMail;

/** Mails that Dovecot's zlib plugin, or a script, has compressed: their bytes are carried over as they are. */
@RequiresDovecot
class CompressedMailsTest {
    private static final List<String> SAVED = List.of("gz", "bz2", "zstd", "lz4");
    private static final String PLUGIN = "mail_plugins=zlib";

    @TempDir
    static Path state;
    private static DovecotInstance dovecot;
    private static List<byte[]> compressed;

    @BeforeAll
    static void start() throws Exception {
        dovecot = DovecotInstance.with("mdbox:~/mdbox").users("with", "damaged", "odd").config("mail_plugins = zlib").start();
        compressed = files(compressed("with").resolve("Maildir"));
    }

    @AfterAll
    static void stop() throws Exception {
        dovecot.close();
    }

    @AfterEach
    void nothingIsLogged() throws Exception {
        MigratedUser.assertNothingLogged(dovecot);
    }

    /** Mails that compress well and ones that do not, small ones and ones that are not read in one piece. */
    private static List<String> texts() {
        Random random = new Random(5);
        StringBuilder noise = new StringBuilder("Subject: noise\r\n\r\n");
        while (noise.length() < 1_400_000) {
            noise.append((char) (' ' + random.nextInt(95))).append(noise.length() % 70 == 0 ? "\n" : "");
        }
        return List.of("Subject: short\n\nx\n", "Subject: long\n\n" + "line of text\n".repeat(20_000), noise.toString());
    }

    private static byte[] xz(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new XZOutputStream(bytes, new LZMA2Options(1))) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static byte[] gz(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static Settings zlib(boolean zlib, boolean skip) {
        Settings d = Settings.defaults();
        return new Settings(d.rotateSize(), zlib, d.pop3UidlFormat(), skip, d.readers(), d.checkpointBytes(), d.finishAttempts());
    }

    private static Migrations migrations(Settings settings) {
        Migrations migrations = new Migrations(state);
        migrations.settings = settings;
        return migrations;
    }

    /** A Maildir with every mail in every compression, the plain ones included. */
    private static Path compressed(String user) throws Exception {
        Path home = dovecot.home(user);
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        for (String text : texts()) {
            int lines = (int) text.chars().filter(c -> c == '\n').count() - (text.contains("\r") ? 2 : 0);
            maildir.mailbox("INBOX").add(SampleMail.of(text)).add(SampleMail.of(xz(text)).withoutSizes()
                    .base("14000000" + text.length() + ".M1P1.xz,S=" + text.length() + ",W=" + (text.length() + lines)).flags("S"));
        }
        maildir.write();
        Path file = home.resolve("text");
        for (String text : texts()) {
            Files.writeString(file, text, StandardCharsets.ISO_8859_1);
            dovecot.own(home);
            for (String algorithm : SAVED) {
                dovecot.doveadm("-o", "mail=maildir:~/Maildir", "-o", PLUGIN, "-o", "plugin/zlib_save=" + algorithm, "save", "-u", user,
                        "-m", "INBOX", file.toString()).succeeded();
            }
        }
        Files.delete(file);
        return home;
    }

    @Test
    void theirBytesAreCarriedOverAndTheirSizesAreRight() throws Exception {
        Path home = dovecot.home("with");
        MailboxView before = MailboxView.at(dovecot, "with", "maildir:~/Maildir");
        Migrations migrations = migrations(zlib(true, false));
        Account account = Migrations.account("with", home);

        Result result = migrations.migrate(account);

        assertEquals(18, result.mails());
        MailboxView.assertSame(before, MailboxView.of(dovecot, "with"));
        VerifyReport report = migrations.verify(account, new ArrayList<>());
        assertTrue(report.isEqual(), () -> report.mismatches().toString());
        List<byte[]> stored = stored(home.resolve("mdbox/storage"));
        assertEquals(compressed.size(), stored.size());
        for (byte[] file : compressed) {
            assertEquals(1, stored.stream().filter(s -> Arrays.equals(s, file)).count());
        }
        assertEquals(List.of(Compression.values()), stored.stream().flatMap(s -> Compression.detect(s, 0, s.length).stream()).distinct()
                .sorted().toList(), "all that Dovecot knows");
        dovecot.doveadm("purge", "-u", "with").succeeded();
        dovecot.doveadm("force-resync", "-u", "with", "INBOX");
        dovecot.assertLogClean("fscking index file", "rebuilding indexes");
        dovecot.forgetLog();
        MailboxView.assertSame(MailboxView.at(dovecot, "with", "maildir:~/Maildir", MigratedUser.AS_USED),
                MailboxView.of(dovecot, "with", MigratedUser.AS_USED));
    }

    private static List<byte[]> files(Path maildir) throws IOException {
        List<byte[]> bytes = new ArrayList<>();
        try (Stream<Path> all = Stream.concat(Files.list(maildir.resolve("cur")), Files.list(maildir.resolve("new")))) {
            for (Path file : (Iterable<Path>) all::iterator) {
                bytes.add(Files.readAllBytes(file));
            }
        }
        return bytes;
    }

    private static List<byte[]> stored(Path storage) throws IOException {
        List<byte[]> bytes = new ArrayList<>();
        try (OpenDirectory directory = OpenDirectory.open(ByteString.ofText(storage.toString()))) {
            for (int n = 1; Files.exists(storage.resolve("m." + n)); n++) {
                try (MailFileReader reader = MailFileReader.open(directory, n)) {
                    reader.scan(mail -> {
                        ByteBuffer data = ByteBuffer.allocate((int) mail.dataSize());
                        reader.data(mail, data::put);
                        bytes.add(data.array());
                    });
                }
            }
        }
        return bytes;
    }

    /** To a Dovecot without the plugin they are mails with odd content, and stay so. */
    @Test
    void withoutThePluginTheyAreMailsLikeOthers() throws Exception {
        try (DovecotInstance plain = DovecotInstance.with("mdbox:~/mdbox").users("plain").start()) {
            MaildirBuilder maildir = MaildirBuilder.in(plain.home("plain").resolve("Maildir"));
            // by a script, which has not changed their names; S= and W= are of the texts otherwise
            for (byte[] file : compressed) {
                maildir.mailbox("INBOX").add(SampleMail.of(file).withoutSizes());
            }
            plain.own(maildir.write());
            MailboxView before = MailboxView.at(plain, "plain", "maildir:~/Maildir");
            migrations(zlib(false, false)).migrate(Migrations.account("plain", plain.home("plain")));
            MailboxView.assertSame(before, MailboxView.of(plain, "plain"));
            plain.assertLogClean();
        }
    }

    @Test
    void damagedOnesAreNamedAndCostNobodyTheOthers() throws Exception {
        Path home = dovecot.home("damaged");
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        byte[] good = gz("Subject: good\n\n" + "text\n".repeat(1000));
        byte[] flipped = good.clone();
        flipped[good.length - 6] ^= 1;
        TreeMap<String, byte[]> damaged = new TreeMap<>();
        damaged.put("1.M1P1.truncated", Arrays.copyOf(good, good.length / 2));
        damaged.put("2.M1P1.checksum", flipped);
        damaged.put("3.M1P1.plain", "BZh9 begins a mail that nobody has compressed\n".getBytes(StandardCharsets.US_ASCII));
        damaged.put("4.M1P1.xz", Arrays.copyOf(xz(texts().get(2)), 1_100_000));
        damaged.forEach((name, bytes) -> maildir.mailbox("INBOX").add(SampleMail.of(bytes).base(name).withoutSizes()));
        maildir.mailbox("INBOX").add(SampleMail.of(good).withoutSizes()).add(SampleMail.of("Subject: plain\n\ntext\n").flags("F"));
        maildir.write();
        dovecot.own(home);
        Account account = Migrations.account("damaged", home);

        MigrationException e = assertThrows(MigrationException.class, () -> migrations(zlib(true, false)).migrate(account));

        assertEquals(MigrationException.Kind.SOURCE, e.kind());
        assertEquals(new ArrayList<>(damaged.keySet()), names(e.problems()));
        assertTrue(e.problems().stream().allMatch(p -> p.detail().contains("cannot be decompressed")), e.problems()::toString);
        Result result = migrations(zlib(true, true)).migrate(account);
        assertEquals(2, result.mails());
        assertEquals(new ArrayList<>(damaged.keySet()), names(result.skipped()));
        MailboxView after = MailboxView.of(dovecot, "damaged");
        assertEquals(List.of("0000000005", "0000000006"), after.mails("INBOX").stream().map(l -> MailboxView.field(l, "uid")).toList());
        assertEquals("5015", MailboxView.field(after.mails("INBOX").get(0), "size.physical"));
    }

    private static List<String> names(List<SourceProblem> problems) {
        return problems.stream().map(p -> p.path().substring(p.path().lastIndexOf('/') + 1).replaceFirst(":2,.*", "")).sorted().toList();
    }

    /** Several compressed pieces one after the other are one text, to Dovecot too. */
    @Test
    void piecesAreReadAsDovecotReadsThem() throws Exception {
        Path home = dovecot.home("odd");
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        byte[] first = gz("Subject: pieces\n\nfirst\n");
        byte[] second = gz("second\n");
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        maildir.mailbox("INBOX").add(SampleMail.of(both).withoutSizes()).add(SampleMail.of(gz("")).withoutSizes());
        MigratedUser user = MigratedUser.of(dovecot, "odd", migrations(zlib(true, false)), maildir);
        assertEquals("30", MailboxView.field(user.view().mails("INBOX").get(0), "size.physical"));
        assertArrayEquals(both, stored(user.mdbox().resolve("storage")).get(0));
    }
}
