package io.roost.cutover;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.roost.director.Director;
import io.roost.director.DirectorException;
import io.roost.director.Mapping;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MigrationException.Kind;

/**
 * Keeps users on this backend while something is done with their mail. One thread looks after all of them: every two seconds it
 * reads each mapping back, and refreshes those of which a third is over. Thread-safe.
 */
public final class Pins implements Closeable {
    /** How long somebody else's move may go unnoticed. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** Users elsewhere who are remembered. */
    private static final int MOST_AWAY = 10_000;

    private final Director director;
    private final String here;
    private final boolean mine;
    private final Set<Pin> pins = ConcurrentHashMap.newKeySet();
    private final Map<String, Away> away = new LinkedHashMap<>();
    private final Thread keeper = new Thread(this::keep, "roost-pins");

    /**
     * A user who is kept here.
     *
     * @param since   Unix milliseconds
     * @param expires Unix seconds at which the director forgets it, as far as is known
     */
    public record Kept(String user, long since, long expires) {
    }

    /**
     * A user who is on another backend, and was not moved back.
     *
     * @param host that backend; empty if it is not known
     * @param time when that was seen, Unix milliseconds
     * @param lost whether the user was here before; else with {@code mine} they were left there
     */
    public record Away(String user, String host, long time, boolean lost) {
    }

    /**
     * @param here IP address of this backend, as the director has it; anything if there is no director
     * @param mine whether to take only users whom the director has here already
     */
    public Pins(Director director, String here, boolean mine) {
        this.director = director;
        this.here = here;
        this.mine = mine;
        keeper.setDaemon(true);
        if (!director.isSingleBackend()) {
            keeper.start();
        }
    }

    /**
     * Pins a user, on behalf of this thread.
     *
     * @throws MigrationException if only users who are here are wanted, and this one is not; or if the director does not do it
     */
    public Pin pin(String user) throws IOException, MigrationException {
        if (director.isSingleBackend()) {
            return new Pin(this, user, Long.MAX_VALUE / 2);
        }
        Optional<String> before = director.lookup(user).host();
        if (mine && !before.equals(Optional.of(here))) {
            away(user, before.orElse(""), false);
            throw new MigrationException(Kind.ELSEWHERE, "the director has " + user + " on " + before.orElse("no backend")
                    + ", not on this one (" + here + "): left to the run there");
        }
        director.move(user, here);
        Mapping after = director.lookup(user);
        if (!after.current().equals(Optional.of(here))) {
            away(user, after.current().orElse(""), true);
            throw new MigrationException(Kind.ELSEWHERE, "the director was told to have " + user + " on " + here + ", and has them on "
                    + after.current().orElse("no backend") + ": somebody else moves them; try again later");
        }
        Pin pin = new Pin(this, user, after.expires());
        pins.add(pin);
        synchronized (away) {
            away.remove(user);
        }
        return pin;
    }

    private void away(String user, String host, boolean lost) {
        synchronized (away) {
            away.remove(user);
            away.put(user, new Away(user, host, System.currentTimeMillis(), lost));
            if (away.size() > MOST_AWAY) {
                away.remove(away.keySet().iterator().next());
            }
        }
    }

    /** Who is kept here now, by name. */
    public List<Kept> kept() {
        return pins.stream().map(Pin::kept).sorted(Comparator.comparing(Kept::user)).toList();
    }

    /** Who is elsewhere, the last of them, oldest first. */
    public List<Away> away() {
        synchronized (away) {
            return List.copyOf(away.values());
        }
    }

    void remove(Pin pin) {
        pins.remove(pin);
    }

    private void keep() {
        while (true) {
            try {
                Thread.sleep(LOOK_EVERY.toMillis());
            } catch (InterruptedException e) {
                return;
            }
            for (Pin pin : pins) {
                try {
                    look(pin);
                } catch (IOException | RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        return;
                    }
                    if (pin.mayHaveExpired()) {
                        pin.lose("the director could not be asked about " + pin.user() + " for so long that the user may be on any "
                                + "backend: " + e.getMessage());
                    }
                }
            }
        }
    }

    /** Reads the mapping back, and refreshes it if it is time. */
    void look(Pin pin) throws IOException {
        if (director.isSingleBackend()) {
            return;
        }
        Mapping mapping = director.lookup(pin.user());
        boolean here = mapping.current().equals(Optional.of(this.here));
        if (here && !pin.isDue(mapping.expires())) {
            pin.refreshed(mapping.expires());
            return;
        }
        // Nowhere: the director was restarted, and nobody has logged in since.
        if (mapping.current().isPresent() && !here || !refresh(pin)) {
            Optional<String> now = director.lookup(pin.user()).current();
            away(pin.user(), now.orElse(""), true);
            pin.lose("somebody else moved " + pin.user() + " from this backend (" + this.here + ") to " + now.orElse("another")
                    + " meanwhile: the Maildir stays in force");
        }
    }

    private boolean refresh(Pin pin) throws IOException {
        try {
            if (!director.refresh(pin.user(), here)) {
                return false;
            }
        } catch (DirectorException e) {
            if (e.kind() == DirectorException.Kind.NOT_FOUND) {
                // This backend was taken out of the director.
                return false;
            }
            throw e;
        }
        Mapping mapping = director.lookup(pin.user());
        if (mapping.current().equals(Optional.of(here))) {
            pin.refreshed(mapping.expires());
        }
        return mapping.current().equals(Optional.of(here));
    }

    /** Lets all mappings expire. */
    @Override
    public void close() {
        keeper.interrupt();
        pins.clear();
    }
}
