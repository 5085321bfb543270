package io.roost.migrate;

import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * What is done around the steps of one user's migration so that the user moves over while mail arrives and clients are online;
 * {@link UserMigration} says when. One object for one attempt, called by its thread. Every method but {@link #abandon} may throw what
 * ends the attempt.
 */
public interface CutoverSteps {
    /** No cutover: the mdbox is published, and the userdb left to the administrator. */
    CutoverSteps NONE = new NoCutover();

    /** Whether Roost cuts the user over at all. */
    boolean cutsOver();

    /** Whether the user is pinned to this backend. */
    boolean isPinned();

    /** Whether to end when everything that is there has been copied. */
    boolean preparesOnly();

    /**
     * Whether Dovecot uses the mdbox: asked where an earlier run has published it, and has perhaps switched the user without living to
     * record it, or somebody has done that by hand; and once more when the user has been let in. The gate is open.
     *
     * @throws MigrationException if that cannot be told
     */
    boolean isSwitched() throws IOException, MigrationException, InterruptedException;

    /** Everything is copied: waits for the time of the cutover, if somebody holds it back; returns whether it had to. */
    boolean awaitTime() throws IOException, MigrationException, InterruptedException;

    /** Keeps the user out, if that is not so already. */
    void closeGate() throws IOException, MigrationException, InterruptedException;

    /** Ends what still uses the user's mail, and returns when nothing does. */
    void awaitQuiet() throws IOException, MigrationException, InterruptedException;

    /** Makes sure that the user is still kept out, still on this backend, and without a session that began late. */
    void requireKept() throws IOException, MigrationException, InterruptedException;

    /** Makes the userdb lead to the mdbox. */
    void switchOver() throws IOException, MigrationException, InterruptedException;

    /** Undoes {@link #switchOver} while the gate is closed. */
    void switchBack() throws IOException, MigrationException, InterruptedException;

    /** Lets the user in; returns when clients are. */
    void openGate() throws IOException, MigrationException, InterruptedException;

    /** Whether deliveries that began before the gate closed may still reach the Maildir. Waits a little if so. */
    boolean awaitLateDeliveries() throws IOException, MigrationException, InterruptedException;

    /** The next UID in the map of the mdbox: mails that are put there from now on have none below. */
    long nextMapUid() throws IOException;

    /**
     * Puts a mail that reached the Maildir late into the mdbox, which the user is using.
     *
     * @param begun if a run that was killed has begun to, so that it may be there already, or have been: what {@link #nextMapUid} was
     *              before
     */
    void bringOver(LateMail mail, OptionalLong begun) throws IOException, MigrationException, InterruptedException;

    /** The attempt has failed before the user was switched: lets the user in again, to the Maildir. */
    void abandon();

    /** What {@link #abandon} and others could not do, for people. */
    List<String> complaints();

    /** See {@link #NONE}. */
    final class NoCutover implements CutoverSteps {
        private NoCutover() {
        }

        @Override
        public boolean cutsOver() {
            return false;
        }

        @Override
        public boolean isPinned() {
            return false;
        }

        @Override
        public boolean preparesOnly() {
            return false;
        }

        @Override
        public boolean isSwitched() {
            return true;
        }

        @Override
        public boolean awaitTime() {
            return false;
        }

        @Override
        public void closeGate() {
            // Nobody is kept out.
        }

        @Override
        public void awaitQuiet() {
            // Whoever uses the mail makes the source change, which is noticed.
        }

        @Override
        public void requireKept() {
            // There is nothing to keep.
        }

        @Override
        public void switchOver() {
            // Left to the administrator.
        }

        @Override
        public void switchBack() {
            // Left to the administrator.
        }

        @Override
        public void openGate() {
            // There is none.
        }

        @Override
        public boolean awaitLateDeliveries() {
            return false;
        }

        @Override
        public long nextMapUid() {
            throw new IllegalStateException("nobody was switched");
        }

        @Override
        public void bringOver(LateMail mail, OptionalLong begun) {
            throw new IllegalStateException("nobody was switched");
        }

        @Override
        public void abandon() {
            // Nothing was done.
        }

        @Override
        public List<String> complaints() {
            return List.of();
        }
    }
}
