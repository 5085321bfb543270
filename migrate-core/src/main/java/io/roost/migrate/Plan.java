package io.roost.migrate;

import java.util.List;
import java.util.Optional;

import io.roost.maildir.SourceProblem;
import io.roost.posix.FileSystemStatus;

/**
 * What a migration of one user would do, found without writing anything anywhere. Sizes in bytes.
 *
 * @param user        user name
 * @param source      root of the Maildir, a byte string
 * @param target      root of the mdbox, a byte string
 * @param mailboxes   in the order of listing
 * @param dataFiles   number of {@code m.*} files to come
 * @param dataBytes   their size together, metadata included
 * @param indexBytes  size of map index and mailbox indexes
 * @param files       files and directories to be created
 * @param space       of the file system that the mdbox will lie on, as it is now; empty if its directory is not there
 * @param estimate    how long it may take
 * @param problems    everything found, losses first
 * @param obstacles   what would make {@code roost migrate} refuse to start, apart from losses
 */
public record Plan(String user, String source, String target, List<Mailbox> mailboxes, long dataFiles, long dataBytes,
        long indexBytes, long files, Optional<FileSystemStatus> space, Estimate estimate, List<SourceProblem> problems,
        List<String> obstacles) {
    public Plan {
        mailboxes = List.copyOf(mailboxes);
        problems = List.copyOf(problems);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * One mailbox.
     *
     * @param name        for people
     * @param mails       number of mails
     * @param bytes       real size of their files
     * @param unseen      mails without {@code \Seen}
     * @param recent      mails that are {@code \Recent}
     * @param uidValidity 0 if it has none yet and will get one
     * @param uidNext     next UID
     * @param keywords    names of keywords in use
     * @param subscribed  whether the user has subscribed it
     */
    public record Mailbox(String name, long mails, long bytes, long unseen, long recent, long uidValidity, long uidNext,
            List<String> keywords, boolean subscribed) {
        public Mailbox {
            keywords = List.copyOf(keywords);
        }
    }

    /**
     * How long it may take. Reading is measured on a sample of the user's own mails; writing is not, since a plan writes nothing.
     *
     * @param lowSeconds    if the store keeps up with what the sample showed and reading ahead helps as much as it can
     * @param highSeconds   if reading ahead does not help at all and writing takes as long as reading
     * @param sampleMails   mails read for it
     * @param sampleBytes   their size
     * @param sampleMillis  time that took
     */
    public record Estimate(double lowSeconds, double highSeconds, int sampleMails, long sampleBytes, long sampleMillis) {
    }

    public long mails() {
        return mailboxes.stream().mapToLong(Mailbox::mails).sum();
    }

    public long bytes() {
        return mailboxes.stream().mapToLong(Mailbox::bytes).sum();
    }

    /** Whether {@code roost migrate} would carry everything over without further options. */
    public boolean isClean() {
        return obstacles.isEmpty() && problems.stream().noneMatch(p -> p.kind().severity() == SourceProblem.Severity.LOSS);
    }
}
