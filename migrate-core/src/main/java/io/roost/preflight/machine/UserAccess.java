package io.roost.preflight.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.posix.FileSystemIdentity;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.MailPaths;
import io.roost.preflight.SampleUser;

/**
 * Whether each user of the sample can read their source and write where the target will be: asked as that user, of the
 * server.
 */
public final class UserAccess implements Check {
    private static final int READ = 4;
    private static final int WRITE = 2;
    private static final int SEARCH = 1;

    @Override
    public List<String> ids() {
        return List.of("source-readable", "target-writable");
    }

    @Override
    public List<Finding> look(Backend backend) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        findings.add(look(backend, "source-readable", "readable to the user",
                "a mail that cannot be read cannot be carried over", true));
        findings.add(look(backend, "target-writable", "writable to the user", "Dovecot works on the mdbox as the user", false));
        return findings;
    }

    private static Finding look(Backend backend, String id, String expected, String why,
            boolean source) throws InterruptedException {
        List<String> fine = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (SampleUser user : backend.users()) {
            Optional<MailLocation> location = source ? user.source() : user.target();
            if (location.isEmpty()) {
                continue;
            }
            String path = source ? location.get().root() : MailPaths.parentOf(location.get().root());
            Question question = new Question(id, ByteString.toText(path) + " as " + user.name(), expected, why);
            if (isMissing(path)) {
                missing.add(path);
                continue;
            }
            FileSystemIdentity identity = new FileSystemIdentity(user.uid(), user.gid());
            if (user.uid() < 0) {
                return question.unknown("the uid of " + user.name() + " is not known", "set uid in the userdb, or mail_uid; or run as "
                        + "the mail user");
            }
            if (!identity.isPossible()) {
                return question.unknown("only root can try it as uid " + user.uid(), "run as root, or as that user");
            }
            try {
                identity.run(() -> {
                    if (source) {
                        read(path);
                    } else {
                        FileSystemIdentity.requireAccess(path, WRITE | SEARCH);
                    }
                    return path;
                });
            } catch (PosixException e) {
                return e.errno() == PosixException.EACCES || e.errno() == PosixException.EROFS
                        || e.errno() == PosixException.EPERM
                        ? question.unsafe("uid " + user.uid() + ": " + e.getMessage(),
                        "correct owner and mode, or uid and gid in the userdb")
                        : e.isNotFound() ? question.unsafe(e.getMessage(),
                        "look whether it is mounted; correct the location or create it")
                        : question.unknown(e.getMessage(), "look at it by hand");
            }
            fine.add(user.name());
        }
        Question question = new Question(id, "users of the sample", expected, why);
        if (fine.isEmpty() && !missing.isEmpty()) {
            return question.unknown(ByteString.toText(missing.get(0)) + " is not there" + (missing.size() == 1 ? "" : ", nor are "
                    + (missing.size() - 1) + " others") + ": no mail has come yet, or its file system is not mounted",
                    "look whether it is mounted; name users who have mail, or correct --home and --from");
        }
        String without = missing.isEmpty() ? "" : "; " + (missing.size() == 1 ? "1 has" : missing.size() + " have") + " none yet";
        return fine.isEmpty() ? backend.nobody(question) : question.ok(String.join(", ", fine) + without);
    }

    /** To root, or whoever looks; what this process may not see is found out as the user. */
    private static boolean isMissing(String path) {
        try {
            return OpenDirectory.statusOf(path).isEmpty();
        } catch (PosixException e) {
            return false;
        }
    }

    private static void read(String root) throws PosixException {
        FileSystemIdentity.requireAccess(root, READ | SEARCH);
        for (String name : List.of("cur", "new")) {
            String path = root + "/" + name;
            if (OpenDirectory.statusOf(path).isPresent()) {
                FileSystemIdentity.requireAccess(path, READ | SEARCH);
            }
        }
    }
}
