package io.roost.preflight.probe;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/**
 * The file server's clock against ours: a file is made, and the server says when. What passes between our two looks at our
 * clock is the error's bound; the best of several readings counts.
 */
public final class ServerClock implements Check {
    private static final int READINGS = 3;
    /** Servers stamp files with a clock that ticks every 1 to 10 ms; some file systems with a coarser one. */
    private static final long TICK = 10_000_000;

    private final ProbePlace place;
    private final Clock clock;

    /** @param clock ours */
    public ServerClock(ProbePlace place, Clock clock) {
        this.place = place;
        this.clock = clock;
    }

    @Override
    public List<String> ids() {
        return List.of("clock-server");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (String directory : place.directories(backend).keySet()) {
            findings.add(look(directory));
        }
        if (findings.isEmpty()) {
            findings.add(question("targets of the sample").unknown(place.whyNone().get(0), place.whyNone().get(1)));
        }
        return findings;
    }

    private static Question question(String lookedAt) {
        return new Question("clock-server", "clock of the server of " + lookedAt, "not more than a second from ours",
                "Dovecot takes files for old or new by their times: lock files are overridden, and changes are missed");
    }

    private Finding look(String directory) {
        Question question = question(ByteString.toText(directory));
        ClockSkew skew = null;
        try {
            for (int i = 0; i < READINGS; i++) {
                Instant before = clock.instant();
                try (ProbeFile probe = ProbeFile.in(directory)) {
                    // the client has the times from the server's answer to the creation
                    FileStatus status = probe.file().status();
                    Instant after = clock.instant();
                    ClockSkew reading = ClockSkew.of(before, after, Instant.ofEpochSecond(status.mtime(), status.mtimeNanos()),
                            status.mtimeNanos() == 0 ? ClockSkew.LIMIT : TICK);
                    Optional<ClockSkew> both = skew == null ? Optional.of(reading) : skew.and(reading);
                    if (both.isEmpty()) {
                        return question.unknown("readings contradict each other, " + skew + " and " + reading
                                + ": a clock is being set", "look again later");
                    }
                    skew = both.get();
                }
            }
        } catch (PosixException e) {
            return question.unknown(e.getMessage(), "name a directory that this user may write to with --probe-dir");
        }
        return OtherClocks.judge(question, skew);
    }
}
