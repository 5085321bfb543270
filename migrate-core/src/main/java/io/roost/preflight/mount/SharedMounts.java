package io.roost.preflight.mount;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.posix.ByteString;
import io.roost.preflight.Backend;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;
import io.roost.preflight.SampleUser;

/**
 * The mounts of what all backends share.
 *
 * @param mounts      each with the paths of the sample that lie on it
 * @param withMails   mounts that hold mails or control files
 * @param unknown     why there is nothing, or not all
 */
record SharedMounts(Map<Mount, List<String>> mounts, List<Mount> withMails, Optional<String> unknown) {
    static SharedMounts of(Backend backend) {
        Map<Mount, List<String>> mounts = new LinkedHashMap<>();
        List<Mount> withMails = new ArrayList<>();
        Optional<String> unknown = Optional.empty();
        for (SampleUser user : backend.users()) {
            MailPaths paths = MailPaths.of(user);
            for (String path : paths.shared()) {
                Optional<Mount> mount = backend.mounts().find(path);
                if (mount.isEmpty()) {
                    unknown = Optional.of(ByteString.toText(path) + " cannot be reached");
                    continue;
                }
                mounts.computeIfAbsent(mount.get(), m -> new ArrayList<>()).add(path);
                if (!paths.indexes().contains(path)) {
                    withMails.add(mount.get());
                }
            }
        }
        return new SharedMounts(mounts, withMails, unknown);
    }

    boolean indexesOnly(Mount mount) {
        return !withMails.contains(mount);
    }
}
