package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        DovecotSettings settings = backend.settings();
        List<Finding> findings = new ArrayList<>();
        findings.add(lmtp(settings, backend.topology()));
        if (backend.topology() == Topology.NO_DIRECTOR) {
            findings.add(lda(settings));
        }
        return findings;
    }

    private static Finding lmtp(DovecotSettings settings, Topology topology) {
        Question question = new Question("delivery-lmtp", "protocols and service lmtp",
                topology == Topology.DIRECTOR ? "lmtp, on a port that the director reaches" : "lmtp, listening",
                "a director sends LMTP to the user's backend; an LDA that a mail server starts runs anywhere, and writes to "
                + "indexes that another backend has open");
        boolean served = settings.protocols().contains("lmtp");
        List<DovecotService> services = DovecotService.of(settings).stream().filter(s -> s.name().equals("lmtp")).toList();
        boolean listens = topology == Topology.DIRECTOR
                ? services.stream().flatMap(s -> s.ports().stream()).anyMatch(port -> port.port() > 0)
                : services.stream().anyMatch(DovecotService::listens);
        if (served && listens) {
            return question.ok("lmtp among protocols " + String.join(" ", settings.protocols()));
        }
        if (topology == Topology.SINGLE_BACKEND) {
            return question.ok("no LMTP, and there is no other backend");
        }
        List<String> lines = new ArrayList<>();
        if (!served) {
            lines.add("protocols = " + String.join(" ", with(settings.protocols(), "lmtp")));
        }
        if (!listens) {
            lines.add("service lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}");
        }
        String found = "protocols = " + String.join(" ", settings.protocols()) + (listens ? "" : ", and no port for LMTP");
        return question.unsafe(found + ": mail comes by LDA, or to other servers",
                (served ? "" : "add lmtp to protocols, ") + (listens ? "" : "give it a port, ")
                + "and let the mail server deliver to "
                + (topology == Topology.DIRECTOR ? "the director's LMTP port" : "it")).with(Hint.dovecot(String.join("\n", lines)));
    }

    private static Set<String> with(Set<String> words, String word) {
        Set<String> all = new LinkedHashSet<>(words);
        all.add(word);
        return all;
    }

    /** The one thing that can be done without a director: deliveries leave the indexes alone. */
    private static String inMemory(DovecotSettings settings, String protocol) {
        String location = settings.get("mail_location", protocol);
        return (location.isEmpty() ? "maildir:~/Maildir" : location.replaceAll(":INDEX=[^:]*", "")) + ":INDEX=MEMORY";
    }

    private static Finding lda(DovecotSettings settings) {
        Question question = new Question("lda-index-memory", "mail_location in protocol lda and lmtp",
                "INDEX=MEMORY for deliveries",
                "without a director a delivery and the user's session run on different backends; a Maildir survives that if "
                + "the delivery does not touch its indexes");
        List<String> without = List.of("lda", "lmtp").stream()
                .filter(protocol -> !settings.get("mail_location", protocol).contains(":INDEX=MEMORY")).toList();
        return without.isEmpty() ? question.ok("INDEX=MEMORY") : question.unsafe("not in protocol " + String.join(", ",
                without), "give these protocols a mail_location of their own, with INDEX=MEMORY")
                .with(Hint.dovecot(String.join("\n", without.stream()
                .map(protocol -> Hint.inProtocols(List.of(protocol), "mail_location = " + inMemory(settings, protocol))).toList())));
    }
}
