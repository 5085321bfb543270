package io.roost.cli.hostchange;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;

/**
 * A user who goes from backend to backend, and on each creates, renames and deletes mailboxes and gets mails. What LIST and
 * STATUS answer after each move is compared with what was done.
 */
final class WanderingUser {
    private static final Pattern LIST = Pattern.compile("\\* LIST \\(([^)]*)\\) \"/\" (\\S+)");
    private static final Pattern STATUS = Pattern.compile("\\* STATUS (\\S+) \\(MESSAGES (\\d+) UNSEEN (\\d+)\\)");

    private final DirectorCluster cluster;
    private final String user;
    private final Random random;
    /** Mails by mailbox. */
    private final Map<String, Integer> mailboxes = new TreeMap<>(Map.of("INBOX", 0));
    private final List<String> wrong = new ArrayList<>();
    private int answers;
    private int named;

    WanderingUser(DirectorCluster cluster, String user, int seed) {
        this.cluster = cluster;
        this.user = user;
        random = new Random(seed);
    }

    /** Answers that were wrong. */
    List<String> wrong() {
        return wrong;
    }

    /** Answers in all: one for each LIST, one for each STATUS. */
    int answers() {
        return answers;
    }

    /** Moves the user, whose sessions see how things are and change them. */
    void wander(int moves) throws IOException {
        for (int i = 0; i < moves; i++) {
            try (ImapClient imap = cluster.imap(user)) {
                look(imap, "move " + i);
                for (int n = random.nextInt(3) + 1; n > 0; n--) {
                    change(imap);
                }
            }
            DovecotNode other = cluster.otherThan(cluster.backendOf(user));
            cluster.director().doveadm("director", "move", user, other.ip()).succeeded();
        }
        try (ImapClient imap = cluster.imap(user)) {
            look(imap, "the end");
        }
    }

    private void look(ImapClient imap, String when) throws IOException {
        Map<String, Integer> seen = new TreeMap<>();
        for (String line : imap.command("LIST \"\" *")) {
            Matcher list = LIST.matcher(line);
            if (list.matches() && !list.group(1).contains("\\NonExistent") && !list.group(1).contains("\\Noselect")) {
                seen.put(list.group(2), 0);
            }
        }
        answers++;
        if (!seen.keySet().equals(mailboxes.keySet())) {
            wrong.add(when + ": LIST shows " + seen.keySet() + ", expected " + mailboxes.keySet());
        }
        for (Map.Entry<String, Integer> mailbox : mailboxes.entrySet()) {
            answers++;
            String expected = "* STATUS " + mailbox.getKey() + " (MESSAGES " + mailbox.getValue() + " UNSEEN "
                    + mailbox.getValue() + ")";
            List<String> lines = imap.attempt("STATUS " + mailbox.getKey() + " (MESSAGES UNSEEN)");
            if (!lines.get(0).equals(expected) || !STATUS.matcher(lines.get(0)).matches()) {
                wrong.add(when + ": " + lines + ", expected " + expected);
            }
        }
    }

    private void change(ImapClient imap) throws IOException {
        List<String> names = new ArrayList<>(mailboxes.keySet());
        String any = names.get(random.nextInt(names.size()));
        switch (random.nextInt(mailboxes.size() > 6 ? 5 : 4)) {
            case 0 -> {
                String name = "box" + ++named;
                imap.command("CREATE " + name);
                mailboxes.put(name, 0);
            }
            case 1 -> {
                if (!any.equals("INBOX")) {
                    String name = "ren" + ++named;
                    imap.command("RENAME " + any + " " + name);
                    mailboxes.put(name, mailboxes.remove(any));
                }
            }
            case 2, 3 -> {
                imap.append(any, "", "Subject: hello\r\n\r\nhello\r\n");
                mailboxes.merge(any, 1, Integer::sum);
            }
            default -> {
                if (!any.equals("INBOX")) {
                    imap.command("DELETE " + any);
                    mailboxes.remove(any);
                }
            }
        }
    }
}
