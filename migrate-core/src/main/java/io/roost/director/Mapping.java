package io.roost.director;

import java.util.Optional;

/**
 * Where a director has a user.
 *
 * @param current    the backend's IP address; empty if the user is not in the directory, so that the next login goes to
 *                   {@code hashed}
 * @param expires    Unix seconds when the user leaves the directory unless refreshed; 0 without {@code current}
 * @param hashed     the backend that the hash of the name leads to among those that are up; empty if none is
 * @param configured the same by {@code director_mail_servers} alone; empty if there is none
 */
public record Mapping(Optional<String> current, long expires, Optional<String> hashed, Optional<String> configured) {
    /** Where a login goes now: the current backend, else the hashed one. */
    public Optional<String> host() {
        return current.or(() -> hashed);
    }
}
