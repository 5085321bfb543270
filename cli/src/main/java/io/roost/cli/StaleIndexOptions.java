package io.roost.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.cutover.CutoverMeans.ListIndexes;
import io.roost.director.UserHash;
import io.roost.hostchange.Notes;
import io.roost.hostchange.StaleIndexes;
import io.roost.hostchange.UserTree;
import picocli.CommandLine.Option;

/** Where list indexes lie in the memory of backends, so that a cutover takes them away. Filled by picocli. */
final class StaleIndexOptions {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String KEY = ":LISTINDEX=/";

    @Option(names = "--hostchange", paramLabel = "ADDR", split = ",",
            description = "Daemons (roost hostchange serve) of backends, as IP:PORT or "
            + "socket: asked to remove a user's list indexes when the user is moved here or cut over. This backend's are removed in "
            + "any case.")
    List<String> daemons = List.of();

    /** Those of this backend if its mail location or the target has LISTINDEX in a directory of its own, and those of the daemons. */
    ListIndexes open(Site site, UserHash hash) throws IOException {
        List<StaleIndexes> all = new ArrayList<>();
        for (String location : List.of(site.dovecot().mailLocation(), site.targetSetting())) {
            if (location.contains(KEY)) {
                all.add(new StaleIndexes(Optional.of(UserTree.ofLocation(location)), hash, List.of(), PATIENCE, Notes.NONE));
            }
        }
        if (!daemons.isEmpty()) {
            all.add(new StaleIndexes(Optional.empty(), hash, daemons, PATIENCE, Notes.NONE));
        }
        return user -> {
            List<String> failed = new ArrayList<>();
            for (StaleIndexes indexes : all) {
                indexes.purge(user).failed().forEach(why -> failed.add("list indexes not removed: " + why));
            }
            return failed;
        };
    }
}
