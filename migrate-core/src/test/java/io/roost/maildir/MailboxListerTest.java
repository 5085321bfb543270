package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailboxName;
import io.roost.index.ListIndexWriter;
import io.roost.maildir.SourceProblem.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

class MailboxListerTest {
    @TempDir
    Path temp;
    private SourceDirectory source;

    @BeforeEach
    void make() throws Exception {
        source = new SourceDirectory(temp);
    }

    private static List<String> names(MaildirListing listing) {
        return listing.mailboxes().stream().map(m -> m.name().toString()).toList();
    }

    private static List<String> noSelect(MaildirListing listing) {
        return listing.noSelect().stream().map(MailboxName::toString).toList();
    }

    private static List<String> subscriptions(MaildirListing listing) {
        return listing.subscriptions().stream().map(MailboxName::toString).toList();
    }

    @Test
    void listsMaildirPlusPlus() throws Exception {
        source.mailbox("").mailbox(".Work").mailbox(".Work.Deep.er").mailbox(".&ANw-").mailbox(".INBOX.Sub");
        source.file(".Bare/maildirfolder", "").file("dovecot-uidvalidity", "").file(".file", "").file(".nfs0001", "")
                .file("plain/cur/1.a", "");
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX", "Bare", "INBOX/Sub", "Work", "Work/Deep/er", "\u00dc"), names(listing));
        assertEquals(List.of("Work/Deep"), noSelect(listing));
        assertEquals(List.of(), listing.problems());
        MaildirMailbox deep = listing.mailboxes().get(4);
        assertEquals(ByteString.ofText(source.root() + "/.Work.Deep.er"), deep.path());
        assertEquals(deep.path(), deep.control());
        assertEquals(deep.path(), deep.index());
    }

    @Test
    void listsFs() throws Exception {
        source.mailbox("").mailbox("Work").mailbox("Work/Sub/Deep").mailbox(".dot").mailbox("INBOX/Sub").file("file", "")
                .file("Work/Sub/note", "");
        Files.createDirectories(source.root().resolve("Empty"));
        MaildirListing listing = source.maildir(":LAYOUT=fs").list();
        assertEquals(List.of("INBOX", ".dot", "INBOX/Sub", "Work", "Work/Sub/Deep"), names(listing));
        assertEquals(List.of("Empty", "Work/Sub"), noSelect(listing));
        assertEquals(List.of(), listing.problems());
    }

    @Test
    void placesControlAndIndex() throws Exception {
        source.mailbox("").mailbox(".Work");
        MaildirListing listing = source.maildir(":CONTROL=/c:INDEX=/i").list();
        assertEquals("/c/.INBOX", listing.mailboxes().get(0).control());
        assertEquals("/i/.INBOX", listing.mailboxes().get(0).index());
        assertEquals("/c/.Work", listing.mailboxes().get(1).control());
        assertEquals(ByteString.ofText(source.root().toString()), listing.mailboxes().get(0).path());
        assertEquals("", source.maildir(":INDEX=MEMORY").list().mailboxes().get(0).index());
        MaildirMailbox fs = source.mailbox("Work/Sub").maildir(":LAYOUT=fs:CONTROL=/c:INDEX=/i").list().mailboxes().get(2);
        assertEquals("/c/Work/Sub", fs.control());
        assertEquals("/i/Work/Sub", fs.index());
    }

    @Test
    void tellsOfNamesThatCannotBeOpened() throws Exception {
        source.mailbox("").mailbox(".inv&alid").mailbox("..Foo").mailbox(".A..B").mailbox(".A.").mailbox(".inbox")
                .mailbox(".Good").mailbox("..DOVECOT-TRASHED");
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX", "Good"), names(listing));
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME, Kind.BAD_MAILBOX_NAME, Kind.BAD_MAILBOX_NAME, Kind.BAD_MAILBOX_NAME,
                Kind.BAD_MAILBOX_NAME, Kind.IGNORED_MAILBOX), SourceDirectory.kinds(listing.problems()));
        assertTrue(listing.problems().stream().anyMatch(p -> p.path().endsWith("/.inv&alid")));
    }

    @Test
    void tellsOfNamesInOtherEncodings() throws Exception {
        source.mailbox("").mailbox(".\u00dcbung");
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME), SourceDirectory.kinds(source.maildir("").list().problems()));
        assertEquals(List.of("INBOX", "\u00dcbung"), names(source.maildir(":UTF-8").list()));
    }

    @Test
    void followsNoSymbolicLinks() throws Exception {
        source.mailbox("").mailbox("elsewhere");
        Files.createSymbolicLink(source.root().resolve(".Link"), source.root().resolve("elsewhere"));
        Files.createSymbolicLink(source.root().resolve(".Dangling"), source.root().resolve("nowhere"));
        Files.createSymbolicLink(source.root().resolve(".Loop"), source.root().resolve(".Loop"));
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX"), names(listing));
        assertEquals(List.of(Kind.SYMLINK), SourceDirectory.kinds(listing.problems()));
        assertTrue(listing.problems().get(0).path().endsWith("/.Link"));
        assertEquals(List.of(Kind.SYMLINK), SourceDirectory.kinds(source.maildir(":LAYOUT=fs").list().problems()));
    }

    @Test
    void followsTheRootIfItIsALink() throws Exception {
        source.mailbox("").file("cur/1.a", "").mailbox(".Work");
        Files.move(source.root(), temp.resolve("real"));
        Files.createSymbolicLink(source.root(), temp.resolve("real"));
        assertEquals(List.of("INBOX", "Work"), names(source.maildir("").list()));
        assertEquals(1, source.scanInbox().mails().size());
    }

    @Test
    void tellsOfMailsThatInboxHides() throws Exception {
        source.mailbox("").mailbox(".INBOX");
        assertEquals(List.of(), source.maildir("").list().problems());
        source.file(".INBOX/cur/1.a", "");
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME), SourceDirectory.kinds(source.maildir("").list().problems()));
        assertEquals(List.of(), source.maildir(":INBOX=~/Maildir/.INBOX").list().problems());
        source.file("new/1.a", "");
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME),
                SourceDirectory.kinds(source.maildir(":INBOX=~/Maildir/.INBOX").list().problems()));
        source.mailbox("INBOX").file("INBOX/new/1.b", "");
        MaildirListing fs = source.maildir(":LAYOUT=fs").list();
        assertTrue(fs.problems().stream()
                .anyMatch(p -> p.kind() == Kind.BAD_MAILBOX_NAME && p.path().endsWith("Maildir/INBOX")));
    }

    @Test
    void hasAnInboxEvenIfNothingIsThere() throws Exception {
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX"), names(listing));
        MailboxSnapshot inbox = source.scanInbox();
        assertEquals(0, inbox.mails().size());
        assertEquals(1, inbox.uidNext());
        assertEquals(List.of(), inbox.problems());
        Maildir elsewhere = source.maildir(":INBOX=~/Maildir/.INBOX");
        assertEquals(0, elsewhere.scan(elsewhere.list().mailboxes().get(0)).mails().size());
    }

    @Test
    void refusesARootThatIsNotThere() throws Exception {
        Files.delete(source.root());
        PosixException e = assertThrows(PosixException.class, () -> source.maildir("").list());
        assertTrue(e.isNotFound());
        Maildir unmounted = source.maildir(":INBOX=/no/such/mount/inbox");
        Files.createDirectory(source.root());
        assertThrows(PosixException.class, () -> unmounted.scan(unmounted.list().mailboxes().get(0)));
    }

    @Test
    void boundsTheDepth() throws Exception {
        Path at = source.mailbox("").root();
        for (int i = 0; i < 210; i++) {
            at = at.resolve("d");
        }
        Files.createDirectories(at);
        MaildirListing listing = source.maildir(":LAYOUT=fs").list();
        assertEquals(200, listing.noSelect().size());
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME), SourceDirectory.kinds(listing.problems()));
    }

    @Test
    void listsByTheListIndex() throws Exception {
        Guid128 work = new Guid128(1, 1);
        source.mailbox(work.toString()).file(work + "/cur/1.a", "").mailbox(new Guid128(9, 9).toString());
        ListIndexWriter list = new ListIndexWriter();
        list.add(List.of("Work", "&ANw-"), work, 7);
        list.add(List.of("not there"), new Guid128(1, 2), 8);
        list.add(List.of("bad&name"), new Guid128(1, 3), 9);
        list.addNoSelect(List.of("Work"));
        try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(source.root().toString()))) {
            list.write(dir, "names", Ownership.PRIVATE, 5);
        }
        Maildir maildir = source.maildir(":LAYOUT=index:LISTINDEX=names:CONTROL=~/control");
        MaildirListing listing = maildir.list();
        assertEquals(List.of("Work/\u00dc", "not there"), names(listing));
        assertEquals(List.of("Work"), noSelect(listing));
        assertEquals(List.of(Kind.BAD_MAILBOX_NAME), SourceDirectory.kinds(listing.problems()));
        MaildirMailbox mailbox = listing.mailboxes().get(0);
        assertEquals(ByteString.ofText(source.root() + "/" + work), mailbox.path());
        assertEquals(ByteString.ofText(temp.resolve("control") + "/" + work), mailbox.control());
        assertEquals(1, maildir.scan(mailbox).mails().size());
        // what no name leads to
        source.file(new Guid128(9, 9) + "/new/1.b", "").mailbox("").file("cur/1.c", "");
        List<SourceProblem> problems = maildir.list().problems();
        assertEquals(3, problems.size(), problems::toString);
        assertTrue(problems.stream().anyMatch(p -> p.detail().equals("is in no list index and holds 1 mails")), problems::toString);
        assertTrue(problems.stream().anyMatch(p -> p.path().equals(ByteString.ofText(source.root().toString()))),
                problems::toString);
    }

    @Test
    void withoutTheListIndexNobodyKnowsTheNames() throws Exception {
        Maildir maildir = source.maildir(":LAYOUT=index");
        assertEquals(List.of(), maildir.list().mailboxes());
        source.mailbox(new Guid128(1, 1).toString());
        assertThrows(CorruptFileException.class, maildir::list);
        source.file("dovecot.list.index", "damaged");
        assertThrows(CorruptFileException.class, maildir::list);
    }

    @Test
    void readsSubscriptionsAndLastUidValidity() throws Exception {
        source.mailbox("").file("subscriptions", "V\t2\n\nINBOX\nWork\tSub\n&ANw-\nbad&name\n\n")
                .file("dovecot-uidvalidity", "5d000001").file("dovecot-uidvalidity.5d000003", "")
                .file("dovecot-uidvalidity.garbage", "");
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX", "Work/Sub", "\u00dc"), subscriptions(listing));
        assertEquals(0x5d000003L, listing.lastUidValidity());
        assertEquals(List.of(Kind.CORRUPT_SUBSCRIPTIONS, Kind.CORRUPT_SUBSCRIPTIONS),
                SourceDirectory.kinds(listing.problems()));
        source.file("subscriptions", "INBOX\nWork.Sub\n").file("dovecot-uidvalidity", "zz");
        Files.delete(source.root().resolve("dovecot-uidvalidity.5d000003"));
        listing = source.maildir("").list();
        assertEquals(List.of("INBOX", "Work/Sub"), subscriptions(listing));
        assertEquals(0, listing.lastUidValidity());
    }

    @Test
    void survivesControlFilesThatAreNone() throws Exception {
        source.mailbox("");
        Files.createDirectory(source.root().resolve("subscriptions"));
        Files.createDirectory(source.root().resolve("dovecot-uidvalidity"));
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of(), listing.subscriptions());
        assertEquals(0, listing.lastUidValidity());
        assertEquals(1, listing.problems().size());
    }

    @Test
    void readsCouriersSubscriptionsIfThereAreNoOthers() throws Exception {
        source.mailbox("").file("courierimapsubscribed", "INBOX\nINBOX.Work.Sub\nINBOX.bad&name\n");
        MaildirListing listing = source.maildir("").list();
        assertEquals(List.of("INBOX", "Work/Sub"), subscriptions(listing));
        assertEquals(List.of(Kind.CORRUPT_SUBSCRIPTIONS), SourceDirectory.kinds(listing.problems()));
        source.file("courierimapsubscribed", "Other\n");
        assertEquals(List.of(Kind.CORRUPT_SUBSCRIPTIONS), SourceDirectory.kinds(source.maildir("").list().problems()));
        source.file("subscriptions", "V\t2\n\nINBOX\n");
        assertEquals(1, source.maildir("").list().subscriptions().size());
        Fuzz.run(source.root().resolve("courierimapsubscribed"), "INBOX\nINBOX.Work.Sub\nINBOX.bad&name\n", 2000,
                () -> source.maildir("").list());
    }
}
