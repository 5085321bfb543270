package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotService;
import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Topology;

/** Mail has to arrive on the backend that has the user. */
public final class DeliverySettings implements Check {
    @Override
    public List<String> ids() {
        return List.of("delivery-lmtp", "lda-index-memory");
    }

    @Override
    public List<Finding> look(Backend backend) {
        DovecotSettings settings = backend.settings();
        List<Finding> findings = new ArrayList<>();
        Question lmtp = new Question("delivery-lmtp", "protocols and service lmtp", "lmtp, listening",
                "a director sends LMTP to the user's backend; an LDA that a mail server starts runs anywhere, and writes to "
                + "indexes that another backend has open");
        boolean listens = settings.protocols().contains("lmtp")
                && DovecotService.of(settings).stream().anyMatch(s -> s.name().equals("lmtp") && s.listens());
        if (listens) {
            findings.add(lmtp.ok("lmtp among protocols " + String.join(" ", settings.protocols())));
        } else if (backend.topology() == Topology.SINGLE_BACKEND) {
            findings.add(lmtp.ok("no LMTP, and there is no other backend"));
        } else {
            findings.add(lmtp.unsafe("protocols = " + String.join(" ", settings.protocols())
                    + ", so that mail comes by LDA or to other "
                    + "servers", "add lmtp to protocols, and let the mail server deliver to the director's LMTP port")
                    .with(Hint.dovecot("protocols = imap pop3 lmtp\nservice lmtp {\n  inet_listener lmtp {\n    port = 24\n  "
                    + "}\n}")));
        }
        if (backend.topology() == Topology.NO_DIRECTOR) {
            findings.add(lda(settings));
        }
        return findings;
    }

    /** The one thing that can be done without a director: deliveries leave the indexes alone. */
    private static Finding lda(DovecotSettings settings) {
        Question question = new Question("lda-index-memory", "mail_location in protocol lda and lmtp",
                "INDEX=MEMORY for deliveries",
                "without a director a delivery and the user's session run on different backends; a Maildir survives that if "
                + "the delivery does not touch its indexes");
        List<String> without = List.of("lda", "lmtp").stream()
                .filter(protocol -> !settings.get("mail_location", protocol).contains(":INDEX=MEMORY")).toList();
        return without.isEmpty() ? question.ok("INDEX=MEMORY") : question.unsafe("not in protocol " + String.join(", ",
                without), "give these protocols a mail_location of their own, with INDEX=MEMORY").with(Hint.dovecot(
                        "protocol lda {\n  mail_location = maildir:~/Maildir:INDEX=MEMORY\n}\n"
                                + "protocol lmtp {\n  mail_location = maildir:~/Maildir:INDEX=MEMORY\n}"));
    }
}
