package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.OpenFile;
import io.roost.testing.MaildirSample;

/** Reading a Maildir leaves no trace in it. */
class SourceUntouchedTest {
    @TempDir
    Path temp;

    /** Names, all that {@code stat} tells, and bytes. Access times are read before the bytes, which change them. */
    private static TreeMap<String, Object> state(Path root) throws Exception {
        TreeMap<String, Object> state = new TreeMap<>();
        List<Path> all;
        try (Stream<Path> walk = Files.walk(root)) {
            all = walk.toList();
        }
        for (Path path : all) {
            state.put(path.toString(), Files.readAttributes(path,
                    "unix:mode,nlink,uid,gid,ino,size,lastModifiedTime,lastAccessTime,ctime",
                    LinkOption.NOFOLLOW_LINKS).toString());
        }
        return state;
    }

    private static TreeMap<String, String> contents(Path root) throws Exception {
        TreeMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path path : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
                contents.put(path.toString(), new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @Test
    void listScanOpenAndReadChangeNothing() throws Exception {
        SourceDirectory source = new SourceDirectory(temp);
        MaildirSample.of(source.root(), 3, 10).write();
        source.file("cur/1600000000.dup:2,S", "one").file("cur/1600000000.dup:2,F", "two").file("cur/:2,S", "")
                .file("courierimapsubscribed", "INBOX\n").file(".Bare/x", "").file(".INBOX/cur/1.x", "");
        TreeMap<String, String> bytes = contents(source.root());
        // With access times older than modification times even relatime would write.
        try (Stream<Path> walk = Files.walk(temp)) {
            for (Path path : (Iterable<Path>) walk::iterator) {
                Files.setAttribute(path, "lastAccessTime", FileTime.fromMillis(1_000_000_000_000L));
            }
        }
        TreeMap<String, Object> before = state(temp);
        int read = 0;
        Maildir maildir = source.maildir("");
        for (MaildirMailbox mailbox : maildir.list().mailboxes()) {
            MailboxSnapshot snapshot = maildir.scan(mailbox);
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
            try (MailOpener opener = new MailOpener(snapshot)) {
                for (int i = 0; i < snapshot.mails().size(); i++) {
                    try (OpenFile mail = opener.open(i)) {
                        mail.status();
                        mail.preadFully(buffer.clear(), 0);
                        read++;
                    }
                }
            }
            snapshot.stamp().unchanged();
        }
        assertTrue(read > 80, read + " mails were read");
        assertEquals(before, state(temp));
        assertEquals(bytes, contents(source.root()));
    }
}
