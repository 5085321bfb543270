package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;

/** Whether POP3 clients will know their mails again, or download everything once more. */
public final class Pop3Settings implements Check {
    private static final String WHY = "a POP3 client downloads every mail whose UIDL it does not know, and fails where there "
            + "is none";

    @Override
    public List<String> ids() {
        return List.of("pop3-uidl-format", "pop3-reuse-xuidl", "pop3-uidl-format-given");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) throws InvalidSettingException {
        DovecotSettings settings = backend.settings();
        Pop3UidlFormat configured = settings.pop3UidlFormat();
        Pop3UidlFormat format = backend.pop3UidlFormat().orElse(configured);
        List<Finding> findings = new ArrayList<>();
        findings.add(format(format));
        if (format.changesOnMdbox() && !format.unsupported()) {
            Question reuse = new Question("pop3-reuse-xuidl", "pop3_reuse_xuidl", "no",
                    "yes shows X-UIDL headers, and the UIDLs that Roost stores go before them");
            findings.add(settings.pop3ReuseXuidl() ? reuse.advice("yes", "mails with an X-UIDL header change their UIDL unless "
                    + "pop3_save_uidl was on; look for such mails") : reuse.ok("no"));
        }
        if (backend.pop3UidlFormat().isPresent()) {
            Question given = new Question("pop3-uidl-format-given", "--pop3-uidl-format", "pop3_uidl_format, which is "
                    + configured.format(), WHY);
            findings.add(configured.format().equals(format.format()) ? given.ok(format.format())
                    : given.advice(format.format(), "make sure that it is what users see today"));
        }
        return findings;
    }

    private static Finding format(Pop3UidlFormat format) {
        Question question = new Question("pop3-uidl-format", "pop3_uidl_format", "one that mdbox serves: of %u, %v and %g",
                WHY);
        if (format.unsupported()) {
            return question.unsafe(format.format() + " uses %m, with which neither Maildir nor mdbox gives a UIDL",
                    "POP3 with it fails already; choose another format");
        }
        return format.changesOnMdbox() ? question.unsafe(format.format()
                + " uses %f, with which mdbox gives no UIDL: mails carried "
                + "over keep theirs, POP3 fails at a new one", "change it to %g for migrated users before they are switched")
                .with(Hint.dovecot("protocol pop3 {\n  pop3_uidl_format = %g\n}"))
                : question.ok(format.format());
    }
}
