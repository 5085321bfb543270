package io.roost.preflight.settings;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.InvalidSettingException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;

/** How Dovecot will write its own {@code m.*} files. */
public final class MdboxSettings implements Check {
    private static final long LEAST = 2L << 20;
    private static final long MOST = 256L << 20;

    @Override
    public List<String> ids() {
        return List.of("mdbox-rotate-size", "mdbox-rotate-interval", "mdbox-preallocate-space", "mail-attachment-dir");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) throws InvalidSettingException {
        DovecotSettings settings = backend.settings();
        List<Finding> findings = new ArrayList<>();
        findings.add(rotateSize(settings));
        Question interval = new Question("mdbox-rotate-interval", "mdbox_rotate_interval", "0",
                "Roost begins new m.* files by size only");
        findings.add(settings.mdboxRotateInterval() == 0 ? interval.ok("0")
                : interval.advice(settings.get("mdbox_rotate_interval"), "nothing to do: Dovecot follows it for new mails"));
        Question space = new Question("mdbox-preallocate-space", "mdbox_preallocate_space", "no on a network file system",
                "NFS before 4.2 has no way to reserve room, so that zeroes are written instead: the data goes over the wire "
                + "twice");
        boolean network = backend.onNetwork().orElse(true);
        findings.add(settings.getBoolean("mdbox_preallocate_space") && network
                ? space.slow("yes", "set mdbox_preallocate_space = no").with(Hint.dovecot("mdbox_preallocate_space = no"))
                : space.ok(settings.get("mdbox_preallocate_space")));
        Question attachments = new Question("mail-attachment-dir", "mail_attachment_dir", "nothing",
                "Roost leaves attachments in the mails that it carries over");
        String directory = settings.get("mail_attachment_dir");
        findings.add(directory.isEmpty() ? attachments.ok("nothing")
                : attachments.advice(directory, "nothing to do: Dovecot puts those of new mails there"));
        return findings;
    }

    private static Finding rotateSize(DovecotSettings settings) throws InvalidSettingException {
        Question question = new Question("mdbox-rotate-size", "mdbox_rotate_size", "2 MiB to 256 MiB",
                "small files are as many as in a Maildir again, and each purge writes a large one anew");
        String found = settings.get("mdbox_rotate_size");
        long bytes = settings.mdboxRotateSize();
        if (bytes >= LEAST && bytes <= MOST) {
            return question.ok(found);
        }
        String remedy = "set mdbox_rotate_size = 10M, Dovecot's default, before the first user is moved";
        Hint hint = Hint.dovecot("mdbox_rotate_size = 10M");
        return bytes < LEAST ? question.slow(found, remedy).with(hint) : question.advice(found, remedy).with(hint);
    }
}
