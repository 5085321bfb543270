package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.UidValidityFiles;
import io.roost.index.ListIndexWriter;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.UserDoveadm;

/** Whether a real Dovecot looks where {@link MdboxLayout} puts things. */
@RequiresDovecot
class RealLayoutTest {
    private static final long NOW = 1700000000;

    private UserDoveadm doveadm;
    private MdboxLayout layout;

    private MailLocation location(String keys) {
        Map<String, String> k = new HashMap<>();
        for (String key : keys.split(":")) {
            k.put(key.replaceAll("=.*", ""), key.replaceAll("^[^=]*=?", "").replace("~", doveadm.home().toString()));
        }
        boolean full = k.containsKey("FULLDIRNAME");
        String dirName = full ? k.get("FULLDIRNAME") : k.getOrDefault("DIRNAME", "dbox-Mails");
        MailLocation.Layout kind = k.containsKey("LAYOUT") ? MailLocation.Layout.INDEX : MailLocation.Layout.FS;
        return new MailLocation("mdbox", doveadm.home() + "/mdbox", Optional.ofNullable(k.get("INDEX")), false,
                Optional.ofNullable(k.get("CONTROL")), Optional.empty(), Optional.empty(), Optional.ofNullable(k.get("ALT")),
                false, kind, k.containsKey("ITERINDEX"), dirName, full, k.getOrDefault("MAILBOXDIR", "mailboxes"),
                Optional.empty(), k.getOrDefault("SUBSCRIPTIONS", "subscriptions"), false);
    }

    private OpenDirectory make(MdboxLayout.Place place) throws Exception {
        Path path = Path.of(layout.absolute(place));
        Files.createDirectories(path);
        return OpenDirectory.open(ByteString.ofText(path.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "INDEX=~/index", "INDEX=~/mdbox/index:CONTROL=~/control", "INDEX=~/i:CONTROL=~/i",
        "DIRNAME=Here:INDEX=~/index:CONTROL=~/control", "FULLDIRNAME=Here:INDEX=~/index:CONTROL=~/control", "MAILBOXDIR=boxes",
        "ALT=~/alt", "INDEX=~/index:ITERINDEX", "INDEX=~/mdbox:CONTROL=~/mdbox", "SUBSCRIPTIONS=subs",
        "LAYOUT=index", "LAYOUT=index:INDEX=~/index:CONTROL=~/control"})
    void dovecotFindsEverything(String keys) throws Exception {
        OpenDirectory.clearUmask();
        String mail = "mdbox:~/mdbox" + (keys.isEmpty() ? "" : ":" + keys);
        try (DovecotInstance dovecot = DovecotInstance.with(mail).users("someone").start()) {
            doveadm = new UserDoveadm(dovecot, "someone");
            everythingIsFound(keys);
        }
    }

    private void everythingIsFound(String keys) throws Exception {
        layout = MdboxLayout.of(location(keys));
        Ownership ownership = doveadm.ownership();
        MapIndexWriter map = new MapIndexWriter(NOW);
        ListIndexWriter list = new ListIndexWriter();
        try (OpenDirectory storage = make(layout.storage());
                OpenDirectory mapIndex = make(layout.mapIndex());
                MailFileWriter files = MailFileWriter.create(storage, ownership, 1 << 20, 1, NOW)) {
            int n = 0;
            for (List<String> parts : List.of(List.of("INBOX"), List.of("A", "B"))) {
                byte[] text = TestMdbox.bytes("Subject: " + parts + "\n\n");
                Guid128 guid = new Guid128(n, ++n);
                int uid = map.add(files.append(ByteBuffer.wrap(text), new MailMetadata(text.length, 1, 1 + text.length, null, 0,
                        guid.toString(), String.join("/", parts))));
                map.addReference(uid);
                MailboxIndexWriter index = new MailboxIndexWriter(new MailboxIndexHeader(100 + n, 50, 1, guid, NOW, List.of(),
                        1, false, false, 0, NOW, NOW), 0, layout.byGuid() ? parts : List.of());
                list.add(parts, guid, 100 + n);
                index.add(7, 0, new BitSet(), uid, NOW, guid, text.length + 2);
                make(layout.mailbox(parts, guid)).close();
                try (OpenDirectory dir = make(layout.mailboxIndex(parts, guid))) {
                    index.write(dir, ownership);
                }
            }
            files.flush().forEach(u -> assertEquals(1, u.fileId()));
            map.write(mapIndex, ownership);
        }
        try (OpenDirectory control = make(layout.uidValidity())) {
            UidValidityFiles.write(control, 102, ownership);
        }
        if (layout.byGuid()) {
            list.addNoSelect(List.of("A"));
            Path prefix = Path.of(layout.listIndexPrefix());
            try (OpenDirectory dir = TestMdbox.open(prefix.getParent())) {
                list.write(dir, prefix.getFileName().toString(), ownership, NOW);
            }
        }
        Files.writeString(Path.of(layout.absolute(layout.subscriptions())), "A/B\n");
        if (layout.altLink().isPresent()) {
            Files.createSymbolicLink(Path.of(layout.absolute(layout.altLink().get())), Path.of(layout.altLinkText().get()));
            Files.createDirectories(Path.of(layout.absolute(layout.altStorage().get())));
        }
        doveadm.dovecot().own(doveadm.home());

        assertEquals("A\nA/B\nINBOX\n", sorted(doveadm.run("mailbox", "list")));
        assertEquals("A/B messages=1 uidnext=50 uidvalidity=102\nINBOX messages=1 uidnext=50 uidvalidity=101\n",
                sorted(doveadm.run("mailbox", "status", "messages uidnext uidvalidity", "*")));
        assertEquals("hdr.subject: [A, B]\n", doveadm.run("fetch", "hdr.subject", "mailbox", "A/B", "all"));
        assertEquals("A/B\n", doveadm.run("mailbox", "list", "-s"));
        doveadm.run("mailbox", "create", "New");
        assertEquals("New uidvalidity=103\n", doveadm.run("mailbox", "status", "uidvalidity", "New"));
        doveadm.run("mailbox", "subscribe", "New");
        assertEquals("A/B\nNew\n", Files.readString(Path.of(layout.absolute(layout.subscriptions()))).replaceAll("^V.*\n\n", "")
                .replace('\t', '/'));
        if (layout.altStorage().isPresent()) {
            doveadm.run("altmove", "mailbox", "INBOX", "all");
            assertEquals(1, Path.of(layout.absolute(layout.altStorage().get())).toFile().list().length);
            assertEquals("hdr.subject: [INBOX]\n", doveadm.run("fetch", "hdr.subject", "mailbox", "INBOX", "all"));
        }
        assertEquals(1, Path.of(layout.absolute(layout.storage())).toFile().list((d, name) -> name.startsWith("m.")).length);
    }

    private static String sorted(String lines) {
        return lines.lines().sorted().reduce("", (a, b) -> a + b + "\n");
    }
}
