package io.roost.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings;
import io.roost.gate.AuthAnswer;
import io.roost.gate.AuthProbe;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/** Whether a gate keeps a user out of each service: by closing it for a test user, and asking the auth of this Dovecot. */
final class GateProof implements Check {
    private static final String ID = "gate";
    private static final String REASON = "The gate is being tried, please try again in a minute";
    /** If this process is killed meanwhile. */
    private static final Duration EXPIRY = Duration.ofMinutes(2);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);

    private final GateOptions gates;
    private final String user;

    /** @param user text; somebody whom Dovecot knows, and whom it hurts nobody to lock out for two seconds */
    GateProof(GateOptions gates, String user) {
        this.gates = gates;
        this.user = user;
    }

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        DovecotSettings settings = backend.settings();
        List<String> services = GateOptions.services(settings);
        AuthProbe auth = GateOptions.auth(settings, services);
        AuthAnswer before = auth.ask(user);
        if (before.kind() != AuthAnswer.Kind.ADMITTED) {
            return List.of(question(services.get(0)).unknown("auth does not let them in anyway (" + before.kind() + " "
                    + ByteString.toText(before.reason()) + ")", "name a user who can log in with --gate-user"));
        }
        Gate gate;
        try {
            gate = gates.gate(List.of(GateOptions.auth(settings, services.subList(0, 1))));
        } catch (CommandException e) {
            throw new IOException(e.getMessage(), e);
        }
        List<Finding> findings = new ArrayList<>();
        try {
            gate.close(user, REASON, Instant.now().plus(EXPIRY));
            for (AuthProbe.ServiceAnswer each : auth.askForEach(user)) {
                Question question = question(each.service());
                findings.add(each.answer().kind() == AuthAnswer.Kind.TEMPFAIL ? question.ok("is kept out")
                        : question.unsafe("is let in", GateException.remedy(each.service())));
            }
        } catch (GateException e) {
            return List.of(question(services.get(0)).unsafe(e.getMessage(), "see docs/userdb-gate.md"));
        } finally {
            gate.open(user);
        }
        if (!gate.awaitOpen(user, OPEN_LIMIT)) {
            findings.add(question("all").unsafe("is kept out " + OPEN_LIMIT.toSeconds() + " seconds after the gate was opened",
                    "look into auth's log"));
        }
        return findings;
    }

    private Question question(String service) {
        return new Question(ID, service + " of user " + ByteString.toText(ByteString.ofText(user)), "kept out while " + gates.gate
                + " is closed", "what is written to the Maildir while its last mails are copied is missing in the mdbox");
    }
}
