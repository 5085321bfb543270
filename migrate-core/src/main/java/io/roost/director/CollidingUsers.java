package io.roost.director;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.roost.dovecot.InvalidSettingException;

/**
 * Users that are one to the director, because their hashes are equal: whoever pins or moves one of them moves the others. With
 * the default {@code director_username_hash} that is chance, of 300,000 users about ten pairs; with {@code %Ld}, whole domains
 * are meant to be. Not thread-safe.
 */
public final class CollidingUsers {
    private final UserHash hash;
    private final Map<Integer, String> first = new HashMap<>();
    private final Map<Integer, Set<String>> colliding = new TreeMap<>(Integer::compareUnsigned);

    public CollidingUsers(UserHash hash) {
        this.hash = hash;
    }

    /** Adds a user; the same name again is no collision. */
    public void add(String user) throws InvalidSettingException {
        int h = hash.of(user);
        String known = first.putIfAbsent(h, user);
        if (known != null && !known.equals(user)) {
            colliding.computeIfAbsent(h, k -> new LinkedHashSet<>(List.of(known))).add(user);
        }
    }

    /** The groups of two users or more, in the order of their hashes; each in the order in which its users were added. */
    public Collection<List<String>> groups() {
        return colliding.values().stream().map(List::copyOf).toList();
    }

    /** The other users added so far that have the hash of this one. */
    public List<String> othersLike(String user) throws InvalidSettingException {
        return colliding.getOrDefault(hash.of(user), Set.of()).stream().filter(other -> !other.equals(user)).toList();
    }
}
