package io.roost.mdbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.Guid128;
import io.roost.dovecot.MailLocation;
import io.roost.mdbox.MdboxLayout.Place;
import io.roost.mdbox.MdboxLayout.Tree;
import io.roost.posix.ByteString;

class MdboxLayoutTest {
    private static final List<String> AB = List.of("A", "B");

    private static MailLocation location(String index, String control, String alt, String dirName, boolean full) {
        return new MailLocation("mdbox", "/m/u", Optional.ofNullable(index), false, Optional.ofNullable(control),
                Optional.empty(),
                Optional.empty(), Optional.ofNullable(alt), false, MailLocation.Layout.FS, false, dirName, full, "mailboxes",
                Optional.empty(), "subscriptions", false);
    }

    private static MdboxLayout layout(String index, String control, String alt) {
        return MdboxLayout.of(location(index, control, alt, "dbox-Mails", false));
    }

    @Test
    void everythingUnderTheRootByDefault() {
        MdboxLayout layout = layout(null, null, null);
        assertEquals(Map.of(Tree.ROOT, "/m/u"), layout.roots());
        assertEquals("/m/u/storage", layout.absolute(layout.storage()));
        assertEquals("/m/u/storage", layout.absolute(layout.mapIndex()));
        assertEquals("/m/u/mailboxes/A/B/dbox-Mails", layout.absolute(layout.mailbox(AB)));
        assertEquals(layout.mailbox(AB), layout.mailboxIndex(AB));
        assertEquals(layout.mailbox(AB), layout.mailboxControl(AB));
        assertEquals("/m/u/mailboxes/A/B", layout.absolute(layout.parent(AB)));
        assertEquals("/m/u/subscriptions", layout.absolute(layout.subscriptions()));
        assertEquals("/m/u", layout.absolute(layout.uidValidity()));
        assertEquals("/m/u/dovecot.list.index", layout.listIndexPrefix());
        assertTrue(layout.altStorage().isEmpty());
        assertTrue(layout.altLink().isEmpty());
    }

    @Test
    void treesOfTheirOwn() {
        MdboxLayout layout = layout("/i/u", "/c/u", "/alt/u");
        assertEquals(Map.of(Tree.ROOT, "/m/u", Tree.INDEX, "/i/u", Tree.CONTROL, "/c/u", Tree.ALT, "/alt/u"), layout.roots());
        assertEquals(new Place(Tree.ROOT, "storage"), layout.storage());
        assertEquals(new Place(Tree.INDEX, "storage"), layout.mapIndex());
        assertEquals(new Place(Tree.ROOT, "mailboxes/A/B/dbox-Mails"), layout.mailbox(AB));
        assertEquals(new Place(Tree.INDEX, "mailboxes/A/B"), layout.mailboxIndex(AB));
        assertEquals(new Place(Tree.CONTROL, "mailboxes/A/B"), layout.mailboxControl(AB));
        assertEquals(new Place(Tree.CONTROL, "subscriptions"), layout.subscriptions());
        assertEquals(new Place(Tree.CONTROL, ""), layout.uidValidity());
        assertEquals("/i/u/dovecot.list.index", layout.listIndexPrefix());
        assertEquals(Optional.of(new Place(Tree.ALT, "storage")), layout.altStorage());
        assertEquals(Optional.of(new Place(Tree.ROOT, "dbox-alt-root")), layout.altLink());
        assertEquals(Optional.of("/alt/u"), layout.altLinkText());
    }

    @Test
    void fullDirNameCountsEverywhere() {
        MdboxLayout layout = MdboxLayout.of(location("/i/u", "/c/u", null, "MM", true));
        assertEquals("/m/u/mailboxes/A/B/MM", layout.absolute(layout.mailbox(AB)));
        assertEquals("/i/u/mailboxes/A/B/MM", layout.absolute(layout.mailboxIndex(AB)));
        assertEquals("/c/u/mailboxes/A/B/MM", layout.absolute(layout.mailboxControl(AB)));
        MdboxLayout plain = MdboxLayout.of(location("/i/u", "/c/u", null, "MM", false));
        assertEquals("/m/u/mailboxes/A/B/MM", plain.absolute(plain.mailbox(AB)));
        assertEquals("/i/u/mailboxes/A/B", plain.absolute(plain.mailboxIndex(AB)));
    }

    @Test
    void treesWithinTreesArePublishedWithThem() {
        MdboxLayout layout = layout("/m/u/index", "/m/u/index/control", null);
        assertEquals(Map.of(Tree.ROOT, "/m/u"), layout.roots());
        assertEquals(new Place(Tree.ROOT, "index/mailboxes/A/B"), layout.mailboxIndex(AB));
        assertEquals(new Place(Tree.ROOT, "index/control/subscriptions"), layout.subscriptions());
        MdboxLayout shared = layout("/i/u", "/i/u", null);
        assertEquals(Map.of(Tree.ROOT, "/m/u", Tree.INDEX, "/i/u"), shared.roots());
        assertEquals(new Place(Tree.INDEX, ""), shared.uidValidity());
        // INDEX= the root itself is as no INDEX
        assertEquals(new Place(Tree.ROOT, "mailboxes/A/B/dbox-Mails"), layout("/m/u", null, null).mailboxIndex(AB));
        assertThrows(IllegalArgumentException.class, () -> layout("/m", null, null));
        assertEquals("/m/uu", layout("/m/uu", null, null).roots().get(Tree.INDEX));
    }

    @Test
    void layoutIndexPlacesByGuid() {
        MailLocation l = location("/i/u", null, null, "dbox-Mails", false);
        MdboxLayout layout = MdboxLayout.of(new MailLocation("mdbox", "/m/u", l.index(), false, l.control(),
                l.listIndex(),
                l.volatileDir(), l.alt(), false, MailLocation.Layout.INDEX, false, l.dirName(), false, "mailboxes", l.inbox(),
                "subscriptions", false));
        Guid128 guid = new Guid128(1, 2);
        assertEquals(new Place(Tree.ROOT, "mailboxes/00000000000000010000000000000002"), layout.mailbox(AB, guid));
        assertEquals(new Place(Tree.INDEX, "mailboxes/00000000000000010000000000000002"), layout.mailboxIndex(AB, guid));
        assertEquals(layout.mailbox(AB, guid), layout.mailboxControl(AB, guid));
        assertThrows(IllegalStateException.class, () -> layout.mailbox(AB));
        // names that are no directories may be anything
        assertEquals(Optional.empty(), layout.whyInvalid(List.of("~A", "..", "dbox-Mails")));
        assertTrue(layout.whyInvalid(List.of("A", "")).isPresent());
        assertTrue(layout.whyInvalid(List.of("\u00ff")).isPresent());
        assertEquals(Optional.empty(), layout.whyInvalid(List.of(ByteString.ofText("\u00ff"))));
    }

    @Test
    void refusesWhatCannotBe() {
        MailLocation l = location(null, null, null, "dbox-Mails", false);
        for (MailLocation bad : List.of(
                new MailLocation("maildir", "/m", l.index(), false, l.control(), l.listIndex(), l.volatileDir(), l.alt(), false,
                        l.layout(), false, "x", false, "mailboxes", l.inbox(), "subscriptions", false),
                new MailLocation("mdbox", "/m", l.index(), true, l.control(), l.listIndex(), l.volatileDir(), l.alt(), false,
                        l.layout(), false, "x", false, "mailboxes", l.inbox(), "subscriptions", false),
                new MailLocation("mdbox", "/m", l.index(), false, l.control(), l.listIndex(), l.volatileDir(), l.alt(), false,
                        l.layout(), false, "x", false, "", l.inbox(), "subscriptions", false),
                new MailLocation("mdbox", "/m", l.index(), false, l.control(), l.listIndex(), l.volatileDir(), l.alt(), false,
                        l.layout(), false, "..", false, "mailboxes", l.inbox(), "subscriptions", false))) {
            assertThrows(IllegalArgumentException.class, () -> MdboxLayout.of(bad), bad.toString());
        }
    }

    @Test
    void namesThatMdboxCannotHold() {
        MdboxLayout layout = layout(null, null, null);
        for (List<String> good : List.of(List.of("INBOX"), List.of("A", "~B"), List.of(".x"), List.of("...", "a b"),
                List.of("dbox-mails"), List.of("x".repeat(255)), List.of("storage"))) {
            assertEquals(Optional.empty(), layout.whyInvalid(good), good.toString());
        }
        for (List<String> bad : List.<List<String>>of(List.of(), List.of(""), List.of("A", ""), List.of("~A", "B"),
                List.of("A", ".."),
                List.of("."), List.of("A/B"), List.of("A", "dbox-Mails"), List.of("a\0b"), List.of("a\nb"),
                List.of("x".repeat(256)),
                Collections.nCopies(17, "x".repeat(250)))) {
            assertTrue(layout.whyInvalid(bad).isPresent(), bad.toString());
        }
        assertEquals(Optional.of("a part of its name is 'dbox-Mails', which mdbox reserves"),
                layout.whyInvalid(List.of("A", "dbox-Mails")));
    }
}
