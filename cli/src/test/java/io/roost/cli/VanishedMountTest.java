package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.screen.CapturedScreen;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.Requires;
import io.roost.testing.SampleMail;
import io.roost.testing.SmallFileSystem;

/**
 * The mount with everybody's mail goes away under a run ({@code umount -l}, as by an automounter or a mistaken admin), and the
 * directory under it has homes and empty Maildirs of the same names: what Dovecot leaves there while a mount is missing.
 */
@Requires({Requires.Ability.ROOT, Requires.Ability.MOUNT})
class VanishedMountTest {
    private static final int MAILS = 120;
    private static final List<String> USERS = List.of("anna", "bert", "carl", "dora", "emil", "fred");

    @TempDir
    private Path temp;
    private Path mail;
    private SmallFileSystem disk;
    private List<String> underneath;

    @BeforeEach
    void disk() throws IOException {
        mail = temp.resolve("mail");
        for (String user : USERS) {
            for (String name : List.of("cur", "new", "tmp")) {
                Files.createDirectories(mail.resolve(user + "/Maildir/" + name));
            }
        }
        underneath = MaildirBuilder.fingerprint(mail);
        disk = SmallFileSystem.ofBytes(temp.resolve("disk"), 64 << 20);
        for (String user : USERS) {
            MaildirBuilder maildir = MaildirBuilder.in(disk.directory().resolve(user + "/Maildir"));
            for (int i = 0; i < MAILS; i++) {
                maildir.mailbox("INBOX").add(SampleMail.of("Subject: " + i + "\n\n" + (user + " " + i + "\n").repeat(100)));
            }
            maildir.write();
        }
        run("mount", "--bind", disk.directory().toString(), mail.toString());
    }

    @AfterEach
    void clear() throws Exception {
        new ProcessBuilder("umount", "-l", mail.toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start().waitFor();
        disk.close();
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertEquals(0, process.waitFor(), said);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CapturedScreen migrate(int exit, String... more) {
        CapturedScreen captured = CapturedScreen.plain();
        // the bind mount of a tmpfs stands for NFS, which no test machine has
        List<String> arguments = new ArrayList<>(List.of("migrate", "--json", "--single-backend", "--no-dovecot",
                "--ignore-check=mount-type",
                "--home=" + mail + "/%u", "--from=maildir:~/Maildir", "--state=" + temp.resolve("state"), "--workers=1", "--retries=0"));
        arguments.addAll(List.of(more));
        arguments.addAll(USERS);
        assertEquals(exit, Roost.run(captured.screen(), arguments.toArray(String[]::new)), () -> captured.out() + captured.err());
        return captured;
    }

    /** @param when to unmount; @param millis after that */
    private Thread unmount(BooleanSupplier when, int millis) {
        Thread thread = new Thread(() -> {
            try {
                while (!when.getAsBoolean()) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                TimeUnit.MILLISECONDS.sleep(millis);
                run("umount", "-l", mail.toString());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    /** Nothing is written where the mount was; after it is back, the same command ends with everything. */
    private void assertNothingLostAndResume() throws Exception {
        assertEquals(underneath, MaildirBuilder.fingerprint(mail), "written under the mount point");
        run("mount", "--bind", disk.directory().toString(), mail.toString());
        Map<String, Object> summary = null;
        for (Map<String, Object> line : Json.lines(migrate(0).out())) {
            if ("summary".equals(line.get("type"))) {
                summary = line;
            }
        }
        assertEquals((long) USERS.size(), summary.get("done"));
        for (String user : USERS) {
            CapturedScreen verified = CapturedScreen.plain();
            assertEquals(0, Roost.run(verified.screen(), "verify", "--no-dovecot", "--home=" + mail + "/%u", "--from=maildir:~/Maildir",
                    user), () -> verified.out() + verified.err());
            try (Stream<Path> entries = Files.list(mail.resolve(user))) {
                assertEquals(List.of("Maildir", "mdbox"), entries.map(p -> p.getFileName().toString()).sorted().toList());
            }
        }
        assertEquals(underneath, MaildirBuilder.fingerprint(under()), "written under the mount point");
    }

    /** The directory under the mount, which is bare afterwards. */
    private Path under() throws IOException {
        run("umount", "-l", mail.toString());
        return mail;
    }

    @Test
    void theRunStopsAtOnceAndGoesOnWhenItIsBack() throws Exception {
        Path staging = mail.resolve("bert/.mdbox.roost/storage");
        Thread thief = unmount(() -> Files.exists(staging), 0);
        CapturedScreen captured = migrate(ExitCode.FAILED.number(), "--max-mails-per-second=100");
        thief.join();
        List<Map<String, Object>> lines = Json.lines(captured.out());
        Map<String, Object> ended = lines.stream().filter(l -> "run".equals(l.get("type")) && "ended".equals(l.get("state"))
                || "summary".equals(l.get("type"))).reduce((a, b) -> b).orElseThrow();
        assertEquals(1L, ended.get("done"), captured.out());
        assertTrue(captured.out().contains(mail + ": tmpfs (tmpfs) was mounted here and is not any more"), captured.out());
        assertNothingLostAndResume();
    }

    /** Where the first scan is to begin: the empty Maildir under the mount must not be taken for the user's. */
    @Test
    void beforeTheFirstScan() throws Exception {
        whenever(0, 5, 1);
    }

    /** At any moment of a user's migration, the last steps among them. */
    @Test
    @Tag("soak")
    void whenever() throws Exception {
        whenever(0, 400, 10);
    }

    private void whenever(int from, int to, int step) throws Exception {
        for (int millis = from; millis < to; millis += step) {
            Path staging = mail.resolve("anna/.mdbox.roost");
            Thread thief = unmount(() -> Files.exists(staging), millis);
            CapturedScreen captured = migrate(ExitCode.FAILED.number(), "--max-mails-per-second=400");
            thief.join();
            assertTrue(captured.out().contains("is not any more"), millis + " ms: " + captured.out());
            assertNothingLostAndResume();
            // once more from the beginning
            run("mount", "--bind", disk.directory().toString(), mail.toString());
            for (String user : USERS) {
                run("rm", "-rf", mail + "/" + user + "/mdbox");
            }
            run("rm", "-rf", temp.resolve("state").toString());
        }
    }
}
