package io.roost.cutover;

import java.io.IOException;
import java.util.List;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.UserNames;

/**
 * The Dovecot of this machine, asked with {@code doveadm who}, {@code doveadm kick} and {@code doveadm auth cache flush}. Immutable
 * and thread-safe.
 */
public final class LocalBackend implements Backend {
    /** {@code sysexits.h}: nobody was there to be kicked. */
    private static final int EX_NOHOST = 68;

    private final DovecotProgram doveadm;

    public LocalBackend(DovecotProgram doveadm) {
        this.doveadm = doveadm;
    }

    @Override
    public String name() {
        return "this backend";
    }

    @Override
    public List<String> sessions(String user) throws IOException {
        UserNames.check(user);
        // A line "username TAB proto TAB pid TAB ip", then one for each session.
        DovecotProgram.Result result = doveadm.run("-f", "tab", "who", "-1", user);
        if (result.exitCode() != 0) {
            throw new Unreachable(name() + " cannot be asked who is logged in: " + result.firstErrors(), null);
        }
        return result.outputText().lines().skip(1).map(line -> line.split("\t")).filter(f -> f.length > 1 && f[0].equals(user))
                .map(f -> f[1]).toList();
    }

    @Override
    public void kick(String user) throws IOException {
        UserNames.check(user);
        DovecotProgram.Result result = doveadm.run("kick", user);
        if (result.exitCode() != 0 && result.exitCode() != EX_NOHOST) {
            throw new Unreachable("user " + user + " cannot be kicked: " + result.firstErrors(), null);
        }
    }

    @Override
    public void flushAuthCache(String user) throws IOException {
        UserNames.check(user);
        DovecotProgram.Result result = doveadm.run("auth", "cache", "flush", user);
        if (result.exitCode() != 0) {
            throw new Unreachable("auth of " + name() + " cannot be asked to flush its cache: " + result.firstErrors(), null);
        }
    }
}
