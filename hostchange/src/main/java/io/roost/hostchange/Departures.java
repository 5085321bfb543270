package io.roost.hostchange;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.director.Director;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/** Frees the memory of users whom the director has elsewhere. To be used by one thread at a time. */
final class Departures {
    private final UserTree tree;
    private final PresentUsers present;
    private final Director director;
    private final String self;
    private final Purge purge;
    private final Counters counters;
    private final Notes notes;

    /** @param self this backend's IP address as the director knows it */
    Departures(UserTree tree, PresentUsers present, Director director, String self, Purge purge, Counters counters,
            Notes notes) {
        this.tree = tree;
        this.present = present;
        this.director = director;
        this.self = self;
        this.purge = purge;
        this.counters = counters;
        this.notes = notes;
    }

    /**
     * Asks the director once. What was touched since it was asked is left alone: its user has come back.
     *
     * @throws IOException if the director cannot be asked, or does not know this backend
     */
    void look() throws IOException {
        long asked = System.currentTimeMillis() / 1000;
        for (Map.Entry<Integer, String> user : elsewhere(present.hashes()).entrySet()) {
            for (String name : present.findSeen(user.getKey())) {
                left(name, user.getValue(), asked);
            }
        }
    }

    /**
     * The hosts of users by their hashes.
     *
     * @param here hashes that matter, sorted
     */
    private Map<Integer, String> elsewhere(int[] here) throws IOException {
        Map<Integer, String> elsewhere = new HashMap<>();
        try {
            if (director.hosts().stream().noneMatch(host -> host.ip().equals(self))) {
                throw new IOException("the director knows no backend " + self
                        + ": correct --self, or nobody's memory is freed when they leave");
            }
            director.users("", entry -> {
                if (entry.host().equals(self)) {
                    elsewhere.remove(entry.hash());
                } else if (Arrays.binarySearch(here, entry.hash()) >= 0) {
                    elsewhere.put(entry.hash(), entry.host());
                }
            });
        } catch (IOException e) {
            counters.directorFailed.incrementAndGet();
            throw e;
        }
        return elsewhere;
    }

    private void left(String user, String host, long asked) throws IOException {
        LocalPath path = tree.pathOf(user);
        int last = path.below().size() - 1;
        List<String> above = path.below().subList(0, last);
        Optional<OpenDirectory> parent = last == 0 ? Optional.of(OpenDirectory.open(path.root()))
                : LocalDirectory.open(new LocalPath(path.root(), above));
        if (parent.isPresent()) {
            try (OpenDirectory directory = parent.get()) {
                Optional<Purge.Deleted> deleted = purge.entirely(directory, path.below().get(last),
                        contents -> contents.newest() < asked);
                if (deleted.isPresent()) {
                    counters.deleted(deleted.get());
                    counters.usersLeft.incrementAndGet();
                    notes.info("user " + user + " is on " + host + " now: " + deleted.get().bytes() + " bytes freed");
                }
            } catch (PosixException | LocalRecord.Locked e) {
                notes.warning(e.getMessage());
            }
        }
    }
}
