package io.roost.hostchange;

import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;

/**
 * The two directories of a user that matter for host changes.
 *
 * @param user      name, text
 * @param index     {@code INDEX}, on shared storage: an absolute byte string. It is the mail root where no {@code INDEX=} is
 *              set
 * @param listIndex where {@code LISTINDEX} has its files, on this host
 */
public record UserPaths(String user, String index, LocalPath listIndex) {
    /** What files of the list index begin with. */
    public static final String PREFIX = "dovecot.list.index";

    /**
     * Of a location whose LISTINDEX no template explains: all above the user's own directory is the administrator's.
     *
     * @throws InvalidSettingException if the location has no list index outside shared storage
     */
    public static UserPaths of(String user, MailLocation location) throws InvalidSettingException {
        String shown = ByteString.toText(location.toString());
        Optional<String> listIndex = location.listIndex();
        if (listIndex.isEmpty()) {
            throw new InvalidSettingException("mail_location", shown, "LISTINDEX=/path/" + PREFIX,
                    "without LISTINDEX the list index lies on shared storage, and there is nothing to keep fresh");
        }
        String index = location.indexRoot().orElseThrow(() -> new InvalidSettingException("mail_location", shown,
                "INDEX on shared storage, not in memory", "set INDEX=, or leave it out, so that " + LastHost.FILE
                        + " has a place that all hosts see"));
        return new UserPaths(user, index, LocalPath.of(directory(listIndex.get(), index)));
    }

    /** The directory of a LISTINDEX, which is a file prefix. */
    private static String directory(String listIndex, String index) throws InvalidSettingException {
        int slash = checkPrefix(listIndex);
        String directory = listIndex.substring(0, slash);
        if (directory.equals(index) || directory.startsWith(index + "/")) {
            throw new InvalidSettingException("LISTINDEX", ByteString.toText(listIndex), "a directory outside INDEX",
                    "put it into this host's memory, such as LISTINDEX=/dev/shm/dovecot-listindex/%2.256Nu/%u/" + PREFIX);
        }
        return directory;
    }

    /** Refuses whatever would make the user's directory another's too; returns where the last slash is. */
    static int checkPrefix(String listIndex) throws InvalidSettingException {
        int slash = listIndex.lastIndexOf('/');
        if (!listIndex.startsWith("/") || slash == 0 || !listIndex.substring(slash + 1).equals(PREFIX)) {
            throw new InvalidSettingException("LISTINDEX", ByteString.toText(listIndex), "/directory of the user/" + PREFIX,
                    "Roost deletes no files of other names, and needs a directory for each user");
        }
        return slash;
    }
}
