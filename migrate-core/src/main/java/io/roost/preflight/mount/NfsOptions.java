package io.roost.preflight.mount;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.roost.preflight.Mount;

/**
 * The options of an NFS mount as Linux shows them in {@code /proc/self/mountinfo}. The kernel leaves out what has its default:
 * {@code acregmin} 3, {@code acregmax} 60, {@code acdirmin} 30, {@code acdirmax} 60. Source: {@code nfs_show_mount_options} in
 * {@code fs/nfs/super.c}.
 *
 * @param version        {@code 3}, {@code 4.1}...; empty if it is not shown
 * @param attributeCache seconds of {@code acregmin}, {@code acregmax}, {@code acdirmin} and {@code acdirmax}, in this order
 * @param noac           whether attributes are not cached at all
 * @param readdirplus    whether directories are listed with attributes: {@code nordirplus} is not set
 * @param hard           whether a call is repeated until the server answers
 * @param localLocks     {@code none}, {@code flock}, {@code posix} or {@code all}: which locks other machines do not see
 */
record NfsOptions(String version, Map<String, Integer> attributeCache, boolean noac, boolean readdirplus, boolean hard,
        String localLocks) {
    private static final Map<String, Integer> DEFAULTS = new LinkedHashMap<>();

    static {
        DEFAULTS.put("acregmin", 3);
        DEFAULTS.put("acregmax", 60);
        DEFAULTS.put("acdirmin", 30);
        DEFAULTS.put("acdirmax", 60);
    }

    static NfsOptions of(Mount mount) {
        Map<String, Integer> cache = new LinkedHashMap<>(DEFAULTS);
        cache.replaceAll((key, value) -> mount.value(key).filter(v -> v.matches("[0-9]{1,9}"))
                .map(Integer::parseInt).orElse(value));
        String locks = mount.has("nolock") ? "all" : mount.value("local_lock").orElse("none").toLowerCase(Locale.ROOT);
        boolean soft = List.of("soft", "softerr").stream().anyMatch(mount::has);
        return new NfsOptions(mount.value("vers").orElse(""), cache, mount.has("noac"), !mount.has("nordirplus"), !soft, locks);
    }

    /** The shortest time for which attributes are believed, seconds. */
    int least() {
        return noac ? 0 : attributeCache.values().stream().min(Integer::compare).orElse(0);
    }

    /** The longest. */
    int most() {
        return noac ? 0 : attributeCache.values().stream().max(Integer::compare).orElse(0);
    }

    /** {@code acregmin=3,acregmax=60...}. */
    String shownCache() {
        return noac ? "noac" : String.join(",", attributeCache.entrySet().stream().map(e -> e.getKey() + "="
                + e.getValue()).toList());
    }
}
