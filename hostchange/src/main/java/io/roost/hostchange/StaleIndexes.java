package io.roost.hostchange;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.director.UserHash;
import io.roost.dovecot.InvalidSettingException;

/**
 * Deletes a user's list indexes on every backend that can be reached: for whoever moves users or changes their mail behind
 * Dovecot's back. Here directly, elsewhere by asking the backends' daemons ({@code roost hostchange serve}) for a flush. Where
 * nobody answers, the next login there deletes what is stale, if host change is in its post-login script. Immutable and
 * thread-safe.
 */
public final class StaleIndexes {
    private final Optional<UserTree> here;
    private final UserHash hash;
    private final List<FlushClient> backends;
    private final Purge purge;

    /**
     * What was done.
     *
     * @param files   deleted on this host
     * @param reached backends whose daemons did it, as they were given
     * @param failed  the others, each with the reason: {@code 10.1.0.12:9093: Connection refused}
     */
    public record Report(int files, List<String> reached, List<String> failed) {
        /** Whether no backend was left out. */
        public boolean isComplete() {
            return failed.isEmpty();
        }
    }

    /**
     * @param here     layout of this host's memory; empty if this is no backend
     * @param hash     the directors' {@code director_username_hash}
     * @param backends addresses of the daemons: {@code IP:PORT}, or paths of unix sockets
     * @param patience for each of them
     */
    public StaleIndexes(Optional<UserTree> here, UserHash hash, List<String> backends, Duration patience, Notes notes)
            throws InvalidSettingException {
        this.here = here;
        this.hash = hash;
        List<FlushClient> clients = new ArrayList<>();
        for (String backend : backends) {
            clients.add(FlushClient.of(backend, patience));
        }
        this.backends = List.copyOf(clients);
        this.purge = new Purge(notes);
    }

    /**
     * Deletes the list indexes of a user. Sessions that are open keep the deleted ones and may miss changes: kick the user
     * first.
     *
     * @param user name, text
     * @throws InvalidSettingException if the name cannot be part of a path
     */
    public Report purge(String user) throws InvalidSettingException {
        int files = 0;
        List<String> reached = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        if (here.isPresent()) {
            LocalPath path = here.get().pathOf(user);
            try {
                files = purge.now(path).files();
            } catch (IOException e) {
                failed.add("this host: " + e.getMessage());
            }
        }
        FlushRequest request = new FlushRequest(hash.of(user), "0.0.0.0", "0.0.0.0", true);
        for (FlushClient backend : backends) {
            try {
                backend.flush(request);
                reached.add(backend.name());
            } catch (IOException e) {
                failed.add(backend.name() + ": " + e.getMessage());
            }
        }
        return new Report(files, List.copyOf(reached), List.copyOf(failed));
    }
}
