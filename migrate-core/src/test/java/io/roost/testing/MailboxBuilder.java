package io.roost.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One mailbox of a {@link MaildirBuilder}. Nothing is on disk before {@link MaildirBuilder#write}. */
public final class MailboxBuilder {
    private final int number;
    private final List<SampleMail> mails = new ArrayList<>();
    private final List<String> staleEntries = new ArrayList<>();
    private final List<String> keywords = new ArrayList<>();
    private long uidValidity;
    private long uidNext = 1;
    private String guid;
    private boolean uidlist = true;
    private String acl;

    MailboxBuilder(int number) {
        this.number = number;
        this.uidValidity = 1_500_000_000L + number;
        this.guid = String.format("%032x", 0x0123456789abcdefL * (number + 1));
    }

    public MailboxBuilder add(SampleMail mail) {
        mails.add(mail);
        return this;
    }

    public MailboxBuilder uidValidity(long value) {
        uidValidity = value;
        return this;
    }

    /** At least this in the uidlist's header. */
    public MailboxBuilder uidNext(long value) {
        uidNext = value;
        return this;
    }

    /** 32 hex digits; empty for a uidlist without, as before Dovecot 2.0. */
    public MailboxBuilder guid(String value) {
        guid = value;
        return this;
    }

    /** As a mailbox that Dovecot has never opened. */
    public MailboxBuilder withoutUidlist() {
        uidlist = false;
        return this;
    }

    /** A uidlist line for a file that is gone; it must not disturb the order of UIDs. */
    public MailboxBuilder staleEntry(long uid, String name) {
        staleEntries.add(uid + " :" + name);
        return this;
    }

    /** The text of {@code dovecot-acl}, which lies with the mails, whatever {@code CONTROL} is. */
    public MailboxBuilder acl(String text) {
        acl = text;
        return this;
    }

    public List<SampleMail> mails() {
        return List.copyOf(mails);
    }

    void write(Path directory, Path control) throws IOException {
        for (String sub : List.of("cur", "new", "tmp")) {
            Files.createDirectories(directory.resolve(sub));
        }
        Files.createDirectories(control);
        List<String> lines = new ArrayList<>();
        long nextUid = 1;
        for (int i = 0; i < mails.size(); i++) {
            SampleMail mail = mails.get(i);
            String name = name(mail, i);
            if (mail.listed) {
                long uid = mail.uid == 0 ? nextUid : mail.uid;
                nextUid = uid + 1;
                lines.add(uid + " " + mail.uidlistFields + ":" + name);
            }
            Path file = directory.resolve(mail.inNew ? "new" : "cur").resolve(mail.info ? name + ":2," + letters(mail) : name);
            Files.write(file, mail.content);
            Files.setLastModifiedTime(file, FileTime.from(received(mail, i), TimeUnit.SECONDS));
        }
        lines.addAll(staleEntries);
        if (uidlist) {
            lines.sort((a, b) -> Long.compare(uid(a), uid(b)));
            String header = "3 V" + uidValidity + " N" + Math.max(uidNext, nextUid) + (guid.isEmpty() ? "" : " G" + guid);
            lines.add(0, header);
            Files.writeString(control.resolve("dovecot-uidlist"), String.join("\n", lines) + "\n", StandardCharsets.ISO_8859_1);
        }
        if (!keywords.isEmpty()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < keywords.size(); i++) {
                text.append(i).append(' ').append(keywords.get(i)).append('\n');
            }
            Files.writeString(control.resolve("dovecot-keywords"), text);
        }
        if (acl != null) {
            Files.writeString(directory.resolve("dovecot-acl"), acl);
        }
    }

    private static long uid(String line) {
        return Long.parseLong(line.substring(0, line.indexOf(' ')));
    }

    private long received(SampleMail mail, int index) {
        return mail.received != -1 ? mail.received : 1_400_000_000L + number * 1_000_000L + index * 61L;
    }

    private String name(SampleMail mail, int index) {
        String base = mail.base != null ? mail.base
                : Math.max(0, received(mail, index)) + ".M" + (100 + index) + "P" + (number + 1) + ".mail";
        return base + (mail.sizesInName ? ",S=" + mail.content.length + ",W=" + mail.virtualSize() : "");
    }

    private String letters(SampleMail mail) {
        StringBuilder letters = new StringBuilder(mail.flags);
        for (String keyword : mail.keywords) {
            if (!keywords.contains(keyword)) {
                keywords.add(keyword);
            }
            letters.append((char) ('a' + keywords.indexOf(keyword)));
        }
        return letters.toString();
    }
}
