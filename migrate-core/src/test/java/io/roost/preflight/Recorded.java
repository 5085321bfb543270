package io.roost.preflight;

import java.io.IOException;
import java.util.stream.Collectors;

/** Mounts that cannot be had on any machine: lines as another kernel printed them, in place of one of ours. */
public final class Recorded {
    private Recorded() {
    }

    /** This process's table, in which the mount of {@code /} has another type and other options. */
    public static MountTable overRoot(String type, String options, String superOptions) throws IOException {
        Mount root = MountTable.ofProcess().find("/no-such-home").orElseThrow();
        String text = MountTable.ofProcess().all().stream().filter(m -> m.id() != root.id() && m.mountPoint().indexOf(' ') < 0)
                .map(m -> m.id() + " " + m.parent() + " " + (m.device() >> 32) + ":" + (m.device() & 0xffffffffL) + " / "
                        + m.mountPoint() + " " + m.options() + " - " + m.type() + " x " + m.superOptions() + "\n")
                .collect(Collectors.joining());
        return MountTable.parse("recorded", text + root.id() + " 1 " + (root.device() >> 32) + ":"
                + (root.device() & 0xffffffffL)
                + " / / " + options + " shared:1 - " + type + " 10.77.0.1:/srv/mail " + superOptions + "\n");
    }
}
