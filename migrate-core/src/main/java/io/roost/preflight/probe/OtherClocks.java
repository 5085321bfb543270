package io.roost.preflight.probe;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

import io.roost.dovecot.DovecotService;
import io.roost.dovecot.DovecotSettings;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Topology;
import io.roost.preflight.director.DirectorHosts;
import io.roost.preflight.director.DirectorSide;

/**
 * Clocks of other machines, by the {@code Date} of an HTTP answer, which every web server gives: Dovecot's own doveadm
 * listener too, with or without the key. Whole seconds; several answers spread over one narrow it down. The machines are those
 * that were named, and those that the director names, where this machine's settings, or the director's, tell on which port
 * doveadm speaks HTTP.
 */
public final class OtherClocks implements Check {
    private static final int READINGS = 6;
    /** Where answers are slow, so that the usual ones leave it open. */
    private static final int MOST_READINGS = 24;
    private static final long PAUSE_MILLIS = 170;
    private static final int CONNECT_MILLIS = 3_000;
    /** A doveadm process may have to be started first. */
    private static final int ANSWER_MILLIS = 15_000;
    private static final int AT_ONCE = 32;
    private static final Hint LISTENER = Hint.dovecot("service doveadm {\n  inet_listener http {\n    port = 8080\n  }\n}");

    private final List<URI> urls;
    private final DirectorSide director;
    private final Clock clock;
    private final Predicate<String> ours;

    /** @param urls {@code http://} addresses of other machines */
    public OtherClocks(List<URI> urls, DirectorSide director) {
        this(urls, director, Clock.systemUTC(), DirectorHosts::isOurs);
    }

    /**
     * @param clock ours
     * @param ours  whether an IP address is this machine's
     */
    OtherClocks(List<URI> urls, DirectorSide director, Clock clock, Predicate<String> ours) {
        this.urls = List.copyOf(urls);
        this.director = director;
        this.clock = clock;
        this.ours = ours;
    }

    @Override
    public List<String> ids() {
        return List.of("clock-others");
    }

    @Override
    public List<Finding> look(Backend backend) throws InterruptedException {
        if (backend.topology() == Topology.SINGLE_BACKEND && urls.isEmpty()) {
            return List.of(question("other backends").ok("there are none, as was said"));
        }
        Set<URI> wanted = new LinkedHashSet<>(urls);
        List<Finding> findings = new ArrayList<>();
        if (!director.addresses().isEmpty()) {
            try {
                ofDirector(backend, wanted, findings);
            } catch (IOException e) {
                findings.add(question("other backends and the director").unknown("the director does not name them: "
                        + e.getMessage(), "start it, or name one of each with --clock-of http://HOST:PORT/"));
            }
        }
        if (wanted.isEmpty() && findings.isEmpty()) {
            return List.of(question("other backends and the director").unknown("no address was given",
                    "name the director with --director, or one of each with --clock-of http://HOST:PORT/, such as doveadm's http "
                    + "listener; or run this on each of them: all that agree with the same file server agree with each other"));
        }
        findings.addAll(look(List.copyOf(wanted)));
        return findings;
    }

    private void ofDirector(Backend backend, Set<URI> wanted, List<Finding> findings) throws IOException {
        DirectorHosts hosts = DirectorHosts.of(director, ours);
        OptionalInt here = httpPort(backend.settings());
        OptionalInt there = director.settings().map(OtherClocks::httpPort).orElse(OptionalInt.empty());
        add(hosts.backends(), backend.isDirector() && there.isPresent() ? there : here, "backends", wanted, findings);
        add(hosts.directors(), there.isPresent() ? there : here, "directors", wanted, findings);
        if (hosts.backends().isEmpty() && hosts.directors().isEmpty()) {
            findings.add(question("other backends and the director").ok("all of them are this machine"));
        }
    }

    private static void add(List<String> ips, OptionalInt port, String what, Set<URI> wanted, List<Finding> findings) {
        List<String> left = ips.stream().filter(ip -> wanted.stream().noneMatch(url -> ip.equals(url.getHost()))).toList();
        if (port.isPresent()) {
            left.forEach(ip -> wanted.add(URI.create("http://" + (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + port.getAsInt()
                    + "/")));
        } else if (!left.isEmpty()) {
            findings.add(question(what + " " + String.join(", ", left)).unknown("no doveadm listener of HTTP is set up here, so "
                    + "that theirs are not known", "give service doveadm an inet_listener http, the same everywhere, or name each with "
                    + "--clock-of http://HOST:PORT/; or run roost check on each: all that agree with the same file server agree "
                    + "with each other").with(LISTENER));
        }
    }

    /** By its name, as Dovecot goes; an address of this machine alone tells nothing about others. */
    private static OptionalInt httpPort(DovecotSettings settings) {
        return DovecotService.of(settings).stream().filter(s -> s.name().equals("doveadm")).flatMap(s -> s.ports().stream())
                .filter(p -> p.name().equals("http") && p.port() > 0).mapToInt(DovecotService.InetListener::port).findFirst();
    }

    private static Question question(String lookedAt) {
        return new Question("clock-others", "clock of " + lookedAt, "not more than a second from ours",
                "a user who changes backend takes files along whose times lie in the future");
    }

    /** All at the same time: each takes a second. */
    private List<Finding> look(List<URI> all) throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(AT_ONCE, all.size())));
        try {
            List<Finding> findings = new ArrayList<>();
            for (Future<Finding> future : threads.invokeAll(all.stream().map(url -> (Callable<Finding>) () -> look(url)).toList())) {
                findings.add(future.get());
            }
            return findings;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Finding look(URI url) throws InterruptedException {
        Question question = question(url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()));
        ClockSkew skew = null;
        for (int i = 0; i < READINGS || i < MOST_READINGS && !skew.isSmall() && !skew.isTooLarge(); i++) {
            if (i > 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
            try {
                ClockSkew reading = read(url);
                Optional<ClockSkew> both = skew == null ? Optional.of(reading) : skew.and(reading);
                if (both.isEmpty()) {
                    return question.unknown("answers contradict each other, " + skew + " and " + reading
                            + ": several machines, or a clock that is being set", "name each machine by itself, or look again later");
                }
                skew = both.get();
            } catch (IOException | IllegalArgumentException | ClassCastException e) {
                return question.unknown("no answer: " + e.getMessage(), "give doveadm there an inet_listener http on this port, or name "
                        + "another web server of that machine with --clock-of");
            }
        }
        return judge(question, skew);
    }

    private ClockSkew read(URI url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        try {
            Instant before = clock.instant();
            connection.getResponseCode();
            Instant after = clock.instant();
            long date = connection.getDate();
            if (date == 0) {
                throw new IOException("it tells no Date");
            }
            return ClockSkew.of(before, after, Instant.ofEpochMilli(date), Duration.ofSeconds(1).toNanos());
        } finally {
            connection.disconnect();
        }
    }

    static Finding judge(Question question, ClockSkew skew) {
        if (skew.isSmall()) {
            return question.ok(skew.toString());
        }
        return skew.isTooLarge() ? question.unsafe(skew.toString(), "let NTP or chrony keep both clocks, from the same servers")
                : question.unknown(skew + ", which may be more than a second or less", "look again when the network is quiet");
    }
}
