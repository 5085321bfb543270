package io.roost.hostchange;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * The contract of host change, on disk. {@code INDEX/.lasthost} on shared storage ({@link HostFile}) names the host that used
 * a user last; {@code LISTINDEX/.lasthost} in this host's memory ({@link LocalRecord}) holds what was seen there when the
 * list index beside it was last known to be right. A list index is fresh while both agree, since every other host replaces the
 * first file before it lets the user in.
 *
 * <p>{@link #check} at a login, all under the lock of the local file:
 *
 * <ol>
 * <li>If both files agree, nothing is done.
 * <li>The local file is emptied: from here on nothing counts as known.
 * <li>The list index beside it is deleted.
 * <li>With {@code migration}, a list index on shared storage goes: a host without host change was there. It is moved here if no
 *     host with it was there before; else nobody knows how old it is.
 * <li>The file on shared storage is replaced by one that names this host, with a new token, even if it named this host
 *     already: then this host's memory was lost, or another host bears its name.
 * <li>It is opened again, and if it is still ours, what is seen is written into the local file.
 * </ol>
 *
 * A crash between any two steps leaves the local file empty, or at odds with the other: the next login begins again. The user
 * is let in only if the deletion and the step on shared storage succeeded; without the latter another host would go on to
 * believe in its own list index. Whatever is odd (unreadable, damaged, no regular file, an inode number used again, a clock
 * that was set back) counts as a change.
 *
 * <p>The post-login script in {@code samples/hostchange} takes the same steps without Java, but for migration and whatever is
 * odd: change both together.
 *
 * <p>Immutable and thread-safe, also between processes.
 */
public final class HostChange {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ATTEMPTS = 20;

    private final String host;
    private final boolean migration;
    private final Duration patience;
    private final Notes notes;
    private final Hook hook;

    /** What a check did. In each case the list index that is there, if any, may be served. */
    public enum Outcome {
        /** Nothing had changed. */
        FRESH,
        /** What was there, if anything, is deleted; this host is named on shared storage. */
        TAKEN,
        /** As TAKEN, and the list index of shared storage is here now. */
        MOVED,
        /** INDEX does not exist: a missing mount, or a new domain. What was there is deleted, nothing is recorded. */
        NO_INDEX,
        /** As TAKEN, but nothing could be recorded here: the next login will do the same again. */
        UNRECORDED
    }

    /** After which a crash may happen; for tests. */
    enum Step { LOCKED, CLEARED, DELETED, MOVED, HOST_WRITTEN, RECORDED }

    /** Called after each step; for tests. */
    interface Hook {
        void after(Step step) throws IOException;
    }

    /**
     * @param host      name of this host, another one than any other backend's: 1 to 64 letters, digits, {@code . - _}
     * @param migration whether list indexes on shared storage are looked for; costs one more call there at each login
     * @throws InvalidSettingException if the name is none
     */
    public HostChange(String host, boolean migration, Notes notes) throws InvalidSettingException {
        this(checkHost(host), migration, PATIENCE, notes, step -> { });
    }

    HostChange(String host, boolean migration, Duration patience, Notes notes, Hook hook) {
        this.host = host;
        this.migration = migration;
        this.patience = patience;
        this.notes = notes;
        this.hook = hook;
    }

    /** Refuses what is no name of a host. */
    public static String checkHost(String host) throws InvalidSettingException {
        if (!host.matches("[A-Za-z0-9._-]{1,64}") || host.equals("localhost")) {
            throw new InvalidSettingException("host name", host, "1 to 64 letters, digits, dots, dashes, and not localhost",
                    "give this backend a name of its own with --host");
        }
        return host;
    }

    /**
     * Makes sure that no list index of an earlier time is served to a user who is about to be let in on this host.
     *
     * @throws IOException if that cannot be made sure of: the user must not be let in
     */
    public Outcome check(UserPaths user) throws IOException {
        try {
            Optional<HostFile> index = HostFile.open(user.index());
            if (index.isEmpty() && (HostFile.create(user.index(), FileSystemStatus::isNetwork)
                    || HostFile.lookAgain(user.index()))) {
                index = HostFile.open(user.index());
            }
            if (index.isEmpty()) {
                return withoutIndex(user);
            }
            try (HostFile shared = index.get()) {
                return check(user, shared, LocalDirectory.ownershipAs(shared.directory().status()));
            }
        } catch (PosixException e) {
            String purged = purgeAfter(user, e);
            throw new IOException("user " + user.user() + " must not be let in on " + host + ": " + e.getMessage() + purged, e);
        }
    }

    private Outcome check(UserPaths user, HostFile shared, Ownership ownership) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            OpenDirectory local;
            LocalRecord record;
            try {
                local = LocalDirectory.openOrCreate(user.listIndex(), ownership);
            } catch (IOException e) {
                return unlocked(user, shared, ownership, e);
            }
            try (local) {
                try {
                    record = LocalRecord.lock(local, ownership, patience);
                } catch (LocalRecord.Vanished e) {
                    // by a sweep, which will not come again at once
                    continue;
                } catch (IOException e) {
                    return unlocked(user, shared, ownership, e);
                }
                try (record) {
                    return locked(user, shared, local, record, ownership);
                }
            }
        }
        throw new IOException(ByteString.toText(user.listIndex().path()) + " is removed again and again");
    }

    private Outcome locked(UserPaths user, HostFile shared, OpenDirectory local, LocalRecord record, Ownership ownership)
            throws IOException {
        hook.after(Step.LOCKED);
        Optional<LastSeen> seen = record.read(notes);
        HostFile.Found found = shared.read();
        boolean foreign = migration && shared.directory().status(ListIndexFiles.LOG).isPresent();
        String change = foreign ? "a host without host change was there" : change(seen, found);
        if (change.isEmpty()) {
            return Outcome.FRESH;
        }
        record.clear();
        hook.after(Step.CLEARED);
        int deleted = ListIndexFiles.delete(local);
        hook.after(Step.DELETED);
        boolean moved = foreign && (found instanceof HostFile.Absent
                ? ListIndexFiles.move(shared.directory(), local, ownership, notes)
                : ListIndexFiles.drop(shared.directory()));
        hook.after(Step.MOVED);
        tell(user, change, deleted, moved, found);
        LastHost mine = LastHost.now(host);
        boolean named = name(user, shared, mine, ownership);
        hook.after(Step.HOST_WRITTEN);
        if (!named) {
            return Outcome.UNRECORDED;
        }
        if (!(shared.read() instanceof HostFile.Present now && now.host().equals(mine))) {
            ListIndexFiles.delete(local);
            notes.warning("user " + user.user() + ": another host took the user at the same time; list index deleted once "
                    + "more");
            return Outcome.UNRECORDED;
        }
        try {
            record.write(LastSeen.of(now.status(), mine));
        } catch (PosixException e) {
            notes.warning("user " + user.user() + ": " + e.getMessage() + "; the next login will delete the list index again");
            return Outcome.UNRECORDED;
        }
        hook.after(Step.RECORDED);
        return moved ? Outcome.MOVED : Outcome.TAKEN;
    }

    /** Replaces the file on shared storage; where there is no room for it, removes it, so that no host believes anything. */
    private boolean name(UserPaths user, HostFile shared, LastHost mine, Ownership ownership) throws IOException {
        try {
            shared.replace(mine, ownership);
            return true;
        } catch (PosixException e) {
            if (!e.isNoSpace()) {
                throw e;
            }
            shared.directory().removeFile(LastHost.FILE);
            shared.directory().sync();
            notes.warning("user " + user.user() + ": " + e.getMessage()
                    + "; until there is room, each login deletes the list index");
            return false;
        }
    }

    /** Empty if the two agree. */
    private String change(Optional<LastSeen> seen, HostFile.Found found) {
        if (found instanceof HostFile.Unreadable unreadable) {
            return unreadable.reason();
        }
        if (found instanceof HostFile.Present present) {
            if (seen.isPresent() && seen.get().matches(present.status(), present.host())
                    && present.host().host().equals(host)) {
                return "";
            }
            return present.host().host().equals(host) ? "nothing is known of the list index here, or " + LastHost.FILE
                    + " was replaced" : "the user was on " + ByteString.toText(present.host().host());
        }
        return "no host is recorded";
    }

    private void tell(UserPaths user, String change, int deleted, boolean moved, HostFile.Found found) {
        String line = "user " + user.user() + ": " + change + "; " + deleted + (deleted == 1 ? " file" : " files")
                + " of the list index deleted" + (moved ? ", that of shared storage moved here" : "");
        if (found instanceof HostFile.Unreadable) {
            notes.warning(line);
        } else {
            notes.info(line);
        }
    }

    /** Without the lock: deletes and replaces all the same. Nothing is recorded, so nothing is believed later. */
    private Outcome unlocked(UserPaths user, HostFile shared, Ownership ownership, IOException why) throws IOException {
        notes.warning("user " + user.user() + ": " + why.getMessage() + "; the list index is deleted without lock or record");
        Optional<OpenDirectory> local = LocalDirectory.open(user.listIndex());
        if (local.isPresent()) {
            try (OpenDirectory directory = local.get()) {
                ListIndexFiles.delete(directory);
            }
        }
        if (migration) {
            ListIndexFiles.drop(shared.directory());
        }
        name(user, shared, LastHost.now(host), ownership);
        return Outcome.UNRECORDED;
    }

    private Outcome withoutIndex(UserPaths user) throws IOException {
        int files = new Purge(notes, patience).now(user.listIndex()).files();
        if (files > 0) {
            notes.warning("user " + user.user() + ": " + ByteString.toText(user.index()) + " is not there, is a mount missing? "
                    + files + " files of the list index deleted");
        }
        return Outcome.NO_INDEX;
    }

    /** What could not be read on shared storage must not be believed here. */
    private String purgeAfter(UserPaths user, PosixException e) {
        if (user.listIndex().path().equals(e.path())) {
            return "";
        }
        try {
            new Purge(notes, patience).now(user.listIndex());
            return "; the list index here is deleted";
        } catch (IOException again) {
            return "; and " + again.getMessage();
        }
    }
}
