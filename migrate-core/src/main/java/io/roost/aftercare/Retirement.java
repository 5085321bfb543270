package io.roost.aftercare;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.dovecot.MailLocation;
import io.roost.gate.GateException;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.Account;
import io.roost.migrate.FileFate;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Settings;
import io.roost.migrate.Verification;
import io.roost.migrate.VerifyReport;
import io.roost.posix.ByteString;

/**
 * The end of a Maildir whose user has lived with the mdbox for long enough: it is moved to a trash directory of the same file
 * system, by a rename. The only thing in Roost that takes a Maildir away; so it refuses whenever anything is not as expected.
 *
 * <p>Looked at, in this order: the userdb says mdbox; the store has finished the migration of these two locations, long enough ago;
 * {@link MaildirTrees} finds nothing odd about the directories; and every mail of the Maildir is in the mdbox with the same bytes,
 * wherever and with whatever UID, or was there when the migration ended and has been expunged or moved since. The latter is
 * told by the file: one that was made or changed after the last snapshot, or may have been, and is not in the mdbox is a mail
 * that would be lost.
 *
 * <p>A run that is killed leaves each tree either where it was or in the trash; the next one moves the rest.
 */
public final class Retirement {
    private static final int MOST_NAMED = 5;
    /** More than verifying the largest user takes. */
    private static final Duration SNAPSHOT_TO_PUBLISHED = Duration.ofHours(1);

    private final Account account;
    private final Settings settings;
    private final MaildirTrees trees;

    /**
     * How a Maildir is related to its mdbox.
     *
     * @param present mails that are in both, the same to the byte
     * @param since   mails that the user has expunged or moved since the migration
     * @param left    files that could not be carried over, which the migration was told to skip
     */
    public record Inventory(long present, long since, long left) { }

    /** @param settings as for the migration: whether unreadable mails may be left behind in particular */
    public Retirement(Account account, Settings settings) {
        this.account = account;
        this.settings = settings;
        this.trees = new MaildirTrees(account);
    }

    /**
     * Looks at everything, and changes nothing.
     *
     * @param record    of the user in the store
     * @param inForce   where the userdb says that the mail is, asked just now
     * @param olderThan how long ago the migration must have ended
     * @throws GateException if the Maildir must not go, with the reason
     */
    public Inventory check(UserRecord record, MailLocation inForce, Duration olderThan, Instant now)
            throws IOException, MigrationException, InterruptedException {
        requireInForce(inForce);
        requireFinished(record, olderThan, now);
        trees.requireOrdinary();
        if (trees.isGone()) {
            return new Inventory(0, 0, 0);
        }
        return requireEveryMail(record);
    }

    private void requireInForce(MailLocation inForce) throws GateException {
        if (!inForce.isMdbox() || !inForce.root().equals(account.target().root())) {
            throw refused("the userdb says that the mail is at " + text(inForce.driver() + ":" + inForce.root()) + ", not at "
                    + text("mdbox:" + account.target().root()));
        }
    }

    private void requireFinished(UserRecord record, Duration olderThan, Instant now) throws GateException {
        if (record.state() != UserState.DONE) {
            throw refused("the migration has not ended: it is " + record.state().name().toLowerCase(Locale.ROOT)
                    + " in the checkpoint store");
        }
        if (!record.source().equals(account.source().toString()) || !record.target().equals(account.target().toString())) {
            throw refused("the migration was from " + text(record.source()) + " to " + text(record.target()) + ", and asked for is "
                    + text(account.source().toString()) + " to " + text(account.target().toString()));
        }
        Instant ended = Instant.ofEpochMilli(record.updated());
        if (ended.plus(olderThan).isAfter(now)) {
            throw refused("the migration ended at " + ended + ", which is less than " + olderThan.toHours() + " hours ago");
        }
    }

    /**
     * What is older was in the last snapshot. That one was taken some time before the result was published, so that a mail which
     * came in between is in no mdbox, and older than the end of the migration.
     *
     * @param record of a user whose migration has ended
     */
    public static Instant surelySeen(UserRecord record) {
        Instant published = Instant.ofEpochMilli(Math.min(record.finished(), record.updated()));
        Instant before = published.minus(SNAPSHOT_TO_PUBLISHED);
        Instant begun = Instant.ofEpochMilli(record.started());
        return begun.isAfter(before) ? begun : before;
    }

    private Inventory requireEveryMail(UserRecord record) throws IOException, MigrationException, InterruptedException {
        Set<String> later = trees.mailsChangedAfter(surelySeen(record));
        List<String> lost = new ArrayList<>();
        long[] since = new long[1];
        long[] kept = new long[1];
        Map<FileFate.Fate, Long> counts = new EnumMap<>(FileFate.Fate.class);
        VerifyReport report = new Verification(account, settings, event -> { }, fate -> {
            counts.merge(fate.fate(), 1L, Long::sum);
            boolean isNew = later.contains(fate.file().substring(fate.file().indexOf('/') + 1));
            if (fate.isKept()) {
                kept[0]++;
            } else if (fate.fate() == FileFate.Fate.DIFFERENT || fate.fate() == FileFate.Fate.MISSING && isNew) {
                lost.add(fate.mailbox() + ": " + text(fate.file()) + ": " + fate.detail());
            } else if (fate.fate() == FileFate.Fate.MISSING) {
                since[0]++;
            }
        }).run();
        if (!lost.isEmpty()) {
            throw refused(lost.size() + " mails of the Maildir are not in the mdbox as they are, and came or changed after the "
                    + "migration: " + String.join("; ", lost.subList(0, Math.min(MOST_NAMED, lost.size()))));
        }
        Optional<SourceProblem> loss = report.problems().stream()
                .filter(problem -> problem.kind().severity() == SourceProblem.Severity.LOSS).findFirst();
        if (loss.isPresent() && !settings.skipUnreadable()) {
            throw refused("the Maildir has what was not carried over: " + loss.get()
                    + "; with --skip-unreadable it goes to the trash with the rest");
        }
        long present = kept[0];
        long files = counts.values().stream().mapToLong(Long::longValue).sum();
        if (present == 0 && files > 0) {
            throw refused("not one of its " + files + " files is in the mdbox: is it the right Maildir?");
        }
        return new Inventory(present, since[0], counts.getOrDefault(FileFate.Fate.REJECTED, 0L));
    }

    /**
     * Moves the Maildir away; {@link #check} comes before.
     *
     * @param trash directory on the same file system; empty for {@code .roost-trash} beside each tree
     * @return where the trees are now, byte strings; empty if they had gone before
     */
    public List<String> retire(Optional<String> trash, Instant now) throws IOException {
        return trees.moveTo(trash, now);
    }

    private GateException refused(String why) {
        return new GateException("the Maildir of user " + text(ByteString.ofText(account.user())) + " stays: " + why);
    }

    private static String text(String bytes) {
        return ByteString.toText(bytes);
    }
}
