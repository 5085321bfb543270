package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.migrate.SeparateMigration.Ended;
import io.roost.testing.DovecotInstance;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.MailboxView;
import io.roost.testing.MailboxView.Ignoring;

/**
 * Users that all have the same Maildir, and what Dovecot shows of the one whose migration nobody disturbed. Saved dates are left
 * out of the view, since copies of a Maildir differ in them; Roost's own comparison has them.
 */
final class SameUsers implements AutoCloseable {
    private final DovecotInstance dovecot;
    private final Path temp;
    private final String target;
    private final Path template;
    private final Map<String, List<String>> sources = new HashMap<>();
    private final MailboxView undisturbed;
    private final Ended undisturbedEnd;
    private final long undisturbedMillis;

    /**
     * @param count      users that there may be
     * @param target     of all of them, which must lie below their homes
     * @param perMailbox mails in an ordinary mailbox
     */
    SameUsers(Path temp, int count, String target, int perMailbox) throws Exception {
        this.temp = temp;
        this.target = target;
        dovecot = DovecotInstance.with(target).users("undisturbed")
                .users(IntStream.range(0, count).mapToObj(SameUsers::name).toArray(String[]::new)).start();
        template = MaildirSample.of(temp.resolve("template"), 7, perMailbox).write();
        dovecot.own(template);
        prepare("undisturbed");
        long[] times = new long[1];
        undisturbedEnd = migration("undisturbed").run(process -> times[0] = System.nanoTime(), "verify=1");
        undisturbedMillis = (System.nanoTime() - times[0]) / 1_000_000;
        undisturbed = MailboxView.of(dovecot, "undisturbed", Ignoring.SAVED_DATE);
        assertEndsLikeUndisturbed("undisturbed", undisturbedEnd);
    }

    static String name(int number) {
        return "user" + number;
    }

    DovecotInstance dovecot() {
        return dovecot;
    }

    /** How long it took from the first word of the process to its end. */
    long undisturbedMillis() {
        return undisturbedMillis;
    }

    Path home(String user) {
        return dovecot.home(user);
    }

    /** Gives the user the Maildir. */
    synchronized void prepare(String user) throws IOException {
        Path maildir = MaildirBuilder.copy(template, home(user).resolve("Maildir"));
        sources.put(user, MaildirBuilder.fingerprint(maildir));
    }

    SeparateMigration migration(String user) {
        return new SeparateMigration(state(user), user, home(user)).set("to", target);
    }

    private Path state(String user) {
        return temp.resolve("state-" + user);
    }

    /** Checks everything that a run which came to its end leaves; the Maildir must not have been changed by anybody. */
    void assertEndsLikeUndisturbed(String user, Ended last) throws Exception {
        assertTrue(last.succeeded(), last::toString);
        assertEquals(counts(undisturbedEnd), counts(last));
        assertEquals(undisturbedEnd.line("verified"), last.line("verified"), last::toString);
        assertTrue(last.line("verified").startsWith("equal=true"), last::toString);
        assertEquals(List.of(), leftovers(user));
        assertEquals(sources.get(user), MaildirBuilder.fingerprint(home(user).resolve("Maildir")));
        assertEquals(UserState.DONE, record(user).state());
        MailboxView.assertSame(undisturbed, MailboxView.of(dovecot, user, Ignoring.SAVED_DATE));
        assertAllOwned(user);
        dovecot.assertLogClean();
    }

    private static String counts(Ended end) {
        return end.line("result").replaceFirst(" dataFiles=.*", "");
    }

    UserRecord record(String user) {
        try (CheckpointStore store = CheckpointStore.openReadOnly(state(user).toString()).orElseThrow()) {
            return store.user(user).orElseThrow();
        }
    }

    /** What is in the home and should not stay there. */
    List<String> leftovers(String user) throws IOException {
        try (Stream<Path> all = Files.walk(home(user))) {
            return all.map(p -> home(user).relativize(p).toString()).filter(p -> p.contains("roost")).toList();
        }
    }

    private void assertAllOwned(String user) throws IOException {
        try (Stream<Path> all = Files.walk(home(user))) {
            for (Path path : (Iterable<Path>) all::iterator) {
                assertEquals(dovecot.mailUid(), Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS), path::toString);
            }
        }
    }

    @Override
    public void close() throws IOException {
        dovecot.close();
    }
}
