package io.roost.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import io.roost.dovecot.MailFlags;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;

/** Compares a scan with what a real Dovecot shows of a copy of the same Maildir. */
final class DovecotsView {
    private static final String FIELDS = "uid guid flags date.received.unixtime pop3.uidl pop3.order date.saved.unixtime";

    private final DovecotInstance dovecot;
    private final String user;
    /** Of directories below the home, such as {@code Maildir}, and keys: {@code maildir:~/Maildir:CONTROL=~/control}. */
    private final String location;
    private final Map<String, Long> savedDates = new HashMap<>();
    private int cachedDates;

    DovecotsView(DovecotInstance dovecot, String user, String location) {
        this.dovecot = dovecot;
        this.user = user;
        this.location = location;
    }

    Maildir maildir() throws IOException {
        return new Maildir(MailLocation.parse(ByteString.ofText(location), ByteString.ofText(dovecot.home(user).toString())));
    }

    /** A copy of the user's home for Dovecot to look at, which changes it. */
    private String copy() throws IOException {
        Path copy = dovecot.home(user).resolveSibling(user + ".copy");
        if (Files.exists(copy)) {
            throw new IllegalStateException("one look a user");
        }
        MaildirBuilder.copy(dovecot.home(user), copy);
        dovecot.own(copy);
        return location.replace("~/", copy + "/");
    }

    /**
     * Asserts that all mailboxes and their mails are as Dovecot shows them.
     *
     * @param looks how often Dovecot looks before it shows what counts: what it repairs at a first look it shows at a second
     */
    void assertSame(int looks) throws IOException {
        assertSame(looks, line -> line);
    }

    /** As the other one, of lines from which {@code part} has taken what cannot be the same. */
    void assertSame(int looks, UnaryOperator<String> part) throws IOException {
        List<String> untouched = MaildirBuilder.fingerprint(dovecot.home(user));
        Maildir maildir = maildir();
        MaildirListing listing = maildir.list();
        List<String> ours = new ArrayList<>();
        Map<String, Long> ourSavedDates = new HashMap<>();
        for (MaildirMailbox mailbox : listing.mailboxes()) {
            MailboxSnapshot snapshot = maildir.scan(mailbox);
            ours.addAll(lines(snapshot));
            for (int i = 0; i < snapshot.mails().size(); i++) {
                if (snapshot.mails().savedDate(i) != MailList.UNKNOWN) {
                    ourSavedDates.put(mailbox.name() + " " + snapshot.mails().uid(i), snapshot.mails().savedDate(i));
                }
            }
        }
        listing.subscriptions().forEach(name -> ours.add("subscribed " + name));
        assertEquals(untouched, MaildirBuilder.fingerprint(dovecot.home(user)), "reading has changed the source");
        String mail = "mail=" + copy();
        for (int i = 1; i < looks; i++) {
            dovecot.doveadm("-o", mail, "fetch", "-u", user, "uid", "mailbox", "*", "ALL");
        }
        List<String> theirs = new ArrayList<>();
        for (MaildirMailbox mailbox : listing.mailboxes()) {
            theirs.addAll(theirs(mail, mailbox.name().toString()));
        }
        dovecot.doveadm("-o", mail, "mailbox", "list", "-s", "-u", user).lines().forEach(l -> theirs.add("subscribed " + l));
        assertEquals("", difference(theirs.stream().map(part).toList(), ours.stream().map(part).toList()));
        // What is not cached is the inode change time, and that of a copy is its own.
        ourSavedDates.forEach((mailAt, date) -> assertEquals(savedDates.get(mailAt), date, mailAt));
        cachedDates = ourSavedDates.size();
        // Names come from the listing: Dovecot must not have one more.
        assertEquals(new TreeSet<>(dovecot.doveadm("-o", mail, "mailbox", "list", "-u", user).lines()),
                listing.mailboxes().stream().map(m -> m.name().toString()).collect(Collectors.toCollection(() -> {
                    TreeSet<String> names = new TreeSet<>();
                    listing.noSelect().forEach(n -> names.add(n.toString()));
                    return names;
                })));
    }

    /** Lines only of theirs with {@code -}, only of ours with {@code +}. */
    private static String difference(List<String> theirs, List<String> ours) {
        Map<String, Integer> counts = new TreeMap<>();
        theirs.forEach(l -> counts.merge(l, 1, Integer::sum));
        ours.forEach(l -> counts.merge(l, -1, Integer::sum));
        return counts.entrySet().stream().filter(e -> e.getValue() != 0).limit(40)
                .map(e -> (e.getValue() > 0 ? "- " : "+ ") + e.getKey() + "\n").collect(Collectors.joining());
    }

    private List<String> theirs(String mail, String mailbox) throws IOException {
        List<String> lines = new ArrayList<>();
        List<String> fetched = dovecot.doveadm("-o", mail, "-f", "tab", "fetch", "-u", user, FIELDS, "mailbox", mailbox, "ALL")
                .lines();
        int recent = 0;
        for (String line : fetched.subList(Math.min(1, fetched.size()), fetched.size())) {
            String[] v = line.split("\t", -1);
            recent += v[2].contains("\\Recent") ? 1 : 0;
            savedDates.put(mailbox + " " + v[0], Long.valueOf(v[6]));
            lines.add(mailbox + " uid=" + v[0] + " guid=" + v[1] + " flags=" + new TreeSet<>(Arrays.asList(v[2].split(" ")))
                    + " received=" + v[3] + " pop3=" + v[4] + " order=" + v[5]);
        }
        List<String> status = dovecot.doveadm("-o", mail, "-f", "tab", "mailbox", "status", "-u", user,
                "messages uidnext uidvalidity guid", mailbox).lines();
        String[] names = status.get(0).split("\t");
        String[] values = status.get(1).split("\t", -1);
        Map<String, String> s = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            s.put(names[i], values[i]);
        }
        lines.add(mailbox + " messages=" + s.get("messages") + " uidnext=" + s.get("uidnext") + " uidvalidity="
                + s.get("uidvalidity") + " recent=" + recent + " guid=" + s.get("guid"));
        return lines;
    }

    /** How many mails had a saved date in the cache. */
    int cachedDates() {
        return cachedDates;
    }

    private static String text(String bytes) {
        return new String(ByteString.toBytes(bytes), StandardCharsets.UTF_8);
    }

    /** A snapshot in the same words. */
    static List<String> lines(MailboxSnapshot snapshot) throws IOException {
        List<String> lines = new ArrayList<>();
        MailList mails = snapshot.mails();
        int recent = 0;
        for (int i = 0; i < mails.size(); i++) {
            TreeSet<String> flags = new TreeSet<>(Arrays.asList(MailFlags.toText(mails.flags(i)).split(" ")));
            mails.keywords(i).stream().forEach(k -> flags.add(ByteString.toText(snapshot.keywords().get(k))));
            if (mails.uid(i) >= snapshot.firstRecentUid()) {
                flags.add("\\Recent");
                recent++;
            }
            if (flags.size() > 1) {
                flags.remove("");
            }
            Path file = Path.of(text(snapshot.location().path()),
                    mails.isInNew(i) ? "new" : "cur", text(mails.fileName(i)));
            long received = mails.receivedDate(i) != MailList.UNKNOWN ? mails.receivedDate(i)
                    : Files.getLastModifiedTime(file).toMillis() / 1000;
            lines.add(snapshot.name() + " uid=" + mails.uid(i) + " guid=" + text(mails.guid(i)) + " flags=" + flags
                    + " received=" + received + " pop3=" + (mails.pop3Uidl(i) == null ? "" : mails.pop3Uidl(i)) + " order="
                    + (mails.pop3Order(i) == 0 ? "" : "" + mails.pop3Order(i)));
        }
        lines.add(snapshot.name() + " messages=" + mails.size() + " uidnext=" + snapshot.uidNext() + " uidvalidity="
                + snapshot.uidValidity() + " recent=" + recent + " guid=" + snapshot.guid().map(Object::toString).orElse(""));
        return lines;
    }
}
