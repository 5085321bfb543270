package io.roost.preflight.settings;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotSettings;
import io.roost.maildir.Compression;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Severity;

/** Plugins that the sample's Maildirs call for: the first bytes of some mails of each INBOX, and {@code dovecot-acl} files. */
public final class SourcePlugins implements Check {
    private static final int MAILS = 50;

    @Override
    public List<String> ids() {
        return List.of("plugin-zlib-missing", "plugin-acl-missing");
    }

    @Override
    public List<Finding> look(Backend backend) {
        List<SampleUser> withMaildir = backend.users().stream().filter(u -> u.source().filter(s -> s.isMaildir())
                .isPresent()).toList();
        List<SampleUser> users = withMaildir.stream().filter(SourcePlugins::hasMail).toList();
        DovecotSettings settings = backend.settings();
        Question zlib = new Question("plugin-zlib-missing", "the first " + MAILS + " mails of each INBOX of the sample",
                "no compressed mails, or the plugin zlib", "without the plugin Dovecot shows compressed mails as garbage, and "
                + "Roost carries them over as they are");
        Question acl = new Question("plugin-acl-missing", "dovecot-acl in the mailboxes of the sample",
                "none, or the plugin acl",
                "rights that were given are not kept to, and shared mailboxes are gone for those who use them");
        if (users.isEmpty() && !withMaildir.isEmpty()) {
            String reason = ByteString.toText(withMaildir.get(0).source().get().root()) + " is not there"
                    + (withMaildir.size() == 1 ? "" : ", nor is any other of the sample");
            return List.of(zlib.unknown(reason, "look whether it is mounted; name users who have mail"),
                    acl.unknown(reason, "look whether it is mounted; name users who have mail"));
        }
        if (users.isEmpty() && !backend.users().isEmpty()) {
            // all of them are moved
            return List.of();
        }
        if (users.isEmpty()) {
            return List.of(backend.nobody(zlib), backend.nobody(acl));
        }
        Finding compressed = settings.isPluginLoaded("zlib") ? zlib.ok("zlib is loaded") : zlib(zlib, users, settings);
        Finding rights = settings.isPluginLoaded("acl") ? acl.ok("acl is loaded") : acl(acl, users, settings);
        return List.of(judged(backend, zlib, compressed), judged(backend, acl, rights));
    }

    /** Where nobody knows the settings, nobody knows what is loaded. */
    private static Finding judged(Backend backend, Question question, Finding finding) {
        return backend.knowsSettings() || finding.severity() != Severity.UNSAFE ? finding
                : question.unknown(finding.found() + ", and no settings are known that would say whether the plugin is loaded",
                "hand over what doveconf -a prints with --settings FILE");
    }

    /** What cannot be looked at is told by who opens it. */
    private static boolean hasMail(SampleUser user) {
        try {
            return OpenDirectory.statusOf(user.source().orElseThrow().root()).isPresent();
        } catch (PosixException e) {
            return true;
        }
    }

    private static Finding zlib(Question question, List<SampleUser> users, DovecotSettings settings) {
        List<String> compressed = new ArrayList<>();
        int mails = 0;
        for (SampleUser user : users) {
            try (OpenDirectory cur = OpenDirectory.open(user.source().orElseThrow().inbox().orElse(user.source()
                    .orElseThrow().root()) + "/cur")) {
                List<String> names = new ArrayList<>();
                cur.list((name, kind) -> {
                    if (names.size() < MAILS) {
                        names.add(name);
                    }
                });
                for (String name : names) {
                    mails++;
                    if (isCompressed(cur, name)) {
                        compressed.add(cur.pathOf(name));
                    }
                }
            } catch (PosixException e) {
                return question.unknown(e.getMessage(), "run as the mail user or root");
            }
        }
        return compressed.isEmpty() ? question.ok("none of " + mails + " mails is compressed")
                : question.unsafe(compressed.size() + " of " + mails + " mails, such as "
                + ByteString.toText(compressed.get(0)), "add zlib to mail_plugins").with(Hint.plugin(settings, "zlib"));
    }

    private static boolean isCompressed(OpenDirectory cur, String name) throws PosixException {
        ByteBuffer head = ByteBuffer.allocateDirect(Compression.MAGIC_BYTES);
        try (OpenFile file = cur.openFile(name)) {
            file.preadFully(head, 0);
        } catch (PosixException e) {
            if (e.isNotFound() || e.errno() == PosixException.EISDIR || e.errno() == PosixException.ELOOP) {
                // gone meanwhile, or no mail
                return false;
            }
            throw e;
        }
        byte[] bytes = new byte[head.flip().remaining()];
        head.get(bytes);
        return Compression.detect(bytes, 0, bytes.length).isPresent();
    }

    private static Finding acl(Question question, List<SampleUser> users, DovecotSettings settings) {
        List<String> found = new ArrayList<>();
        for (SampleUser user : users) {
            try (OpenDirectory root = OpenDirectory.open(user.source().orElseThrow().controlRoot())) {
                List<String> names = new ArrayList<>(List.of("."));
                root.list((name, kind) -> {
                    if (kind == FileStatus.Kind.DIRECTORY && name.startsWith(".") && names.size() < 10_000) {
                        names.add(name);
                    }
                });
                for (String name : names) {
                    if (root.status(name + "/dovecot-acl").isPresent()) {
                        found.add(root.pathOf(name + "/dovecot-acl"));
                    }
                }
            } catch (PosixException e) {
                return question.unknown(e.getMessage(), "run as the mail user or root");
            }
        }
        return found.isEmpty() ? question.ok("none") : question.unsafe((found.size() == 1 ? "" : found.size() + " files, such as ")
                + ByteString.toText(found.get(0)), "add acl to mail_plugins, and set plugin { acl = vfile }")
                .with(Hint.dovecot(Hint.plugin(settings, "acl").text() + "\nplugin {\n  acl = vfile\n}"));
    }
}
