package io.roost.director;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A site with one backend and no director, as its administrator has said. Immutable. */
public final class NoDirector implements Director {
    @Override
    public boolean isSingleBackend() {
        return true;
    }

    @Override
    public Mapping lookup(String user) {
        return new Mapping(Optional.empty(), 0, Optional.empty(), Optional.empty());
    }

    @Override
    public void move(String user, String host) {
        // There is nowhere else.
    }

    @Override
    public boolean refresh(String user, String host) {
        return true;
    }

    @Override
    public void kick(String user) {
        // Nobody proxies; the backend itself is asked elsewhere.
    }

    @Override
    public List<MailHost> hosts() {
        return List.of();
    }

    @Override
    public List<RingMember> ring() {
        return List.of();
    }

    @Override
    public void users(String host, Consumer<UserEntry> visitor) {
        // No directory, no entries.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
