package io.roost.preflight.probe;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;
import io.roost.preflight.SampleUser;

/**
 * Where probe files may be made.
 *
 * @param directory that the administrator named, an absolute byte string; empty for the parents of the sample's targets
 * @param allowed   false if no probe file is to be made at all
 */
public record ProbePlace(Optional<String> directory, boolean allowed) {
    /** The parents of the sample's targets. */
    public static final ProbePlace BESIDE_TARGETS = new ProbePlace(Optional.empty(), true);
    /** Nowhere: what needs a probe is unknown. */
    public static final ProbePlace NOWHERE = new ProbePlace(Optional.empty(), false);

    /** One directory for each mount, with the user whose it is. */
    public Map<String, Optional<SampleUser>> directories(Backend backend) {
        Map<String, Optional<SampleUser>> directories = new LinkedHashMap<>();
        if (!allowed) {
            return directories;
        }
        if (directory.isPresent()) {
            directories.put(directory.get(), backend.users().stream().findFirst());
            return directories;
        }
        Map<Mount, String> taken = new LinkedHashMap<>();
        for (SampleUser user : backend.users()) {
            user.target().or(user::source).map(location -> MailPaths.parentOf(location.root())).ifPresent(parent ->
                    backend.mounts().find(parent).ifPresent(mount -> {
                        if (taken.putIfAbsent(mount, parent) == null && isThere(parent)) {
                            directories.put(parent, Optional.of(user));
                        }
                    }));
        }
        return directories;
    }

    private static boolean isThere(String path) {
        try {
            return OpenDirectory.statusOf(path).isPresent();
        } catch (PosixException e) {
            return false;
        }
    }

    /** Why {@link #directories} is empty, and what to do about it. */
    List<String> whyNone() {
        return allowed ? List.of("no user with a directory was given to probe in",
                "name some users, or a directory with --probe-dir")
                : List.of("probe files were not wanted", "leave --no-probes out, or name a directory with --probe-dir");
    }

    static Path path(String directory, String name) {
        return Path.of(ByteString.toText(directory)).resolve(name);
    }
}
