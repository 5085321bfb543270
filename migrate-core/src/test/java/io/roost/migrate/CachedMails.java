package io.roost.migrate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;

/** Mails, and IMAP commands about them, for which it matters what is in the cache. */
final class CachedMails {
    /** What Dovecot answers from its cache once it has been asked. */
    static final List<String> CACHED = List.of(
            "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY BODYSTRUCTURE)",
            "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT FROM DATE MESSAGE-ID REFERENCES IN-REPLY-TO X-ODD)])",
            "SEARCH HEADER SUBJECT mail", "FETCH 1:* PREVIEW");
    /** What it reads from the mails, guided by what is cached; to sort it opens one or two, with a Maildir too. */
    static final List<String> READ = List.of("FETCH 1:* BODY.PEEK[]", "FETCH 1:* BODY.PEEK[HEADER]",
            "FETCH 1:* BODY.PEEK[TEXT]", "FETCH 1:* BODY.PEEK[1]", "FETCH 1:* BODY.PEEK[1.MIME]", "FETCH 1:* BODY.PEEK[2]",
            "FETCH 1:* BODY.PEEK[2.MIME]", "FETCH 1:* BODY.PEEK[3.HEADER]", "FETCH 1:* BODY.PEEK[3.2]",
            "FETCH 1:* BINARY.PEEK[1]", "FETCH 1:* BINARY.PEEK[2]", "FETCH 1:* BINARY.SIZE[2]", "FETCH 1:* BODY.PEEK[2]<3.40>",
            "SORT (SUBJECT DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL");

    private CachedMails() {
    }

    /** A mail with parts of every kind. */
    static String multipart(int n, String eol, String otherEol) {
        String png = Base64.getMimeEncoder(60, eol.getBytes(StandardCharsets.ISO_8859_1))
                .encodeToString(("picture " + n + "\0\r\n").repeat(40).getBytes(StandardCharsets.ISO_8859_1));
        String text = "From: Anna <anna" + n + "@example.org>\nTo: bert@example.org\nSubject: mail " + n
                + "\nDate: Tue, 14 Nov 2023 22:13:" + (10 + n) + " +0100\nMessage-ID: <m" + n + "@example.org>\nReferences: <m"
                + n / 2 + "@example.org>\nX-Odd: a\n\tfolded line\nMIME-Version: 1.0\n"
                + "Content-Type: multipart/mixed; boundary=\"outer" + n + "\"\n\npreamble\n--outer" + n
                + "\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
                + "first =C3=A4 part=\n of mail " + n + "\n--outer" + n
                + "\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + png.replace(eol, "\n") + "\n--outer" + n
                + "\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/alternative; boundary=in\n\n"
                + "--in\n\nplain\n--in\nContent-Type: text/html\n\n<p>html\n--in--\n--outer" + n + "--\nepilogue\n";
        String[] lines = text.split("\n", -1);
        StringBuilder out = new StringBuilder();
        for (int i = 0; i + 1 < lines.length; i++) {
            out.append(lines[i]).append(i % 2 == 0 ? eol : otherEol);
        }
        return out.toString();
    }

    /** Mails with every kind of line end, each of which moves the parts. */
    static List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int n = 0; n < 12; n++) {
            texts.add(multipart(n, n % 3 == 0 ? "\n" : "\r\n", n % 3 == 1 ? "\r\n" : "\n"));
        }
        texts.add("Subject: mail without body\n\n");
        texts.add("Subject: mail of one part\r\nFrom: x@example.org\r\n\r\nno parts\r\n");
        return texts;
    }

    /** What IMAP answers, as lines, each command before its answers. */
    static List<String> answers(DovecotInstance dovecot, String user, List<String> commands) throws IOException {
        List<String> answers = new ArrayList<>();
        try (ImapClient imap = dovecot.imap(user)) {
            imap.command("SELECT INBOX");
            for (String command : commands) {
                answers.add(command);
                imap.attempt(command).stream().filter(a -> !a.startsWith("* OK") && !a.endsWith(" secs)."))
                        .map(a -> a.replaceFirst(" \\([0-9.]+ \\+ .*", "")).forEach(answers::add);
            }
        }
        return answers;
    }
}
