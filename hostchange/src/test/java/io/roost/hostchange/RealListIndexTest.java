package io.roost.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import io.roost.hostchange.HostChange.Outcome;
import io.roost.posix.OpenDirectory;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.RequiresDovecot;

/** What a real Dovecot makes of list indexes that are moved, or deleted under it. */
@RequiresDovecot
class RealListIndexTest {
    private static final String VERY_DIRTY = "mailbox_list_index = yes\nmailbox_list_index_very_dirty_syncs = yes";

    private static TreeSet<String> list(ImapClient imap) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (String line : imap.command("LIST \"\" *")) {
            if (line.startsWith("* LIST") && !line.contains("\\NonExistent")) {
                names.add(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return names;
    }

    private static UserPaths paths(DovecotInstance dovecot, String user) {
        return new UserPaths(user, TestSite.bytes(dovecot.home(user)) + "/mdbox",
                new LocalPath(TestSite.bytes(dovecot.home(user).getParent().resolve("memory")), List.of(user)));
    }

    private static String location(DovecotInstance dovecot, String user) {
        return "mdbox:~/mdbox:LISTINDEX=" + paths(dovecot, user).listIndex().path() + "/dovecot.list.index";
    }

    @Test
    void aMovedListIndexIsUsed() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna", "bert").config(VERY_DIRTY).start()) {
            for (String user : List.of("anna", "bert")) {
                TreeSet<String> expected = new TreeSet<>(List.of("INBOX"));
                try (ImapClient imap = dovecot.imap(user)) {
                    for (int i = 0; i < (user.equals("anna") ? 3 : 300); i++) {
                        imap.command("CREATE box" + i);
                        expected.add("box" + i);
                    }
                    imap.append("box1", "", "Subject: x\r\n\r\nx\r\n");
                    assertEquals(expected, list(imap));
                    imap.command("STATUS box1 (MESSAGES)");
                }
                Path shared = dovecot.home(user).resolve("mdbox");
                assertTrue(TestSite.names(shared).contains("dovecot.list.index.log"));
                dovecot.setMail(user, location(dovecot, user));
                dovecot.own(Files.createDirectories(dovecot.home(user).getParent().resolve("memory")));
                TestSite notes = new TestSite(Files.createDirectories(dovecot.home(user).resolve("notes")));
                HostChange host = notes.host("be1", true, step -> { });
                assertEquals(Outcome.MOVED, host.check(paths(dovecot, user)));
                assertFalse(TestSite.names(shared).toString().contains("dovecot.list.index"));
                Path log = Path.of(paths(dovecot, user).listIndex().path()).resolve("dovecot.list.index.log");
                Object inode = Files.getAttribute(log, "unix:ino");
                try (ImapClient imap = dovecot.imap(user)) {
                    assertEquals(expected, list(imap));
                    assertTrue(imap.command("STATUS box1 (MESSAGES)").contains("* STATUS box1 (MESSAGES 1)"));
                    imap.command("CREATE more");
                    assertTrue(list(imap).contains("more"));
                }
                assertEquals(inode, Files.getAttribute(log, "unix:ino"), "Dovecot goes on with it");
                assertEquals(Outcome.FRESH, host.check(paths(dovecot, user)));
                assertEquals(List.of(), notes.warnings);
            }
            dovecot.assertLogClean();
        }
    }

    /**
     * Whoever comes after a list index was deleted sees what is true. Sessions that were open keep the deleted one, and what
     * they saw: which is why logins, flushes and sweeps delete none of users who are there.
     */
    @Test
    void deletedUnderOpenSessions() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna").config(VERY_DIRTY).start()) {
            dovecot.setMail("anna", location(dovecot, "anna"));
            dovecot.own(Files.createDirectories(dovecot.home("anna").getParent().resolve("memory")));
            LocalPath path = paths(dovecot, "anna").listIndex();
            try (ImapClient open = dovecot.imap("anna")) {
                open.command("CREATE one");
                list(open);
                assertTrue(new Purge(Notes.NONE).now(path).files() > 0);
                open.command("CREATE two");
                try (ImapClient other = dovecot.imap("anna")) {
                    assertEquals(new TreeSet<>(List.of("INBOX", "one", "two")), list(other));
                }
            }
            dovecot.assertLogClean();
            // a sweep takes the directory too
            try (ImapClient open = dovecot.imap("anna"); OpenDirectory parent = OpenDirectory.open(path.root())) {
                list(open);
                assertTrue(new Purge(Notes.NONE).entirely(parent, "anna", contents -> true).isPresent());
                open.command("CREATE three");
                try (ImapClient other = dovecot.imap("anna")) {
                    assertEquals(new TreeSet<>(List.of("INBOX", "one", "three", "two")), list(other));
                }
            }
            dovecot.assertLogClean();
        }
    }

    /** A mail root that was made for a new user, so that there is a place for the record, is as good as none. */
    @Test
    void aNewUsersMailRoot() throws IOException {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna").user("bert", "maildir:~/mdbox")
                .config(VERY_DIRTY).start()) {
            for (String user : List.of("anna", "bert")) {
                String index = paths(dovecot, user).index();
                assertFalse(HostFile.create(index, system -> false), "a mount may be missing");
                assertFalse(HostFile.create(index + "/deeper", system -> true));
                assertTrue(HostFile.create(index, system -> true));
                Path root = Path.of(index);
                assertEquals(dovecot.mailUid(), Files.getAttribute(root, "unix:uid"));
                assertFalse(HostFile.create(index, system -> true), "it is there");
                dovecot.own(Files.createDirectories(root.resolveSibling("memory")));
                TestSite notes = new TestSite(Files.createDirectories(dovecot.home(user).resolve("notes")));
                assertEquals(Outcome.TAKEN, notes.host("be1").check(paths(dovecot, user)));
                try (ImapClient imap = dovecot.imap(user)) {
                    imap.append("INBOX", "", "Subject: x\r\n\r\nx\r\n");
                    imap.command("CREATE box");
                    assertEquals(new TreeSet<>(List.of("INBOX", "box")), list(imap));
                }
            }
            dovecot.assertLogClean();
        }
    }
}
