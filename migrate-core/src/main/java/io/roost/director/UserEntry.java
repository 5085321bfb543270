package io.roost.director;

/**
 * One user of a director's directory, which knows no names.
 *
 * @param hash    the user's hash, see {@link UserHash}
 * @param expires Unix seconds when the entry goes unless refreshed
 * @param host    the backend's IP address
 */
public record UserEntry(int hash, long expires, String host) {
}
