package io.roost.cli.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One mailbox of a {@link SampleMaildir}. Mails are written as they are added, the uidlist and keywords at the end. */
final class SampleMailbox {
    private final Path directory;
    private final int number;
    private final List<String> uidlist = new ArrayList<>();
    private final List<String> keywords = new ArrayList<>();
    private int mails;
    private long nextUid = 1;

    SampleMailbox(Path directory, int number) throws IOException {
        this.directory = directory;
        this.number = number;
        for (String sub : List.of("cur", "new", "tmp")) {
            Files.createDirectories(directory.resolve(sub));
        }
    }

    /**
     * A mail as a file.
     *
     * @param content  its bytes
     * @param received Unix seconds
     * @param flags    letters of a Maildir's file name
     * @param keywords names
     * @param fields   of the uidlist, each with a space after it
     */
    record Mail(byte[] content, long received, String flags, List<String> keywords, String fields) {
    }

    /** A mail that Dovecot knows: in {@code cur}, with a UID. */
    void add(Mail mail) throws IOException {
        String name = name(mail);
        StringBuilder letters = new StringBuilder(mail.flags());
        for (String keyword : mail.keywords()) {
            if (!keywords.contains(keyword)) {
                keywords.add(keyword);
            }
            letters.append((char) ('a' + keywords.indexOf(keyword)));
        }
        uidlist.add(nextUid++ + " " + mail.fields() + ":" + name);
        write("cur/" + name + ":2," + letters, mail);
    }

    /** A mail that was delivered and nobody has looked at since: in {@code new}, without a UID. */
    void deliver(Mail mail) throws IOException {
        write("new/" + name(mail), mail);
    }

    /** UIDs that expunged mails had. */
    void skipUids(int count) {
        nextUid += count;
    }

    private String name(Mail mail) {
        int virtual = mail.content().length;
        for (int i = 0; i < mail.content().length; i++) {
            if (mail.content()[i] == '\n' && (i == 0 || mail.content()[i - 1] != '\r')) {
                virtual++;
            }
        }
        return Math.max(0, mail.received()) + ".M" + (1000 + mails) + "P" + (100 + number) + ".backend1,S="
                + mail.content().length + ",W=" + virtual;
    }

    private void write(String name, Mail mail) throws IOException {
        mails++;
        Path file = directory.resolve(name);
        Files.write(file, mail.content());
        Files.setLastModifiedTime(file, FileTime.from(mail.received(), TimeUnit.SECONDS));
    }

    int mails() {
        return mails;
    }

    /** Writes {@code dovecot-uidlist} and {@code dovecot-keywords}. */
    void finish() throws IOException {
        StringBuilder list = new StringBuilder("3 V" + (1_500_000_000L + number) + " N" + nextUid + " G"
                + String.format("%032x", 0x00c0ffee_00c0ffeeL * (number + 1)) + "\n");
        uidlist.forEach(line -> list.append(line).append('\n'));
        Files.write(directory.resolve("dovecot-uidlist"), list.toString().getBytes(ISO_8859_1));
        if (!keywords.isEmpty()) {
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < keywords.size(); i++) {
                names.append(i).append(' ').append(keywords.get(i)).append('\n');
            }
            Files.write(directory.resolve("dovecot-keywords"), names.toString().getBytes(ISO_8859_1));
        }
    }
}
