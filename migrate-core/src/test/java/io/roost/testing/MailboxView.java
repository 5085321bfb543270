package io.roost.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything a real Dovecot shows of a user, as text that can be compared: a line per mailbox, subscription and mail, sorted.
 * Two views of the same mail in different formats are equal. Looking with Dovecot changes a Maildir (mails move from
 * {@code new/}, a uidlist is written), so the caller looks at a copy, or means it.
 */
public final class MailboxView {
    /** What may differ between two views that show the same mail. */
    public enum Ignoring { SAVED_DATE, HIGHEST_MODSEQ, RECENT, MAILBOX_GUID, POP3 }

    private static final String STATUS = "messages uidnext uidvalidity unseen recent highestmodseq vsize guid";
    private static final List<String> FETCH = List.of("uid", "guid", "flags", "date.received.unixtime", "date.saved.unixtime",
            "size.physical", "size.virtual", "pop3.uidl", "pop3.order", "mailbox");

    private final List<String> lines;

    private MailboxView(List<String> lines) {
        this.lines = lines;
    }

    /** What Dovecot shows of the user where the userdb says that mail lies. */
    public static MailboxView of(DovecotInstance dovecot, String user, Ignoring... ignoring) throws IOException {
        return look(dovecot, user, List.of(), ignoring);
    }

    /** What Dovecot shows of the user at another location, such as {@code mdbox:~/mdbox}. */
    public static MailboxView at(DovecotInstance dovecot, String user, String mailLocation, Ignoring... ignoring)
            throws IOException {
        return look(dovecot, user, List.of("-o", "mail=" + mailLocation), ignoring);
    }

    private static MailboxView look(DovecotInstance dovecot, String user, List<String> options, Ignoring... ignoring)
            throws IOException {
        Set<String> left = leftOut(ignoring);
        List<String> lines = new ArrayList<>();
        Set<String> mailboxes = new TreeSet<>(text(dovecot, options, "mailbox", "list", "-u", user));
        mailboxes.forEach(m -> lines.add("mailbox " + m));
        text(dovecot, options, "mailbox", "list", "-s", "-u", user).forEach(m -> lines.add("subscribed " + m));
        List<String> status = text(dovecot, options, "-f", "tab", "mailbox", "status", "-u", user, STATUS, "*");
        String[] names = status.get(0).split("\t");
        status.stream().skip(1).map(l -> "status " + statusLine(names, l, left)).forEach(lines::add);
        List<String> command = new ArrayList<>(options);
        command.addAll(List.of("-f", "flow", "fetch", "-u", user, String.join(" ", FETCH) + " text", "ALL"));
        FetchedMails mails = new FetchedMails(FETCH, (values, digest) -> lines.add("mail " + mailLine(values, digest, left)));
        dovecot.doveadm(new byte[0], in -> {
            mails.read(in);
            return null;
        }, (exit, nothing, stderr) -> new DoveadmResult(exit, new byte[0], stderr).succeeded(), command.toArray(new String[0]));
        Collections.sort(lines);
        return new MailboxView(List.copyOf(lines));
    }

    private static List<String> text(DovecotInstance dovecot, List<String> options, String... command) throws IOException {
        List<String> all = new ArrayList<>(options);
        all.addAll(Arrays.asList(command));
        return dovecot.doveadm(all.toArray(new String[0])).succeeded().lines();
    }

    private static Set<String> leftOut(Ignoring... ignoring) {
        Set<String> left = new HashSet<>();
        for (Ignoring what : ignoring) {
            left.addAll(switch (what) {
                case SAVED_DATE -> List.of("date.saved.unixtime");
                case HIGHEST_MODSEQ -> List.of("highestmodseq");
                case RECENT -> List.of("recent", "\\Recent");
                case MAILBOX_GUID -> List.of("mailbox-guid");
                case POP3 -> List.of("pop3.uidl", "pop3.order");
            });
        }
        return left;
    }

    private static String statusLine(String[] names, String row, Set<String> left) {
        String[] values = row.split("\t", -1);
        StringBuilder line = new StringBuilder(values[0]);
        for (int i = 1; i < names.length; i++) {
            if (!left.contains(names[i]) && !(names[i].equals("guid") && left.contains("mailbox-guid"))) {
                line.append(' ').append(names[i]).append('=').append(values[i]);
            }
        }
        return line.toString();
    }

    /** Mailbox and UID first, the UID with leading zeros so that lines sort by it. */
    private static String mailLine(List<String> values, String digest, Set<String> left) {
        StringBuilder line = new StringBuilder(values.get(FETCH.indexOf("mailbox")));
        line.append(String.format(" uid=%010d", Long.parseLong(values.get(0))));
        for (int i = 1; i < FETCH.size() - 1; i++) {
            if (left.contains(FETCH.get(i))) {
                continue;
            }
            String value = values.get(i);
            if (FETCH.get(i).equals("flags")) {
                Set<String> flags = new TreeSet<>(List.of(value.split(" ")));
                flags.removeAll(left);
                value = "(" + String.join(" ", flags) + ")";
            }
            line.append(' ').append(FETCH.get(i)).append('=').append(value);
        }
        return line.append(" sha256=").append(digest).toString();
    }

    public List<String> lines() {
        return lines;
    }

    /** The lines of one mailbox's mails, in the order of their UIDs. */
    public List<String> mails(String mailbox) {
        return lines.stream().filter(l -> l.startsWith("mail " + mailbox + " uid=")).toList();
    }

    /** The value of {@code field=} in a line, up to the next field. */
    public static String field(String line, String name) {
        int at = line.indexOf(" " + name + "=") + name.length() + 2;
        if (at < name.length() + 2) {
            throw new IllegalArgumentException("no " + name + " in: " + line);
        }
        int end = line.charAt(at) == '(' ? line.indexOf(')', at) + 1 : line.indexOf(' ', at);
        return line.substring(at, end < 0 ? line.length() : end);
    }

    /** How many mails all mailboxes have together. */
    public int mailCount() {
        return (int) lines.stream().filter(l -> l.startsWith("mail ")).count();
    }

    /** Fails with the lines that differ, and nothing else, unless {@code actual} shows the same. */
    public static void assertSame(MailboxView expected, MailboxView actual) {
        String difference = expected.difference(actual);
        if (!difference.isEmpty()) {
            throw new AssertionError("what Dovecot shows differs:\n" + difference);
        }
    }

    /** Lines only here with {@code -}, lines only in {@code other} with {@code +}; at most 50 of them. */
    public String difference(MailboxView other) {
        Map<String, Integer> counts = new TreeMap<>();
        lines.forEach(l -> counts.merge(l, 1, Integer::sum));
        other.lines.forEach(l -> counts.merge(l, -1, Integer::sum));
        counts.values().removeIf(n -> n == 0);
        StringBuilder out = new StringBuilder();
        counts.entrySet().stream().limit(50).forEach(e -> out.append(e.getValue() > 0 ? "- " : "+ ").append(e.getKey()).append('\n'));
        if (counts.size() > 50) {
            out.append("... and ").append(counts.size() - 50).append(" more lines\n");
        }
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MailboxView view && lines.equals(view.lines);
    }

    @Override
    public int hashCode() {
        return lines.hashCode();
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
