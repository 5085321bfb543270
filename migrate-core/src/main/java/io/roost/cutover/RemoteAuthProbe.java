package io.roost.cutover;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.roost.director.DirectorException;
import io.roost.director.DoveadmServer;
import io.roost.dovecot.UserNames;
import io.roost.gate.AuthAnswer;
import io.roost.gate.AuthProbe;

/**
 * The auth of another backend, asked with {@code doveadm user} over its doveadm port. That tells a temporary failure, but not the
 * reason of it. It starts a process there for each question, while somebody is locked out: so all services are asked for until all of
 * them were seen to follow a gate, and then the first one is. Thread-safe.
 */
public final class RemoteAuthProbe implements AuthProbe {
    private static final String NO_SUCH_USER = "NOUSER";
    private static final String TEMPORARY = "TEMPFAIL";

    private final DoveadmServer doveadm;
    private final List<String> services;
    private volatile boolean allFollow;

    /** @param services one or more, as which to ask */
    public RemoteAuthProbe(DoveadmServer doveadm, List<String> services) {
        this.doveadm = doveadm;
        this.services = List.copyOf(services);
    }

    @Override
    public AuthAnswer ask(String user) throws IOException {
        return ask(user, services.get(0));
    }

    @Override
    public List<ServiceAnswer> askForEach(String user) throws IOException {
        List<ServiceAnswer> answers = new ArrayList<>();
        for (String service : services) {
            AuthAnswer answer = ask(user, service);
            answers.add(new ServiceAnswer(service, answer));
            if (allFollow || answer.kind() != AuthAnswer.Kind.TEMPFAIL) {
                return answers;
            }
        }
        allFollow = true;
        return answers;
    }

    private AuthAnswer ask(String user, String service) throws IOException {
        UserNames.check(user);
        try {
            run("user", "-x", "service=" + service, user);
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
