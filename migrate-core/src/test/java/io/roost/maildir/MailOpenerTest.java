package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

class MailOpenerTest {
    @TempDir
    Path temp;
    private SourceDirectory source;

    @BeforeEach
    void make() throws Exception {
        source = new SourceDirectory(temp).mailbox("").file("cur/1.a:2,S", "one").file("cur/2.b:2,", "two")
                .file("new/3.c", "three");
    }

    private static String read(MailOpener opener, int i) throws IOException {
        try (OpenFile file = opener.open(i)) {
            if (file == null) {
                return null;
            }
            ByteBuffer b = ByteBuffer.allocateDirect(100);
            file.preadFully(b, 0);
            return StandardCharsets.ISO_8859_1.decode(b.flip()).toString();
        }
    }

    @Test
    void opensByPosition() throws Exception {
        try (MailOpener opener = new MailOpener(source.scanInbox())) {
            assertEquals("one", read(opener, 0));
            assertEquals("two", read(opener, 1));
            assertEquals("three", read(opener, 2));
        }
    }

    @Test
    void findsWhatWasRenamed() throws Exception {
        try (MailOpener opener = new MailOpener(source.scanInbox())) {
            Path cur = source.root().resolve("cur");
            Files.move(cur.resolve("1.a:2,S"), cur.resolve("1.a:2,FS"));
            Files.move(source.root().resolve("new/3.c"), cur.resolve("3.c:2,"));
            assertEquals("one", read(opener, 0));
            assertEquals("three", read(opener, 2));
            Files.move(cur.resolve("1.a:2,FS"), cur.resolve("1.a:2,T"));
            assertEquals("one", read(opener, 0));
            Files.move(cur.resolve("1.a:2,T"), cur.resolve("1.a:2,S"));
            assertEquals("one", read(opener, 0));
            assertEquals("two", read(opener, 1));
        }
    }

    @Test
    void knowsWhatIsGone() throws Exception {
        try (MailOpener opener = new MailOpener(source.scanInbox())) {
            Files.delete(source.root().resolve("cur/1.a:2,S"));
            assertNull(opener.open(0));
            assertNull(opener.open(0));
            Files.createDirectory(source.root().resolve("cur/1.a:2,dir"));
            assertEquals("two", read(opener, 1));
        }
    }

    @Test
    void refusesLinksInPlaceOfMails() throws Exception {
        try (MailOpener opener = new MailOpener(source.scanInbox())) {
            Files.delete(source.root().resolve("cur/1.a:2,S"));
            Files.createSymbolicLink(source.root().resolve("cur/1.a:2,S"), source.root().resolve("dovecot-uidlist"));
            assertEquals(PosixException.ELOOP, assertThrows(PosixException.class, () -> opener.open(0)).errno());
            Files.delete(source.root().resolve("cur/2.b:2,"));
            Files.createSymbolicLink(source.root().resolve("cur/2.b:2,S"), source.root().resolve("dovecot-uidlist"));
            assertEquals(PosixException.ELOOP, assertThrows(PosixException.class, () -> opener.open(1)).errno());
        }
    }

    @Test
    void takesNoDuplicateForTheMailItself() throws Exception {
        source.file("cur/1.a:2,F", "another");
        MailboxSnapshot inbox = source.scanInbox();
        try (MailOpener opener = new MailOpener(inbox)) {
            assertEquals("cur/1.a:2,F", inbox.mails().key(0));
            assertEquals("another", read(opener, 0));
            Files.delete(source.root().resolve("cur/1.a:2,F"));
            assertNull(opener.open(0));
        }
    }

    @Test
    void opensNothingInAnEmptyMailbox() throws Exception {
        MailboxSnapshot empty = new SourceDirectory(temp.resolve("other")).scanInbox();
        new MailOpener(empty).close();
    }

    @Test
    void findsEveryMailWhileAnotherProgramRenamesThemAll() throws Exception {
        int count = 300;
        for (int i = 0; i < count; i++) {
            source.file("cur/" + (10 + i) + ".x:2,", "mail " + i);
        }
        MailboxSnapshot inbox = source.scanInbox();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (MailOpener opener = new MailOpener(inbox)) {
            Future<?> renamer = pool.submit(() -> {
                Path cur = source.root().resolve("cur");
                for (int round = 0; round < 3 && !done.get(); round++) {
                    for (int i = 0; i < count; i++) {
                        Files.move(cur.resolve((10 + i) + ".x:2," + "SFR".substring(0, round)),
                                cur.resolve((10 + i) + ".x:2," + "SFR".substring(0, round + 1)));
                    }
                }
                return null;
            });
            List<Future<?>> readers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                readers.add(pool.submit(() -> {
                    for (int i = 0; i < inbox.mails().size(); i++) {
                        String text = read(opener, i);
                        assertNotNull(text, inbox.mails().fileName(i));
                        if (inbox.mails().baseName(i).endsWith(".x")) {
                            assertEquals("mail " + (Integer.parseInt(inbox.mails().baseName(i).replace(".x", "")) - 10), text);
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
            done.set(true);
            renamer.get();
        } finally {
            pool.shutdownNow();
        }
    }
}
