package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.MailLocation;
import io.roost.maildir.Maildir;
import io.roost.testing.MaildirSample;

class SourceBaselineTest {
    @TempDir
    private Path temp;

    @Test
    void tellsWhatCameLate() throws Exception {
        Path root = MaildirSample.of(temp.resolve("Maildir"), 1, 5).write();
        Maildir maildir = new Maildir(MailLocation.parse("maildir:" + root, null));
        TargetPaths paths = new TargetPaths(MailLocation.parse("mdbox:" + temp.resolve("mdbox"), null));
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            UserRecord user = store.userOrNew("anna", "maildir:" + root, "mdbox:/x", 1000);
            assertFalse(SourceBaseline.exists(store, user));
            assertTrue(SourceBaseline.read(store, user, maildir, paths).isEmpty());
            SourceBaseline.of(UserSnapshot.scan(maildir, paths), maildir, paths).write(store, user);
            SourceBaseline known = SourceBaseline.read(store, user, maildir, paths).orElseThrow();
            assertEquals(List.of(), known.late());

            // another flag is no other mail
            Path seen = Files.list(root.resolve("cur")).filter(p -> p.toString().endsWith(":2,")).findFirst().orElseThrow();
            Files.move(seen, Path.of(seen + "S"));
            assertEquals(List.of(), known.late());
            Files.writeString(root.resolve(".Work/new/1800000000.M1P1.late"), "a: b\n\nc\n");
            List<LateMail> late = known.late();
            assertEquals(1, late.size());
            assertEquals("Work", late.get(0).mailbox().toString());
            assertEquals(root + "/.Work/new/1800000000.M1P1.late", late.get(0).path());
            // two of them, and one is begun: it comes first, with what was known then
            Files.writeString(root.resolve("new/1700000000.M1P1.later"), "a: b\n\nc\n");
            for (LateMail begun : known.late()) {
                assertEquals(OptionalLong.empty(), known.begunAt(begun));
                known.beginning(begun, 4711).write(store, user);
                SourceBaseline after = SourceBaseline.read(store, user, maildir, paths).orElseThrow();
                assertEquals(2, after.late().size());
                assertEquals(begun, after.late().get(0));
                assertEquals(OptionalLong.of(4711), after.begunAt(begun));
                assertEquals(OptionalLong.empty(), after.begunAt(after.late().get(1)));
                assertEquals(OptionalLong.empty(), after.with(begun).begunAt(begun));
            }
            Files.delete(root.resolve("new/1700000000.M1P1.later"));
            SourceBaseline more = known.with(late.get(0));
            assertEquals(List.of(), more.late());
            more.write(store, user);
            assertEquals(List.of(), SourceBaseline.read(store, user, maildir, paths).orElseThrow().late());
            SourceBaseline.remove(store, user);
            assertFalse(SourceBaseline.exists(store, user));
        }
    }

    /** A byte that changed is never taken for mails that were there. */
    @Test
    void damageIsToldFromTruth() throws Exception {
        Path root = MaildirSample.of(temp.resolve("Maildir"), 1, 3).write();
        Maildir maildir = new Maildir(MailLocation.parse("maildir:" + root, null));
        TargetPaths paths = new TargetPaths(MailLocation.parse("mdbox:" + temp.resolve("mdbox"), null));
        try (CheckpointStore store = CheckpointStore.open(temp.resolve("state").toString())) {
            UserRecord user = store.userOrNew("anna", "maildir:" + root, "mdbox:/x", 1000);
            SourceBaseline.of(UserSnapshot.scan(maildir, paths), maildir, paths).write(store, user);
            Path file = temp.resolve("state/baselines").resolve(Integer.toString(user.number()));
            byte[] good = Files.readAllBytes(file);
            Random random = new Random(5);
            for (int i = 0; i < 200; i++) {
                byte[] bad = Arrays.copyOf(good, i % 4 == 0 ? random.nextInt(good.length) : good.length);
                if (bad.length == good.length) {
                    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bad);
                assertThrows(CorruptFileException.class, () -> SourceBaseline.read(store, user, maildir, paths));
            }
        }
    }
}
