package io.roost.aftercare;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.roost.dovecot.MailLocation;
import io.roost.gate.GateException;
import io.roost.mdbox.MdboxLayout;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;

/**
 * The directory trees that an mdbox consists of: the mail root, and those of INDEX, CONTROL, ALT and INDEXCACHE that lie elsewhere. Of
 * a directory that the Maildir uses too, only what an mdbox has in it. Not among them are VOLATILEDIR and a LISTINDEX elsewhere, which
 * are caches of one backend.
 */
final class MdboxTrees {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final MailLocation location;
    private final List<String> ofMaildir;

    /** @param maildir that the user goes back to */
    MdboxTrees(MailLocation location, MailLocation maildir) {
        this.location = location;
        ofMaildir = Stream.of(Optional.of(maildir.root()), maildir.inbox(), maildir.index(), maildir.control(), maildir.indexCache())
                .flatMap(Optional::stream).distinct().toList();
    }

    /** Directories that lie in no other of them, the mail root last: as long as it is there, there is an mdbox. */
    List<String> roots() {
        List<String> all = new ArrayList<>(MdboxLayout.of(location).roots().values());
        location.indexCache().ifPresent(all::add);
        List<String> outer = new ArrayList<>(all.stream().distinct()
                .filter(root -> all.stream().noneMatch(other -> root.startsWith(other + "/"))).toList());
        outer.remove(location.root());
        outer.add(location.root());
        return outer.stream().flatMap(root -> holdsMaildir(root) ? Stream.of(location.mailboxDir().split("/")[0], "storage")
                .map(name -> root + "/" + name) : Stream.of(root)).toList();
    }

    private boolean holdsMaildir(String root) {
        return ofMaildir.stream().anyMatch(path -> path.equals(root) || path.startsWith(root + "/"));
    }

    /**
     * Renames each root to {@code ROOT.rolled-back-TIME}, beside where it was. What is not there is passed over: a run before may
     * have moved it.
     *
     * @return the new paths, byte strings
     */
    List<String> moveAside(Instant now) throws IOException {
        String suffix = ".rolled-back-" + STAMP.format(now);
        List<String> moved = new ArrayList<>();
        for (String root : roots()) {
            int slash = root.lastIndexOf('/');
            String name = root.substring(slash + 1);
            String above = slash == 0 ? "/" : root.substring(0, slash);
            if (OpenDirectory.statusOf(above).isEmpty()) {
                continue;
            }
            try (OpenDirectory parent = OpenDirectory.open(above)) {
                Optional<FileStatus> status = parent.status(name);
                if (status.isEmpty()) {
                    continue;
                }
                if (!status.get().isDirectory()) {
                    throw new GateException(ByteString.toText(root) + " is no directory, so that it is not moved aside: look at it");
                }
                parent.rename(name, parent, name + suffix);
                parent.sync();
                moved.add(root + suffix);
            }
        }
        return moved;
    }
}
