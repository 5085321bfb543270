package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;
import io.roost.testing.ImapClient;
import io.roost.testing.LmtpClient;

/**
 * One user's life through the director: an IMAP client that appends, flags and expunges, and deliveries that are tried again after
 * a 4xx. Remembers what was accepted. What had no answer, because the connection ended, may have happened or not.
 */
final class Traffic {
    private static final Pattern APPENDUID = Pattern.compile("\\[APPENDUID (\\d+) (\\d+)]");

    private final DirectorCluster cluster;
    private final String user;
    private final Random random;
    /** Accepted mails by subject, with the UID if the client was told, else 0. */
    private final Map<String, Long> accepted = new TreeMap<>();
    private final Set<String> flagged = new HashSet<>();
    private final Set<String> expunged = new HashSet<>();
    private final Set<String> uncertain = new HashSet<>();
    private final List<String> faults = new ArrayList<>();
    private volatile boolean stopping;
    private final Thread client = new Thread(this::useImap);
    private final Thread sender = new Thread(this::deliver);
    private long uidValidity;

    Traffic(DirectorCluster cluster, String user, long seed) {
        this.cluster = cluster;
        this.user = user;
        this.random = new Random(seed);
    }

    void start() {
        client.start();
        sender.start();
    }

    /** Ends when what is being done has been answered. */
    void stop() throws InterruptedException {
        stopping = true;
        client.join();
        sender.join();
    }

    synchronized int count() {
        return accepted.size();
    }

    private void pause() {
        try {
            Thread.sleep(20 + random.nextInt(40));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void useImap() {
        int n = 0;
        while (!stopping) {
            ImapClient imap = null;
            try {
                imap = cluster.imap(user);
                imap.command("SELECT INBOX");
                while (!stopping) {
                    act(imap, n++);
                    pause();
                }
                imap.drop();
            } catch (IOException e) {
                // Kicked, or told that it is UNAVAILABLE for a moment: a client tries again.
                drop(imap);
                pause();
            }
        }
    }

    private static void drop(ImapClient imap) {
        if (imap != null) {
            try {
                imap.drop();
            } catch (IOException e) {
                // it is gone already
            }
        }
    }

    private void act(ImapClient imap, int n) throws IOException {
        String subject = "imap" + n;
        String victim = pick();
        if (n % 4 == 3 && victim != null) {
            doubt(victim);
            imap.command("UID STORE " + accepted.get(victim) + " +FLAGS.SILENT (\\Flagged)");
            settle(victim, flagged);
        } else if (n % 7 == 6 && victim != null) {
            doubt(victim);
            imap.command("UID STORE " + accepted.get(victim) + " +FLAGS.SILENT (\\Deleted)");
            imap.command("UID EXPUNGE " + accepted.get(victim));
            settle(victim, expunged);
        } else {
            doubt(subject);
            List<String> answer = imap.append("INBOX", "(\\Seen)", "Subject: " + subject + "\r\n\r\nx\r\n");
            Matcher uid = APPENDUID.matcher(answer.get(answer.size() - 1));
            if (!uid.find()) {
                throw new IOException("no APPENDUID: " + answer);
            }
            synchronized (this) {
                long validity = Long.parseLong(uid.group(1));
                if (uidValidity != 0 && uidValidity != validity) {
                    faults.add("UIDVALIDITY was " + uidValidity + ", is " + validity);
                }
                uidValidity = validity;
                accepted.put(subject, Long.parseLong(uid.group(2)));
                uncertain.remove(subject);
            }
        }
    }

    private synchronized String pick() {
        List<String> known = accepted.entrySet().stream().filter(e -> e.getValue() > 0).map(Map.Entry::getKey)
                .filter(s -> !expunged.contains(s) && !uncertain.contains(s)).toList();
        return known.isEmpty() ? null : known.get(random.nextInt(known.size()));
    }

    private synchronized void doubt(String subject) {
        uncertain.add(subject);
    }

    private synchronized void settle(String subject, Set<String> what) {
        what.add(subject);
        uncertain.remove(subject);
    }

    private void deliver() {
        for (int n = 0; !stopping; n++) {
            String subject = "lmtp" + n;
            boolean done = false;
            while (!done) {
                try (LmtpClient lmtp = cluster.lmtp()) {
                    String answer = lmtp.recipient(user);
                    if (!answer.startsWith("2")) {
                        if (!answer.startsWith("4")) {
                            synchronized (this) {
                                faults.add("LMTP answered " + answer);
                            }
                            return;
                        }
                        pause();
                        continue;
                    }
                    doubt(subject);
                    lmtp.data("Subject: " + subject + "\n\nx\n");
                    synchronized (this) {
                        accepted.put(subject, 0L);
                        uncertain.remove(subject);
                    }
                    done = true;
                } catch (IOException e) {
                    // A 4xx after DATA, or the end of the connection: the sender tries again.
                    pause();
                    if (uncertain.contains(subject)) {
                        done = e.getMessage() == null || !e.getMessage().contains("with 4");
                    }
                }
            }
            pause();
        }
    }

    /** Every mail ever accepted is there, once, with its flags and the UID that the client was told. */
    synchronized void check(DovecotNode backend) throws IOException {
        assertEquals(List.of(), faults);
        Map<String, List<String>> found = new HashMap<>();
        for (String line : ShownMails.of(backend, user)) {
            found.computeIfAbsent(line.substring(line.lastIndexOf('\t') + 1), k -> new ArrayList<>()).add(line);
        }
        for (Map.Entry<String, Long> mail : accepted.entrySet()) {
            String subject = mail.getKey();
            List<String> lines = found.getOrDefault(subject, List.of());
            if (uncertain.contains(subject)) {
                assertTrue(lines.size() <= 1, () -> user + ": " + lines);
            } else if (expunged.contains(subject)) {
                assertEquals(List.of(), lines, user);
            } else {
                assertEquals(1, lines.size(), () -> user + ": " + subject + " " + lines);
                String[] fields = lines.get(0).split("\t");
                if (mail.getValue() > 0) {
                    assertEquals(mail.getValue(), Long.parseLong(fields[1]), lines.get(0));
                    assertTrue(fields[2].contains("\\Seen"), lines.get(0));
                }
                assertEquals(flagged.contains(subject), fields[2].contains("\\Flagged"), lines.get(0));
            }
        }
    }
}
