package io.roost.cutover;

import java.io.IOException;
import java.util.Set;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.UserNames;

/**
 * Counts a user's quota anew once the userdb says mdbox. Backends that keep a sum of their own need it: {@code dict} and
 * {@code count}, whose sums Dovecot would otherwise correct only when it stumbles over them, and {@code maildir}, which has none for
 * an mdbox and so counts as often as it is asked. {@code fs} asks the file system. Behind a closed gate doveadm cannot work for the
 * user: to be called after the gate has opened, while the user is still pinned here. Immutable and thread-safe.
 */
public final class QuotaRecalculation {
    private static final Set<String> WITH_SUMS = Set.of("dict", "count", "maildir");

    private final DovecotProgram doveadm;
    private final boolean needed;

    public QuotaRecalculation(DovecotProgram doveadm, DovecotSettings settings) {
        this.doveadm = doveadm;
        this.needed = settings.isPluginLoaded("quota") && settings.quotaBackends().stream().anyMatch(WITH_SUMS::contains);
    }

    /** Whether this site's quota needs it. */
    public boolean isNeeded() {
        return needed;
    }

    /**
     * Does it, if it is needed.
     *
     * @throws IOException if doveadm fails; the mail is where it should be all the same, and {@code roost maintain quota} repeats it
     */
    public void run(String user) throws IOException {
        if (needed) {
            UserNames.check(user);
            doveadm.run("quota", "recalc", "-u", user).requireSuccess();
        }
    }
}
