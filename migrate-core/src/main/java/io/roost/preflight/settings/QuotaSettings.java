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

/** Quota that goes on counting, and nobody who counts it on the wrong backend. */
public final class QuotaSettings implements Check {
    @Override
    public List<String> ids() {
        return List.of("quota-maildir", "quota-dirsize", "quota-status");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        DovecotSettings settings = backend.settings();
        List<Finding> findings = new ArrayList<>();
        List<String> backends = settings.quotaBackends();
        String shown = backends.isEmpty() ? "no quota" : String.join(", ", backends);
        Question maildir = new Question("quota-maildir", "plugin { quota }", "not maildir",
                "it reads a file of the Maildir, which mdbox "
                + "has not");
        findings.add(backends.contains("maildir") ? maildir.unsafe(shown,
                "switch to quota = count before users are switched; Roost "
                + "writes the sizes that it needs").with(count(settings, "maildir")) : maildir.ok(shown));
        Question dirsize = new Question("quota-dirsize", "plugin { quota }", "not dirsize",
                "it counts files, and one file of an mdbox holds many mails, expunged ones too");
        findings.add(backends.contains("dirsize") ? dirsize.unsafe(shown, "switch to quota = count before users are switched")
                .with(count(settings, "dirsize")) : dirsize.ok(shown));
        findings.add(status(settings, backend.topology()));
        return findings;
    }

    /** The same roots, counted. */
    private static Hint count(DovecotSettings settings, String backend) {
        StringBuilder text = new StringBuilder("plugin {\n");
        for (int i = 1; i <= settings.quotaBackends().size(); i++) {
            String key = i == 1 ? "quota" : "quota" + i;
            String root = settings.plugin(key);
            if (root.equals(backend) || root.startsWith(backend + ":")) {
                text.append("  ").append(key).append(" = count").append(root.substring(backend.length())).append('\n');
            }
        }
        return Hint.dovecot(text + "  quota_vsizes = yes\n}");
    }

    private static Finding status(DovecotSettings settings, Topology topology) {
        Question question = new Question("quota-status", "services", "no quota-status on several backends",
                "it opens a user's indexes on whichever backend the mail server asks, past the director, while another has "
                + "them open");
        List<String> services = DovecotService.of(settings).stream()
                .filter(s -> s.executable().matches("(.*/)?quota-status( .*)?") && s.listens()).map(DovecotService::name)
                .toList();
        if (services.isEmpty()) {
            return question.ok("none");
        }
        String found = "service " + String.join(", ", services);
        if (topology == Topology.SINGLE_BACKEND) {
            return question.ok(found + ", and there is no other backend");
        }
        return question.unsafe(found, "take the service away, and let LMTP refuse mail for full mailboxes "
                + "(lmtp_rcpt_check_quota = yes)")
                .with(Hint.dovecot("lmtp_rcpt_check_quota = yes\n# and remove: service quota-status { ... }"));
    }
}
