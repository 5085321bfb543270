package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings.Userdb;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/**
 * Whether each service asks the same userdb first. Those inside {@code protocol NAME { }} go before all others: a gate that is the
 * first of the others keeps nobody out of that service, and mail goes on being delivered while the user is locked out.
 */
public final class ProtocolUserdbs implements Check {
    private static final List<String> OPEN_MAIL = List.of("imap", "pop3", "lmtp", "lda", "submission", "sieve");

    @Override
    public List<String> ids() {
        return List.of("userdb-protocol");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        List<Userdb> general = backend.settings().userdbs("");
        List<Finding> findings = new ArrayList<>();
        for (String protocol : OPEN_MAIL) {
            List<Userdb> asked = backend.settings().userdbs(protocol);
            if (asked.size() > general.size()) {
                Question question = question("first userdb of protocol " + protocol);
                String found = asked.get(0).driver() + " " + asked.get(0).args();
                findings.add(!general.isEmpty() && asked.get(0).equals(general.get(0)) ? question.ok(found)
                        : question.unsafe(found, "put the gate's userdb block first inside protocol " + protocol
                        + " { } too, or take the other one out (docs/userdb-gate.md)"));
            }
        }
        return findings.isEmpty() ? List.of(question("userdbs inside protocol { }").ok("none")) : findings;
    }

    private static Question question(String lookedAt) {
        return new Question("userdb-protocol", lookedAt, "the one that is first for all: a gate has to be",
                "a user who is locked out by a gate is not locked out there, and what is written meanwhile is missing in the mdbox");
    }
}
