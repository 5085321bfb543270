package io.roost.testing;

import java.nio.file.Path;
import java.util.Random;

/** A Maildir with everything that is odd but in order: whatever Dovecot shows of it, it shows without a complaint. */
public final class MaildirSample {
    /** The first bytes of a mail in an {@code m.*} file, and those after it. */
    private static final String MDBOX_MAGIC = "\1\2N\u0020\u00200000000000000010\n\n\1\3\nR5f5e1000\nGdeadbeef\n\n";
    private static final String[] FLAGS = {"", "S", "FS", "RS", "T", "DS", "FRST", "D"};
    private static final String[] KEYWORDS = {"$Forwarded", "$Junk", "NonJunk", "Work", "$MDNSent"};

    private final Random random;
    private final MaildirBuilder maildir;

    private MaildirSample(Path root, long seed) {
        random = new Random(seed);
        maildir = MaildirBuilder.in(root);
    }

    /**
     * Nested and non-ASCII mailboxes with {@code perMailbox} ordinary mails each, beside an INBOX of odd ones.
     *
     * @param root the Maildir, to be written by the caller's {@link MaildirBuilder#write}
     */
    public static MaildirBuilder of(Path root, long seed, int perMailbox) {
        MaildirSample sample = new MaildirSample(root, seed);
        sample.inbox();
        for (String name : new String[] {"Work", "Work/2019/Q1 & Q2", "Work/Übung", "日本/東京", "Deep/a/b/c", "Sent", "Löwe 🦁"}) {
            sample.ordinary(sample.maildir.mailbox(name), perMailbox);
        }
        sample.special();
        sample.maildir.subscribe("INBOX", "Work", "Work/Übung", "日本/東京", "Gone/long ago");
        return sample.maildir;
    }

    private void inbox() {
        String header = "From: Anna <anna@example.org>\nTo: bert@example.org\nSubject: odd\nDate: Mon, 1 Jul 2019 10:00:00 +0000\n";
        MailboxBuilder inbox = maildir.mailbox("INBOX").uidNext(900);
        inbox.add(SampleMail.of(header + "\nplain\n").flags("S").keywords("$Forwarded", "Work"));
        inbox.add(SampleMail.of((header + "\nwith CR LF\n").replace("\n", "\r\n")).flags("FS"));
        inbox.add(SampleMail.of(header + "\nmixed\r\nline\nends\r\n").withoutSizes());
        inbox.add(SampleMail.of(header + "\nno final newline"));
        inbox.add(SampleMail.of(header + "\nlone\rCR and CR at the end\r"));
        inbox.add(SampleMail.of("").flags("S"));
        inbox.add(SampleMail.of("\n"));
        inbox.add(SampleMail.of(header));
        inbox.add(SampleMail.of(header.substring(0, header.length() - 1)));
        inbox.add(SampleMail.of("no header at all, not even a colon\n\nbody\n"));
        inbox.add(SampleMail.of(header + "\nNUL \0 and \0\0\0 bytes\n\0"));
        inbox.add(SampleMail.of(header + "X-Raw: \u00e9\u00ff\u0080\n\n\u00c3\u00a9 and \u00ff\u00fe\n"));
        inbox.add(SampleMail.of(header + "\n" + "long ".repeat(20_000) + "\n"));
        inbox.add(SampleMail.of(header + "X-Long: " + "h".repeat(10_000) + "\n\nlong header\n"));
        inbox.add(SampleMail.of(header + "\n" + MDBOX_MAGIC + "in the middle\n" + MDBOX_MAGIC));
        inbox.add(SampleMail.of("\1\2N 0000000000000005\nbegins like an mdbox mail\n"));
        inbox.add(SampleMail.of(header + "\ntime 0\n").received(0).base("0.M1P1.mail"));
        inbox.add(SampleMail.of(header + "\nfrom the future\n").received(4_000_000_000L).flags("T"));
        inbox.add(SampleMail.of(header + "\nno flags part\n").withoutInfo());
        inbox.add(SampleMail.of(header + "\nodd name\n").base("odd name;with=signs,and.M1").withoutSizes().flags("DS"));
        inbox.add(SampleMail.of(header + "\nwith a GUID\n").field('G', "00112233445566778899aabbccddeeff").uid(500));
        inbox.add(SampleMail.of(header + "\nwith a GUID that is no hex\n").field('G', "1400000000.M1P1.elsewhere").withoutSizes());
        inbox.add(SampleMail.of(header + "\nkeywords\n").keywords(KEYWORDS));
        inbox.add(SampleMail.of(header + "\nfound by nobody yet\n").unlisted().flags("F").received(1_700_000_000L));
        inbox.add(SampleMail.of(header + "\njust delivered\n").delivered().received(1_700_000_100L));
        inbox.staleEntry(400, "1399999999.M1P1.mail,S=10,W=11");
    }

    private void special() {
        maildir.mailbox("Empty").uidNext(17);
        maildir.mailbox("Emptied").uidNext(1234).uidValidity(0xfffffffeL);
        maildir.mailbox("Drafts").acl("anyone lr\nuser=bert lrwstipekxa\n");
        String shared = "Subject: a copy\n\ncopied by IMAP\n";
        maildir.mailbox("INBOX").add(SampleMail.of(shared).uid(700).base("1390000000.M7P7.mail").field('G', "1390000000.M7P7.mail"));
        maildir.mailbox("Archive").add(SampleMail.of(shared).field('G', "1390000000.M7P7.mail").flags("S"));
        maildir.mailbox("Archive").add(SampleMail.of(shared).field('G', "1390000000.M7P7.mail").flags("F"));
    }

    private void ordinary(MailboxBuilder mailbox, int count) {
        for (int i = 0; i < count; i++) {
            SampleMail mail = SampleMail.of(message(i)).flags(FLAGS[random.nextInt(FLAGS.length)]);
            if (random.nextInt(4) == 0) {
                mail.keywords(KEYWORDS[random.nextInt(KEYWORDS.length)]);
            }
            if (random.nextInt(5) == 0) {
                mail.withoutSizes();
            }
            mailbox.add(mail);
        }
    }

    private String message(int number) {
        StringBuilder out = new StringBuilder();
        out.append("From: Sender ").append(random.nextInt(50)).append(" <sender@example.org>\nTo: anna@example.org\n");
        out.append("Subject: message ").append(number).append("\nMessage-ID: <").append(Long.toHexString(random.nextLong()));
        out.append("@example.org>\nDate: Tue, 2 Jul 2019 10:00:00 +0000\n\n");
        int lines = (int) Math.exp(1.5 + random.nextGaussian());
        for (int i = 0; i < lines; i++) {
            for (int letters = 20 + random.nextInt(52); letters > 0; letters--) {
                out.append((char) ('a' + random.nextInt(26)));
            }
            out.append('\n');
        }
        return out.toString();
    }
}
