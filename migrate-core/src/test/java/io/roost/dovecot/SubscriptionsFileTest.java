package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;


import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.SubscriptionsFile.MalformedLine;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class SubscriptionsFileTest {
    @TempDir
    Path temp;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static SubscriptionsFile read(String text, char separator) throws CorruptFileException {
        return SubscriptionsFile.read(bytes(text), "/m/subscriptions", separator);
    }

    @Test
    void version2() throws Exception {
        String text = "V\t2\n\nINBOX\nWork\t&ANw-n&AO8-\na\u00011b\tc\u0001td\u0001ne\u0001rf\nlast\n";
        SubscriptionsFile file = read(text, '.');
        assertEquals(List.of(List.of("INBOX"), List.of("Work", "&ANw-n&AO8-"), List.of("a\1b", "c\td\ne\rf"), List.of("last")),
                file.mailboxes());
        assertEquals(List.of(), file.malformed());
        assertArrayEquals(bytes(text), file.write());
    }

    @Test
    void version1() throws Exception {
        SubscriptionsFile maildir = read("inbox\r\nWork.Sub\nWork/x\n", '.');
        assertEquals(List.of(List.of("INBOX"), List.of("Work", "Sub"), List.of("Work/x")), maildir.mailboxes());
        assertEquals(List.of(List.of("a.b", "c\t\u00011")), read("a.b/c\t\u00011\n", '/').mailboxes());
        assertArrayEquals(bytes("V\t2\n\nINBOX\nWork\tSub\nWork/x\n"), maildir.write());
        assertEquals(List.of(), read("", '.').mailboxes());
    }

    @Test
    void duplicatesAreFolded() throws Exception {
        assertEquals(List.of(List.of("INBOX"), List.of("a")), read("V\t2\n\nINBOX\na\ninbox\na\nInbox\n", '.').mailboxes());
    }

    @Test
    void malformedLinesAreReported() throws Exception {
        String longLine = "x".repeat(4097);
        SubscriptionsFile file = read("V\t2\n\nok\n\na\t\tb\n\u0001x\nz\u0001\n\u00010\n" + longLine + "\nend\n", '.');
        assertEquals(List.of(List.of("ok"), List.of("end")), file.mailboxes());
        assertEquals(List.of(4, 5, 6, 7, 8, 9), file.malformed().stream().map(MalformedLine::number).toList());
        assertEquals(List.of("", "a\t\tb", "\u0001x", "z\u0001", "\u00010", longLine),
                file.malformed().stream().map(MalformedLine::bytes).toList());
        assertEquals("part of the name is empty", file.malformed().get(1).reason());
        assertEquals(List.of(1, 2), read(".a\nb.\nc\n", '.').malformed().stream().map(MalformedLine::number).toList());
    }

    @Test
    void otherVersionsAreRefused() {
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> read("V\t3\n\nINBOX\n", '.'));
        assertEquals("/m/subscriptions is damaged at offset 2: expected version 2 and an empty line, found \"3\"",
                e.getMessage());
        assertThrows(CorruptFileException.class, () -> read("V\t2\nINBOX\n", '.'));
    }

    @Test
    void readsFromADirectory() throws Exception {
        Files.write(temp.resolve("subscriptions"), bytes("V\t2\n\na\tb\n"));
        Files.createSymbolicLink(temp.resolve("link"), temp.resolve("subscriptions"));
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(temp.toString()))) {
            assertEquals(List.of(List.of("a", "b")), SubscriptionsFile.read(dir, "subscriptions", '.').orElseThrow()
                    .mailboxes());
            assertEquals(Optional.empty(), SubscriptionsFile.read(dir, "nothing", '.'));
            assertThrows(IOException.class, () -> SubscriptionsFile.read(dir, "link", '.'));
            try (RandomAccessFile big = new RandomAccessFile(temp.resolve("big").toFile(), "rw")) {
                big.setLength(1L << 33);
            }
            assertThrows(CorruptFileException.class, () -> SubscriptionsFile.read(dir, "big", '.'));
            Files.createDirectory(temp.resolve("directory"));
            assertTrue(assertThrows(CorruptFileException.class, () -> SubscriptionsFile.read(dir, "directory", '.'))
                    .getMessage().endsWith("expected a file, found a directory"));
        }
    }

    @Test
    void randomFiles() throws Exception {
        Random random = new Random(11);
        byte[] valid = bytes("V\t2\n\nINBOX\nWork\t&ANw-n&AO8-\na\u00011b\tc\u0001td\nlast\n");
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = valid.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                mutated[random.nextInt(mutated.length)] = (byte) "\t\n\1\r\0012a\u00ff".charAt(random.nextInt(8));
            }
            byte[] cut = Arrays.copyOf(mutated, random.nextInt(mutated.length + 1));
            try {
                SubscriptionsFile file = SubscriptionsFile.read(cut, "f", '.');
                assertEquals(file.mailboxes(), SubscriptionsFile.read(file.write(), "f", '.').mailboxes());
            } catch (CorruptFileException e) {
                assertEquals(2, e.offset());
            }
        }
    }

    /** Ours is listed by Dovecot, Dovecot's is read by us, and Dovecot goes on with ours. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotReadsAndWritesIt() throws Exception {
        List<String> names = List.of("INBOX", "Work/Ünï & Co", "台北/😀", "tab\tbed/x\u0001y", "dot.ted", "gone/for/ever");
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("u").start()) {
            Path root = Files.createDirectories(dovecot.home("u").resolve("mdbox"));
            List<List<String>> storage = new ArrayList<>();
            for (String name : names) {
                storage.add(new MailboxNameCodec(false).encode(new MailboxName(List.of(name.split("/")))));
            }
            SubscriptionsFile ours = new SubscriptionsFile(storage, List.of());
            Files.write(root.resolve("subscriptions"), ours.write());
            dovecot.own(dovecot.home("u"));
            assertEquals(new TreeSet<>(names), subscribed(dovecot));

            DovecotProgramTest.doveadm(dovecot).run("mailbox", "subscribe", "-u", "u", "neu/ß").requireSuccess();
            DovecotProgramTest.doveadm(dovecot).run("mailbox", "unsubscribe", "-u", "u", "dot.ted").requireSuccess();
            SubscriptionsFile theirs = SubscriptionsFile.read(Files.readAllBytes(root.resolve("subscriptions")), "s", '/');
            List<List<String>> expected = new ArrayList<>(storage);
            expected.remove(List.of("dot.ted"));
            expected.add(List.of("neu", "&AN8-"));
            assertEquals(expected, theirs.mailboxes());
            assertEquals(List.of(), theirs.malformed());
            dovecot.assertLogClean();
        }
    }

    /** Files without header and files cut short, as Dovecot itself understands them in each layout. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotReadsVersion1() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("u").separator("|").start()) {
            for (String setting : List.of("maildir:~/a", "maildir:~/b:LAYOUT=fs", "mdbox:~/c")) {
                MailLocation location = MailLocation.parse(setting, dovecot.home("u").toString());
                Files.createDirectories(Path.of(location.root()));
                for (String text : List.of("INBOX\nWork" + location.listSeparator() + "B&AOQ-r\r\nend\n", "INBOX\nabc\nxyz",
                        "INBOX", "abcd", "abcde", "V\t2\n\nlast", "V\t2\n\na\tb\n")) {
                    Files.write(Path.of(location.root(), location.subscriptions()), bytes(text));
                    dovecot.own(dovecot.home("u"));
                    SubscriptionsFile ours = SubscriptionsFile.read(bytes(text), "s", location.listSeparator());
                    Set<String> names = ours.mailboxes().stream()
                            .map(parts -> location.nameCodec().decode(parts).orElseThrow().toString('|'))
                            .collect(Collectors.toSet());
                    String listed = DovecotProgramTest.doveadm(dovecot).run("-o", "mail_location=" + setting, "mailbox", "list",
                            "-s", "-u", "u")
                            .requireSuccess().outputText();
                    assertEquals(listed.lines().collect(Collectors.toSet()), names, setting + " " + text);
                    assertEquals(text.endsWith("\n") || text.length() < 5 ? 0 : 1, ours.malformed().size(), text);
                }
            }
        }
    }

    private static TreeSet<String> subscribed(DovecotInstance dovecot) throws Exception {
        return DovecotProgramTest.doveadm(dovecot).run("mailbox", "list", "-s", "-u", "u").requireSuccess().outputText().lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
