package io.roost.cutover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.roost.testing.DovecotNode;

/** What a backend's Dovecot shows of a user's mail, one line a mail. */
final class ShownMails {
    private ShownMails() {
    }

    /** Lines {@code mailbox uid flags received subject}, with TAB between, sorted. */
    static List<String> of(DovecotNode backend, String user) throws IOException {
        byte[] out = backend.doveadm("-f", "tab", "fetch", "-u", user, "mailbox uid flags date.received.unixtime hdr.subject", "ALL")
                .succeeded().stdout();
        List<String> lines = new ArrayList<>(new String(out, StandardCharsets.UTF_8).lines().skip(1).map(l -> l.replace("\\Recent", "")
                .replaceAll(" +", " ").replace("\t ", "\t").replace(" \t", "\t")).toList());
        lines.sort(null);
        return lines;
    }

    /** Those lines with this subject. */
    static List<String> withSubject(DovecotNode backend, String user, String subject) throws IOException {
        return of(backend, user).stream().filter(l -> l.endsWith("\t" + subject)).toList();
    }
}
