package io.roost.director;

/**
 * A backend of a director.
 *
 * @param ip         its IP address
 * @param vhosts     its weight; 0 takes no new users
 * @param users      users in the directory with this backend
 * @param tag        its tag; most sites have none, which is empty
 * @param up         whether it takes users
 * @param lastChange Unix seconds of the last change of {@code up}, 0 if never
 */
public record MailHost(String ip, int vhosts, long users, String tag, boolean up, long lastChange) {
}
