package io.roost.cutover;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.roost.director.DirectorException;
import io.roost.director.DoveadmServer;
import io.roost.dovecot.UserNames;
import io.roost.posix.ByteString;

/** Another backend, asked over its doveadm port. Immutable and thread-safe. */
public final class RemoteBackend implements Backend {
    /** username, protocol, pid, ip. */
    private static final int COLUMNS = 4;

    private final DoveadmServer doveadm;

    public RemoteBackend(DoveadmServer doveadm) {
        this.doveadm = doveadm;
    }

    @Override
    public String name() {
        return doveadm.toString();
    }

    @Override
    public List<String> sessions(String user) throws IOException {
        UserNames.check(user);
        List<String> columns = run("who", "-1", user);
        List<String> sessions = new ArrayList<>();
        for (int i = 0; i + COLUMNS <= columns.size(); i += COLUMNS) {
            if (columns.get(i).equals(ByteString.ofText(user))) {
                sessions.add(columns.get(i + 1));
            }
        }
        return sessions;
    }

    @Override
    public void kick(String user) throws IOException {
        UserNames.check(user);
        try {
            run("kick", user);
        } catch (DoveadmServer.Refused e) {
            if (!e.code().equals("NOTFOUND")) {
                throw e;
            }
        }
    }

    @Override
    public void flushAuthCache(String user) throws IOException {
        UserNames.check(user);
        run("auth cache flush", user);
    }

    private List<String> run(String... command) throws IOException {
        try {
            return doveadm.run("", command);
        } catch (DirectorException e) {
            if (e.kind() == DirectorException.Kind.UNREACHABLE) {
                throw new Unreachable(e.getMessage(), e);
            }
            throw e;
        }
    }
}
