package io.roost.cutover;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.Anvil;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.UserNames;
import io.roost.gate.AuthProbe;
import io.roost.posix.ByteString;

/**
 * The Dovecot of this machine: its anvil is asked who is there, processes are told to end, auth to forget. Somebody is locked out
 * meanwhile, and each start of {@code doveadm} would cost more than all of that; it is the way only where a socket does not answer
 * or refuses. Immutable and thread-safe.
 */
public final class LocalBackend implements Backend {
    /** {@code sysexits.h}: nobody was there to be kicked. */
    private static final int EX_NOHOST = 68;

    private final Anvil anvil;
    private final AuthProbe auth;
    private final DovecotProgram doveadm;

    /**
     * @param anvil   of this Dovecot
     * @param auth    of the same
     * @param doveadm to do it with where these two cannot be reached
     */
    public LocalBackend(Anvil anvil, AuthProbe auth, DovecotProgram doveadm) {
        this.anvil = anvil;
        this.auth = auth;
        this.doveadm = doveadm;
    }

    @Override
    public String name() {
        return "this backend";
    }

    @Override
    public List<String> sessions(String user) throws IOException {
        UserNames.check(user);
        String name = ByteString.ofText(user);
        List<String> found = new ArrayList<>();
        try {
            anvil.sessions(session -> {
                if (session.user().equals(name)) {
                    found.add(ByteString.toText(session.service()));
                }
            });
            return found;
        } catch (InterruptedIOException e) {
            throwIfInterrupted(e);
        } catch (IOException e) {
            // Not there, or not for us: doveadm can say why.
        }
        return sessionsByDoveadm(user);
    }

    @Override
    public void kick(String user) throws IOException {
        UserNames.check(user);
        String name = ByteString.ofText(user);
        Set<Long> theirs = new HashSet<>();
        Set<Long> others = new HashSet<>();
        try {
            anvil.sessions(session -> (session.user().equals(name) ? theirs : others).add(session.pid()));
        } catch (InterruptedIOException e) {
            throwIfInterrupted(e);
            kickByDoveadm(user);
            return;
        } catch (IOException e) {
            kickByDoveadm(user);
            return;
        }
        // One that serves others too would take them with it.
        theirs.removeAll(others);
        for (long pid : theirs) {
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            // SIGTERM: the process says goodbye to its client
            if (process.isPresent() && pid != ProcessHandle.current().pid() && !process.get().destroy() && process.get().isAlive()) {
                kickByDoveadm(user);
                return;
            }
        }
    }

    @Override
    public void flushAuthCache(String user) throws IOException {
        UserNames.check(user);
        try {
            auth.flushCache(user);
        } catch (InterruptedIOException e) {
            throwIfInterrupted(e);
            flushByDoveadm(user);
        } catch (IOException e) {
            flushByDoveadm(user);
        }
    }

    /** A time-out is such an exception too. */
    private static void throwIfInterrupted(InterruptedIOException e) throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw e;
        }
    }

    private List<String> sessionsByDoveadm(String user) throws IOException {
        // A line "username TAB proto TAB pid TAB ip", then one for each session.
        DovecotProgram.Result result = doveadm.run("-f", "tab", "who", "-1", user);
        if (result.exitCode() != 0) {
            throw new Unreachable(name() + " cannot be asked who is logged in: " + result.firstErrors(), null);
        }
        return result.outputText().lines().skip(1).map(line -> line.split("\t")).filter(f -> f.length > 1 && f[0].equals(user))
                .map(f -> f[1]).toList();
    }

    private void kickByDoveadm(String user) throws IOException {
        DovecotProgram.Result result = doveadm.run("kick", user);
        if (result.exitCode() != 0 && result.exitCode() != EX_NOHOST) {
            throw new Unreachable("user " + user + " cannot be kicked: " + result.firstErrors(), null);
        }
    }

    private void flushByDoveadm(String user) throws IOException {
        DovecotProgram.Result result = doveadm.run("auth", "cache", "flush", user);
        // It ends with 0 also where nobody was there to flush anything (2.3.19.1).
        if (result.exitCode() != 0 || result.errors().contains("auth cache flush:")) {
            throw new Unreachable("auth of " + name() + " cannot be asked to flush its cache: " + result.firstErrors(), null);
        }
    }
}
