package io.roost.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.roost.cli.demo.SampleMailbox.Mail;
import io.roost.dovecot.ModifiedUtf7;

/**
 * Writes a Maildir to try Roost on: nested and non-ASCII mailboxes, flags, keywords, and odd mails that are nevertheless in
 * order. The same bytes, names and times every time; all file names are ASCII.
 */
public final class SampleMaildir {
    private static final long SEED = 2_3_19_1;
    private static final long FIRST_RECEIVED = 1_600_000_000L;
    private static final long PAUSE = 41_017L;
    private static final String[] FLAGS = {"S", "S", "S", "RS", "FS", "", "", "FRS", "ST"};
    private static final List<String> KEYWORDS = List.of("$Forwarded", "$MDNSent", "NonJunk", "Work", "Travel");
    private static final String HEADER = "From: Bert <bert@example.com>\nTo: anna@example.org\nSubject: an odd one\n";
    /** The first bytes of a mail in an mdbox file, and those after it. */
    private static final String MDBOX_MAGIC = "\1\2N  000000000000001f\nthis is not the next mail\n\n\1\3\nR5f5e1000\nG00\n\n";
    private static final int LARGE = 3 << 20;

    private final Path root;
    private final SampleText text = new SampleText(SEED);
    private int mailboxes;
    private int mails;

    /** @param root the Maildir to be; it does not exist yet */
    public SampleMaildir(Path root) {
        this.root = root;
    }

    /** Writes everything. */
    public void write() throws IOException {
        SampleMailbox inbox = mailbox("INBOX");
        ordinary(inbox, 120);
        odd(inbox);
        finish(inbox);
        ordinary("Sent", 90);
        ordinary("Drafts", 3);
        ordinary("Archive.2024", 110);
        ordinary("Archive.2025", 130);
        ordinary("Projects.Roost.Night & Day", 40);
        ordinary("Entwürfe.Größere Änderungen", 25);
        ordinary("日本語.会議", 30);
        ordinary("Ελληνικά", 15);
        ordinary("🦉 owls", 12);
        copies();
        ordinary("Empty", 0);
        Files.write(root.resolve("subscriptions"), ("V\t2\n\nINBOX\nSent\nArchive\t2025\n" + ModifiedUtf7.encode("日本語") + "\t"
                + ModifiedUtf7.encode("会議") + "\n").getBytes(ISO_8859_1));
    }

    /** Mails written so far. */
    public int mails() {
        return mails;
    }

    /** Mailboxes written so far. */
    public int mailboxes() {
        return mailboxes;
    }

    /** @param name with a dot between its parts */
    private SampleMailbox mailbox(String name) throws IOException {
        Path directory = name.equals("INBOX") ? root : root.resolve("." + ModifiedUtf7.encode(name));
        Files.createDirectories(directory);
        if (!name.equals("INBOX")) {
            Files.write(directory.resolve("maildirfolder"), new byte[0]);
        }
        return new SampleMailbox(directory, mailboxes++);
    }

    private void finish(SampleMailbox mailbox) throws IOException {
        mails += mailbox.mails();
        mailbox.finish();
    }

    private void ordinary(String name, int count) throws IOException {
        SampleMailbox mailbox = mailbox(name);
        ordinary(mailbox, count);
        finish(mailbox);
    }

    private void ordinary(SampleMailbox mailbox, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            List<String> keywords = text.below(6) == 0 ? List.of(KEYWORDS.get(text.below(KEYWORDS.size()))) : List.of();
            long received = FIRST_RECEIVED + mailboxes * 3_600L + i * PAUSE;
            mailbox.add(new Mail(text.message(i, received), received, FLAGS[text.below(FLAGS.length)], keywords, ""));
            if (text.below(10) == 0) {
                mailbox.skipUids(1 + text.below(4));
            }
        }
    }

    private void odd(SampleMailbox inbox) throws IOException {
        long day = FIRST_RECEIVED + 150 * PAUSE;
        inbox.add(odd("", day, "S"));
        inbox.add(odd("\n", day + 1, "S"));
        inbox.add(odd(HEADER + "\nno newline at the end", day + 2, "S"));
        inbox.add(odd((HEADER + "\nlines that end as on the wire\n").replace("\n", "\r\n"), day + 3, "FS"));
        inbox.add(odd(HEADER + "\nsome ends\r\nare such,\nsome others\r\n", day + 4, "S"));
        inbox.add(odd(HEADER + "\na lone \r in a line, and NUL: \0\0\n", day + 5, "S"));
        inbox.add(odd(HEADER + "X-Raw: caf\u00e9 \u00ff\n\n8 bits without a word about it: \u00e4\u00f6\u00fc\n", day + 6,
                "RS"));
        inbox.add(odd(HEADER + "X-Long: " + "long ".repeat(4_000) + "\n\na long header\n", day + 7, ""));
        inbox.add(odd("not a header, just words\n\nand more words\n", day + 8, "S"));
        inbox.add(odd(HEADER + "\n" + MDBOX_MAGIC + MDBOX_MAGIC + "the end\n", day + 9, "S"));
        inbox.add(odd(HEADER + "\nreceived in 1970\n", 1, "S"));
        inbox.add(odd(HEADER + "\nreceived in the year 2096\n", 4_000_000_000L, "S"));
        inbox.add(new Mail(text.message(900, day, LARGE).getBytes(ISO_8859_1), day + 10, "FS", KEYWORDS, ""));
        inbox.add(new Mail(bytes(HEADER + "\nits UIDL came from another server\n"), day + 11, "S", List.of(),
                "PUID42-987654321 "));
        inbox.deliver(odd(HEADER + "\ndelivered a moment ago\n", day + 4 * PAUSE, ""));
        inbox.deliver(odd(HEADER + "\ndelivered another moment ago\n", day + 5 * PAUSE, ""));
    }

    /** Copies that IMAP COPY made: the same GUID and content under other names. */
    private void copies() throws IOException {
        SampleMailbox travel = mailbox("Travel");
        byte[] ticket = text.message(901, FIRST_RECEIVED, 60_000).getBytes(ISO_8859_1);
        for (int i = 0; i < 3; i++) {
            travel.add(new Mail(ticket, FIRST_RECEIVED + 77, i == 0 ? "S" : "FS", List.of("Travel"),
                    "G1600000077.M1P1.backend1 "));
        }
        finish(travel);
    }

    private static Mail odd(String content, long received, String flags) {
        return new Mail(bytes(content), received, flags, List.of(), "");
    }

    private static byte[] bytes(String content) {
        return content.getBytes(ISO_8859_1);
    }
}
