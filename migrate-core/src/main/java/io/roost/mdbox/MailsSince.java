package io.roost.mdbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.MailLocation;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;

/**
 * Mails that were put into an mdbox since some moment, which Dovecot may be using: told by their map UIDs, which only grow, also when
 * mails are purged. Stateless and thread-safe.
 */
public final class MailsSince {
    private MailsSince() {
    }

    /**
     * A mail in the storage.
     *
     * @param mapUid     its map UID
     * @param references how many mails of mailboxes are it; 0 if all were expunged
     * @param guid       byte string
     */
    public record Entered(long mapUid, int references, String guid) { }

    /** No mail that is put there from now on has a map UID below this. */
    public static long nextMapUid(MailLocation location) throws IOException {
        return map(MdboxLayout.of(location)).nextMapUid();
    }

    /**
     * Those with this map UID or a higher one, ascending. Damaged ones, and those that are in ALT already, are left out.
     *
     * @param mapUid {@link #nextMapUid} of the moment
     */
    public static List<Entered> of(MailLocation location, long mapUid) throws IOException {
        MdboxLayout layout = MdboxLayout.of(location);
        MapIndex map = map(layout);
        List<Entered> found = new ArrayList<>();
        try (OpenDirectory storage = OpenDirectory.openNoFollow(layout.absolute(layout.storage()))) {
            int first = map.size();
            while (first > 0 && map.mapUid(first - 1) >= mapUid) {
                first--;
            }
            for (int i = first; i < map.size(); i++) {
                Placement place = map.placement(i);
                if (place.fileId() != 0) {
                    enter(storage, map.mapUid(i), map.refcount(i), place, found);
                }
            }
        }
        return found;
    }

    private static void enter(OpenDirectory storage, long mapUid, int references, Placement place, List<Entered> found) throws IOException {
        try (MailFileReader file = MailFileReader.open(storage, place.fileId())) {
            found.add(new Entered(mapUid, references, file.read(place.offset()).metadata().guid()));
        } catch (PosixException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    private static MapIndex map(MdboxLayout layout) throws IOException {
        try (OpenDirectory directory = OpenDirectory.openNoFollow(layout.absolute(layout.mapIndex()))) {
            return MapIndex.read(directory);
        }
    }
}
