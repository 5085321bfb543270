package io.roost.hostchange;

import java.io.IOException;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.UserDatabase;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/** Tells how things are with users' list indexes, and changes nothing. Immutable and thread-safe. */
public final class Inspector {
    private final String host;

    /** How a user's list index in this host's memory is. */
    public enum State {
        /** The next login uses it. */
        FRESH,
        /** The next login deletes it. */
        STALE,
        /** The user was on another host last; the next login here deletes it. */
        LEFT,
        /** There is no such user, or no INDEX of theirs. */
        ORPHANED,
        /** There is no list index here. */
        NONE
    }

    /**
     * What was found.
     *
     * @param user   name, text
     * @param path   where it lies
     * @param state  how it is
     * @param reason a few words for people; empty if the state says all
     * @param files  of the list index
     * @param bytes  their sizes
     * @param newest latest access or modification, Unix seconds; 0 if there is no directory
     */
    public record Inspection(String user, LocalPath path, State state, String reason, int files, long bytes, long newest) { }

    /** Knows where INDEX is. */
    @FunctionalInterface
    public interface IndexPaths {
        /**
         * @return an absolute byte string
         * @throws UserDatabase.UnknownUser if there is no such user
         */
        String of(String user) throws IOException;
    }

    /** @param host name of this host, as {@link HostChange} has it */
    public Inspector(String host) {
        this.host = host;
    }

    public Inspection look(String user, LocalPath path, IndexPaths index) throws IOException {
        Optional<OpenDirectory> local = LocalDirectory.open(path);
        if (local.isEmpty()) {
            return new Inspection(user, path, State.NONE, "no directory", 0, 0, 0);
        }
        try (OpenDirectory directory = local.get()) {
            Purge.Contents contents = Purge.contents(directory);
            State[] state = {State.STALE};
            String reason = state(user, directory, index, state);
            if (contents.size().files() == 0 && state[0] != State.ORPHANED) {
                state[0] = State.NONE;
            }
            return new Inspection(user, path, state[0], reason, contents.size().files(), contents.size().bytes(),
                    contents.newest());
        }
    }

    private String state(String user, OpenDirectory local, IndexPaths index, State[] state) throws IOException {
        Optional<HostFile> file;
        try {
            file = HostFile.open(index.of(user));
        } catch (UserDatabase.UnknownUser e) {
            state[0] = State.ORPHANED;
            return "no such user";
        } catch (PosixException e) {
            return e.getMessage();
        }
        if (file.isEmpty()) {
            state[0] = State.ORPHANED;
            return "no INDEX";
        }
        HostFile.Found found;
        try (HostFile shared = file.get()) {
            found = shared.read();
        }
        if (found instanceof HostFile.Unreadable unreadable) {
            return unreadable.reason();
        }
        if (!(found instanceof HostFile.Present present)) {
            return "no host is recorded";
        }
        if (!present.host().host().equals(host)) {
            state[0] = State.LEFT;
            return "on " + present.host().host();
        }
        boolean known = seen(local).filter(seen -> seen.matches(present.status(), present.host())).isPresent();
        state[0] = known ? State.FRESH : State.STALE;
        return known ? "" : "not of this time";
    }

    private static Optional<LastSeen> seen(OpenDirectory local) throws PosixException {
        try (OpenFile file = local.openFile(LastHost.FILE)) {
            String content = HostFile.content(file, LastSeen.MAX_SIZE);
            return content.isEmpty() ? Optional.empty() : Optional.of(LastSeen.read(content, file.path()));
        } catch (CorruptFileException e) {
            return Optional.empty();
        } catch (PosixException e) {
            if (e.isNotFound() || e.errno() == PosixException.ELOOP) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
