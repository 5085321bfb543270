package io.roost.preflight.probe;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/**
 * Clocks of other machines, by the {@code Date} of an HTTP answer, which every web server gives: Dovecot's own doveadm
 * listener too, with or without the key. Whole seconds; several answers spread over one narrow it down.
 */
public final class OtherClocks implements Check {
    private static final int READINGS = 6;
    private static final long PAUSE_MILLIS = 170;
    private static final int TIMEOUT_MILLIS = 3_000;

    private final List<URI> urls;
    private final Clock clock;

    /** @param urls {@code http://} addresses of the other machines */
    public OtherClocks(List<URI> urls, Clock clock) {
        this.urls = List.copyOf(urls);
        this.clock = clock;
    }

    @Override
    public List<String> ids() {
        return List.of("clock-others");
    }

    @Override
    public List<Finding> look(Backend backend) throws InterruptedException {
        if (urls.isEmpty()) {
            return List.of(question("other backends and the director").unknown("no address was given",
                    "name one of each with --clock-of http://HOST:PORT/, such as doveadm's http listener; or run this on each "
                    + "of them: all that agree with the same file server agree with each other"));
        }
        List<Finding> findings = new ArrayList<>();
        for (URI url : urls) {
            findings.add(look(url));
        }
        return findings;
    }

    private static Question question(String lookedAt) {
        return new Question("clock-others", "clock of " + lookedAt, "not more than a second from ours",
                "a user who changes backend takes files along whose times lie in the future");
    }

    private Finding look(URI url) throws InterruptedException {
        Question question = question(url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()));
        ClockSkew skew = null;
        for (int i = 0; i < READINGS; i++) {
            if (i > 0) {
                Thread.sleep(PAUSE_MILLIS);
            }
            try {
                ClockSkew reading = read(url);
                Optional<ClockSkew> both = skew == null ? Optional.of(reading) : skew.and(reading);
                if (both.isEmpty()) {
                    return question.unknown("answers contradict each other, " + skew + " and " + reading
                            + ": several machines, or a clock "
                            + "that is being set", "name each machine by itself, or look again later");
                }
                skew = both.get();
            } catch (IOException | ClassCastException e) {
                return question.unknown("no answer: " + e.getMessage(),
                        "give the address of a web server there, such as doveadm's");
            }
        }
        return judge(question, skew);
    }

    private ClockSkew read(URI url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
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
