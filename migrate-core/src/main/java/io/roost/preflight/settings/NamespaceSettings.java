package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation.Layout;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;

/** Whether mailboxes keep their names, and which of them are not moved. */
public final class NamespaceSettings implements Check {
    @Override
    public List<String> ids() {
        return List.of("separator", "namespace", "no-inbox");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) throws InvalidSettingException {
        boolean maildirPlusPlus = backend.users().isEmpty() || backend.users().stream().flatMap(u -> u.source().stream())
                .anyMatch(s -> s.layout() == Layout.MAILDIR_PLUS_PLUS);
        List<Finding> findings = new ArrayList<>();
        List<Finding> others = new ArrayList<>();
        for (Namespace namespace : backend.settings().namespaces()) {
            if (namespace.inbox()) {
                findings.add(separator(namespace, maildirPlusPlus, backend.settings().hasNamespaces()));
            } else if (namespace.type().equals("private") && namespace.location().isPresent()) {
                others.add(other("namespace " + namespace.name()).advice("location = " + namespace.location().get(),
                        "it stays as it is; migrate it by itself if it is Maildir too"));
            }
        }
        findings.addAll(others.isEmpty() ? List.of(other("private namespaces without INBOX").ok("none with a location")) : others);
        Question inbox = new Question("no-inbox", "namespaces", "inbox = yes in one of them",
                "Dovecot refuses to work without");
        findings.add(backend.settings().inboxNamespace().isPresent() ? inbox.ok("namespace "
                + backend.settings().inboxNamespace().get().name())
                : inbox.unsafe("none", "add inbox = yes to the user's private namespace"));
        return findings;
    }

    private static Question other(String lookedAt) {
        return new Question("namespace", lookedAt, "no location of its own", "Roost moves the namespace with INBOX only");
    }

    private static Finding separator(Namespace namespace, boolean maildirPlusPlus, boolean configured) {
        Question question = new Question("separator", "separator of namespace " + namespace.name(), "one that is written down",
                "clients see . with Maildir and / with mdbox where none is: nested mailboxes seem to be others, and are "
                + "downloaded again");
        if (!namespace.separator().isEmpty()) {
            return question.ok(namespace.separator());
        }
        if (!maildirPlusPlus) {
            return question.ok("none, and the Maildirs have / too");
        }
        Finding finding = question.unsafe("none", "set separator = . in that namespace before users are switched");
        // a block without a name cannot be continued elsewhere: another one with INBOX would keep Dovecot from working
        return namespace.name().isEmpty() && configured ? finding : finding.with(Hint.dovecot("namespace "
                + (namespace.name().isEmpty() ? "inbox" : namespace.name()) + " {\n  inbox = yes\n  separator = .\n}"));
    }
}
