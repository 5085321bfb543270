package io.roost.preflight.probe;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/**
 * Locks, by trying: this process takes an {@code fcntl} lock on a probe file and another one has to be refused, then to get it;
 * a second {@code O_EXCL} has to fail; and, where asked, a lock that another host holds has to hold here.
 */
public final class Locks implements Check {
    private static final String REMEDY = "mount without nolock, and see that rpc.statd (version 3) runs on both ends and that "
            + "firewalls let lockd through";

    private final ProbePlace place;
    private final Optional<Path> heldElsewhere;
    private final Duration patience;

    /** @param heldElsewhere a file that another host has locked now, with {@code roost check --hold-lock} */
    public Locks(ProbePlace place, Optional<Path> heldElsewhere) {
        this(place, heldElsewhere, LockAttempt.PATIENCE);
    }

    /** @param patience for an answer to a lock */
    Locks(ProbePlace place, Optional<Path> heldElsewhere, Duration patience) {
        this.place = place;
        this.heldElsewhere = heldElsewhere;
        this.patience = patience;
    }

    @Override
    public List<String> ids() {
        return List.of("locks-fcntl", "locks-dotlock", "locks-hosts");
    }

    @Override
    public List<Finding> look(Backend backend) throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        for (String directory : place.directories(backend).keySet()) {
            findings.add(probe(directory, fcntl(ByteString.toText(directory)), this::fcntl));
            findings.add(probe(directory, dotlock(ByteString.toText(directory)), Locks::dotlock));
        }
        if (findings.isEmpty()) {
            findings.add(fcntl("targets of the sample").unknown(place.whyNone().get(0), place.whyNone().get(1)));
            findings.add(dotlock("targets of the sample").unknown(place.whyNone().get(0), place.whyNone().get(1)));
        }
        if (heldElsewhere.isPresent()) {
            findings.add(hosts(heldElsewhere.get()));
        }
        return findings;
    }

    /** What is tried with a file. */
    private interface Trial {
        Finding with(Question question, ProbeFile probe) throws InterruptedException;
    }

    /** Each with a file of its own: what one of them meets does not spoil the other. */
    private static Finding probe(String directory, Question question, Trial trial) throws InterruptedException {
        try (ProbeFile probe = ProbeFile.in(directory)) {
            return trial.with(question, probe);
        } catch (PosixException e) {
            return question.unknown(e.getMessage(), "name a directory that this user may write to with --probe-dir");
        }
    }

    private static Question fcntl(String at) {
        return new Question("locks-fcntl", at, "a lock of one process keeps another out, and is free after it",
                "two processes that write an mdbox at once damage it");
    }

    private static Question dotlock(String at) {
        return new Question("locks-dotlock", at, "a file that exists cannot be made with O_EXCL",
                "dotlocks do not keep anybody out otherwise");
    }

    private Finding fcntl(Question question, ProbeFile probe) throws InterruptedException {
        Path path = ProbePlace.path(probe.directory().path(), probe.name());
        // this process must not be the one that waits for a server
        LockAttempt alone = LockAttempt.byAnotherProcess(path, patience);
        if (alone != LockAttempt.GOT) {
            return switch (alone) {
                case REFUSED -> question.unsafe("a new file is locked by somebody else", REMEDY);
                case IMPOSSIBLE -> question.unsafe("a file cannot be locked", REMEDY);
                case NO_ANSWER -> question.unsafe("no answer to a lock within " + patience.toSeconds() + " seconds", REMEDY);
                default -> question.unknown("another process could not be started, or could not open the file",
                        "look at the directory's rights");
            };
        }
        LockAttempt meanwhile;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            meanwhile = lock == null ? LockAttempt.FAILED : LockAttempt.byAnotherProcess(path, patience);
        } catch (IOException e) {
            return question.unsafe("the file cannot be locked: " + e.getMessage(), REMEDY);
        }
        if (meanwhile != LockAttempt.REFUSED) {
            return meanwhile == LockAttempt.GOT ? question.unsafe("two processes had the same lock", REMEDY)
                    : question.unsafe("a lock was not free after its process had let it go, or is not told from others", REMEDY);
        }
        return LockAttempt.byAnotherProcess(path, patience) == LockAttempt.GOT ? question.ok("as expected")
                : question.unsafe("a lock was not free after its process had let it go", REMEDY);
    }

    private static Finding dotlock(Question question, ProbeFile probe) {
        try (OpenFile second = probe.directory().create(probe.name(), 0600)) {
            return question.unsafe("O_EXCL opened " + ByteString.toText(second.path()) + " though it existed",
                    "mount with NFS version 3 or 4, and set dotlock_use_excl = no");
        } catch (PosixException e) {
            return e.errno() == PosixException.EEXIST ? question.ok("as expected") : question.unknown(e.getMessage(),
                    "look at the directory");
        }
    }

    private Finding hosts(Path file) throws InterruptedException {
        Question question = new Question("locks-hosts", file.toString(),
                "locked by the other host, so that this one does not get it",
                "a director that moves a user, or Roost on two backends, counts on it");
        return switch (LockAttempt.byAnotherProcess(file, patience)) {
            case REFUSED -> question.ok("locked");
            case GOT -> question.unsafe("this host got the lock too, unless nobody holds it: roost check --hold-lock has to run on "
                    + "the other", REMEDY);
            case IMPOSSIBLE, NO_ANSWER -> question.unsafe("the file cannot be locked here", REMEDY);
            case FAILED -> question.unknown(file + " cannot be opened", "run roost check --hold-lock FILE on the other host first, "
                    + "and name the same file");
        };
    }
}
