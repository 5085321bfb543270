package io.roost.preflight.machine;

import java.util.ArrayList;
import java.util.List;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.MailPaths;

/** The directory of the checkpoint store; if it is not there yet, the one that it will be made in. */
public final class StateDirectory implements Check {
    /** A record for each mail of the users under way; a user of a million mails takes some 200 MiB. */
    private static final long LEAST_BYTES = 1L << 30;

    private final String directory;

    /** @param directory as the administrator gave it */
    public StateDirectory(String directory) {
        this.directory = directory;
    }

    @Override
    public List<String> ids() {
        return List.of("state-local", "state-private", "state-room");
    }

    @Override
    public List<Finding> look(Backend backend) {
        Question local = new Question("state-local", directory, "on a local disk",
                "the store is mapped into memory: on a network file system, or in memory, what was done is forgotten or "
                + "damaged");
        Question secret = new Question("state-private", directory, "mode 0700, ours",
                "whoever writes there can make Roost forget or skip users");
        Question room = new Question("state-room", directory, "1 GiB free", "a store without room stops the migration");
        String at = ByteString.ofText(directory);
        boolean exists = true;
        while (true) {
            try (OpenDirectory dir = OpenDirectory.open(at)) {
                FileSystemStatus fileSystem = dir.fileSystem();
                List<Finding> findings = new ArrayList<>();
                findings.add(fileSystem.isNetwork() || fileSystem.isMemory() ? local.unsafe(fileSystem.typeName(),
                        "name a directory on a local disk with --state") : local.ok(fileSystem.typeName()));
                findings.add(exists ? secret(secret, dir.status()) : secret.ok("not there yet; Roost makes it with mode 0700"));
                String found = (fileSystem.freeBytes() >> 20) + " MiB free";
                findings.add(fileSystem.freeBytes() >= LEAST_BYTES ? room.ok(found) : room.advice(found,
                        "make room, or name another directory with --state"));
                return findings;
            } catch (PosixException e) {
                if (!e.isNotFound() || at.equals("/") || at.isEmpty()) {
                    return List.of(local.unknown(e.getMessage(), "run as the user who will migrate"),
                            secret.unknown(e.getMessage(), "run as the user who will migrate"),
                            room.unknown(e.getMessage(), "run as the user who will migrate"));
                }
                exists = false;
                at = at.indexOf('/') < 0 ? "." : MailPaths.parentOf(at);
            }
        }
    }

    private static Finding secret(Question question, FileStatus status) {
        String found = String.format("mode %04o, uid %d", status.mode(), status.uid());
        int me = OpenDirectory.effectiveUid();
        if (status.uid() != me && status.uid() != 0) {
            return question.unsafe(found + "; Roost runs as uid " + me, "name a directory of your own with --state");
        }
        Hint hint = new Hint(Hint.SHELL, "chmod 0700 " + question.lookedAt());
        return (status.mode() & 022) != 0 ? question.unsafe(found, "let nobody else write there").with(hint)
                : (status.mode() & 055) != 0 ? question.advice(found, "let nobody else read there: names of users stand there").with(hint)
                : question.ok(found);
    }
}
