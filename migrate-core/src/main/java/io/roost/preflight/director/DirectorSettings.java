package io.roost.preflight.director;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import io.roost.director.CollidingUsers;
import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;
import io.roost.preflight.RunningProgram;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Topology;

/** What the director's settings say, where they were handed over or are those of this machine; and what runs beside it. */
public final class DirectorSettings implements Check {
    private static final String HAND_OVER = "hand over what doveconf -a prints on the director, with --director-settings FILE";
    private static final String EXPIRE = "director_user_expire = 15 min";
    private static final String FLUSH = "director_flush_socket = tcp:%i:9093";
    private static final int SHOWN = 5;
    private static final int TIMEOUT_MILLIS = 3_000;

    private final DirectorSide director;
    private final List<String> everybody;

    /** @param everybody names of all users of the migration; empty for the sample alone */
    public DirectorSettings(DirectorSide director, List<String> everybody) {
        this.director = director;
        this.everybody = List.copyOf(everybody);
    }

    @Override
    public List<String> ids() {
        return List.of("director-user-expire", "director-flush-socket", "director-hash-collisions", "director-monitor");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        if (backend.topology() != Topology.DIRECTOR) {
            return List.of();
        }
        Optional<DovecotSettings> settings = director.settings().or(() -> Optional.of(backend.settings())
                .filter(s -> !s.get("director_servers").isEmpty()));
        List<Finding> findings = new ArrayList<>();
        findings.add(expire(settings, backend));
        findings.add(flush(settings, backend));
        if (!backend.isDirector()) {
            findings.add(collisions(backend));
        }
        findings.add(monitor(backend));
        return findings;
    }

    private static Finding expire(Optional<DovecotSettings> settings, Backend backend) throws IOException {
        long cache = 60;
        for (SampleUser user : backend.users()) {
            for (String path : MailPaths.of(user).shared()) {
                Optional<Mount> mount = backend.mounts().find(path).filter(Mount::isNfs);
                for (String key : List.of("acregmax", "acdirmax")) {
                    cache = Math.max(cache, mount.flatMap(m -> m.value(key)).filter(v -> v.matches("[0-9]{1,9}"))
                            .map(Long::parseLong).orElse(0L));
                }
            }
        }
        Question question = new Question("director-user-expire", "director_user_expire", "longer than attributes are cached, "
                + cache
                + " seconds here", "a user who comes back to another backend sooner finds there what the NFS client remembers "
                + "from before");
        if (settings.isEmpty()) {
            return question.unknown("the director does not tell", HAND_OVER);
        }
        long seconds = settings.get().getTime("director_user_expire");
        return seconds > cache ? question.ok(seconds + " seconds") : question.unsafe(seconds + " seconds",
                "on the director: " + EXPIRE).with(new Hint(backend.isDirector() ? Hint.DOVECOT : Hint.DOVECOT
                + " of the director", EXPIRE));
    }

    private static Finding flush(Optional<DovecotSettings> settings, Backend backend) throws IOException {
        Question question = new Question("director-flush-socket", "director_flush_socket", "set, and answering",
                "it removes a user's list index from the backend that they come to; with LISTINDEX in memory it is needed");
        if (settings.isEmpty()) {
            return question.unknown("the director does not tell", HAND_OVER);
        }
        String socket = settings.get().get("director_flush_socket");
        if (socket.isEmpty()) {
            boolean memory = backend.users().stream().flatMap(u -> u.locations().stream()).anyMatch(l -> l.listIndex()
                    .isPresent());
            return memory || backend.isDirector() ? question.advice("not set", "on the director: " + FLUSH
                    + ", and roost hostchange serve --listen IP:9093 on each backend; or let a post-login script of the backends call roost "
                    + "hostchange (docs/hostchange.md)").with(new Hint(backend.isDirector() ? Hint.DOVECOT : Hint.DOVECOT
                    + " of the director", FLUSH))
                    : question.ok("not set, and there is no LISTINDEX");
        }
        if (!socket.matches("(unix|tcp|exec):.+")) {
            return question.unsafe(socket, "begin it with unix: or tcp:; without, director 2.3.19 ends at the first user it "
                    + "moves");
        }
        if (socket.startsWith("exec:")) {
            return question.unknown(socket + ", a program on the director", "look there");
        }
        try {
            connect(socket, settings.get(), backend.isDirector());
            return question.ok(socket + " takes connections");
        } catch (IOException | IllegalArgumentException e) {
            boolean elsewhere = socket.startsWith("unix:") && backend.settings() != settings.get();
            return elsewhere ? question.unknown(socket + " is a socket on the director", "run roost check there too")
                    : question.unsafe(socket + " takes no connection: " + e.getMessage(), "start what listens there");
        }
    }

    /**
     * Connects and says nothing: a request would make it work. {@code %i} is the backend that a user comes to: here this
     * one.
     */
    private static void connect(String socket, DovecotSettings settings, boolean onDirector) throws IOException {
        if (socket.startsWith("unix:")) {
            // the director is chrooted to base_dir
            Path path = Path.of(settings.get("base_dir"), socket.substring("unix:".length()));
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(path));
            }
            return;
        }
        int colon = socket.lastIndexOf(':');
        String template = socket.substring("tcp:".length(), Math.max(colon, "tcp:".length()));
        List<String> backends = onDirector ? List.of(settings.get("director_mail_servers").strip().split("[ ,]+"))
                : List.of("127.0.0.1");
        for (String backend : backends) {
            String host = template.replace("%i", backend).replace("%h", backend);
            try (SocketChannel channel = SocketChannel.open()) {
                channel.socket().connect(new InetSocketAddress(host, Integer.parseInt(socket.substring(colon + 1))),
                        TIMEOUT_MILLIS);
            } catch (IOException e) {
                throw new IOException(host + ": " + e.getMessage(), e);
            }
        }
    }

    private Finding collisions(Backend backend) throws IOException {
        Question question = new Question("director-hash-collisions", "hashes of the users that were given",
                "a different one for each",
                "users with the same hash are one user to the director: whoever is moved or kicked takes the other along");
        List<String> names = everybody.isEmpty() ? backend.users().stream().map(SampleUser::name).toList() : everybody;
        if (names.isEmpty()) {
            return backend.nobody(question);
        }
        CollidingUsers colliding = new CollidingUsers(director.hash());
        for (String name : names) {
            colliding.add(name);
        }
        Collection<List<String>> groups = colliding.groups();
        if (groups.isEmpty()) {
            return question.ok("none among " + names.size());
        }
        String shown = String.join("; ", groups.stream().limit(SHOWN).map(DirectorSettings::shown).toList());
        return question.advice(groups.size() == 1 ? shown : groups.size() + " groups of users, such as " + shown,
                "migrate those of a group one after the other, not at once");
    }

    private static String shown(List<String> group) {
        return group.size() <= SHOWN ? String.join(" and ", group) : String.join(", ", group.subList(0, SHOWN)) + " and "
                + (group.size() - SHOWN) + " more";
    }

    /** Programs that take backends out of the director when they seem slow. */
    private static Finding monitor(Backend backend) throws IOException {
        Question question = new Question("director-monitor", "processes of this machine",
                "known to the admin: dovemon, poolmon",
                "they take a backend out of the director when it seems slow, and all its users move, in the middle of a "
                + "migration too");
        List<RunningProgram> programs = RunningProgram.all(backend.root());
        List<String> found = List.of("dovemon", "poolmon").stream().filter(name -> programs.stream()
                .anyMatch(p -> p.is(name))).toList();
        if (!found.isEmpty()) {
            return question.advice(String.join(", ", found) + " runs here", "give it generous limits for the time of the "
                    + "migration (poolmon: --timeout 30), then --ignore director-monitor");
        }
        if (!backend.isDirector()) {
            return question.unknown("none on this machine; one may run on the director", "look there, or run roost check there; "
                    + "if there is none, --ignore director-monitor");
        }
        return RunningProgram.seesOthers(backend.root()) ? question.ok("none")
                : question.unknown("this user sees no processes of others (/proc has hidepid)", "run as root");
    }
}
