package io.roost.cutover;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import io.roost.director.DirectorException;
import io.roost.director.DoveadmServer;
import io.roost.dovecot.UserNames;
import io.roost.gate.AuthAnswer;
import io.roost.gate.AuthProbe;

/**
 * The auth of another backend, asked with {@code doveadm user} over its doveadm port. That tells a temporary failure, but not the
 * reason of it. Immutable and thread-safe.
 */
public final class RemoteAuthProbe implements AuthProbe {
    private static final String NO_SUCH_USER = "NOUSER";
    private static final String TEMPORARY = "TEMPFAIL";

    private final DoveadmServer doveadm;

    public RemoteAuthProbe(DoveadmServer doveadm) {
        this.doveadm = doveadm;
    }

    @Override
    public AuthAnswer ask(String user) throws IOException {
        UserNames.check(user);
        try {
            run("user", user);
            return new AuthAnswer(AuthAnswer.Kind.ADMITTED, "", Map.of());
        } catch (DoveadmServer.Refused e) {
            return switch (e.code()) {
                case NO_SUCH_USER -> new AuthAnswer(AuthAnswer.Kind.UNKNOWN, "", Map.of());
                case TEMPORARY -> new AuthAnswer(AuthAnswer.Kind.TEMPFAIL, "", Map.of());
                default -> throw e;
            };
        }
    }

    @Override
    public void flushCache(String user) throws IOException {
        UserNames.check(user);
        run("auth cache flush", user);
    }

    private List<String> run(String... command) throws IOException {
        try {
            return doveadm.run("", command);
        } catch (DirectorException e) {
            if (e.kind() == DirectorException.Kind.UNREACHABLE) {
                throw new Unreachable(name(), e);
            }
            throw e;
        }
    }

    @Override
    public boolean tellsReason() {
        return false;
    }

    @Override
    public String name() {
        return "auth behind doveadm at " + doveadm;
    }
}
