package io.roost.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Opens the mails of one mailbox by position, relative to descriptors of {@code cur} and {@code new}. A mail whose file was
 * renamed since the scan (flags changed, moved from new to cur) is looked for again by base name, in one fresh listing for all
 * that are missing. Thread-safe.
 */
public final class MailOpener implements Closeable {
    private static final int ATTEMPTS = 5;

    private final MailList mails;
    private final MailDirectories directories;
    private final Renamed renamed = new Renamed();
    private final boolean onNfs;

    /**
     * @throws PosixException if the directory of the mailbox, {@code cur} or {@code new} cannot be opened
     */
    public MailOpener(MailboxSnapshot snapshot) throws IOException {
        mails = snapshot.mails();
        if (mails.size() == 0) {
            // Perhaps a mailbox that nobody has created yet.
            directories = MailDirectories.none();
            onNfs = false;
            return;
        }
        try (OpenDirectory mailbox = snapshot.location().openDirectory()) {
            directories = MailDirectories.open(mailbox, null);
            onNfs = mailbox.fileSystem().isNfs();
        }
    }

    /**
     * Opens a mail: one system call, unless it was renamed. What was opened may be anything that a hostile user has put in
     * place of the mail; the caller looks at its status.
     *
     * @return null if the mail has vanished: expunged since the scan
     * @throws io.roost.posix.PosixException if it is there but cannot be opened; a symbolic link gives ELOOP
     */
    public OpenFile open(int position) throws IOException {
        OpenFile file = tryOpen(mails.isInNew(position), mails.fileName(position));
        if (file != null || mails.isAmbiguous(position)) {
            return file;
        }
        String base = mails.baseName(position);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Place place = renamed.find(base);
            if (place == null) {
                // Perhaps it has its old name again.
                return tryOpen(mails.isInNew(position), mails.fileName(position));
            }
            file = tryOpen(place.isInNew, place.name);
            if (file != null) {
                return file;
            }
        }
        return null;
    }

    private OpenFile tryOpen(boolean isInNew, String name) throws PosixException {
        OpenDirectory directory = directories.get(isInNew);
        if (directory == null) {
            return null;
        }
        try {
            return onNfs ? directory.openFileUncached(name) : directory.openFile(name);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        directories.close();
    }

    private record Place(boolean isInNew, String name) {
    }

    /**
     * The files whose names the scan did not have, by base name. Listed when first asked for, and again only after a directory
     * has changed; those who ask meanwhile wait for the one listing.
     */
    private final class Renamed {
        private Map<String, Place> places;
        private int[] known;
        private FileStatus cur;
        private FileStatus fresh;

        synchronized Place find(String base) throws PosixException {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                FileStatus curNow = directories.status(false);
                FileStatus freshNow = directories.status(true);
                boolean current = places != null && MailDirectories.unchanged(cur, curNow)
                        && MailDirectories.unchanged(fresh, freshNow);
                if (!current) {
                    cur = curNow;
                    fresh = freshNow;
                    list();
                }
                Place place = places.get(base);
                if (place != null || current) {
                    return place;
                }
                // Not there, but it may have been renamed while the listing went on: ask whether that was so.
            }
            return null;
        }

        private void list() throws PosixException {
            if (known == null) {
                known = knownNames();
            }
            places = new HashMap<>();
            directories.list(true, this::entry);
            directories.list(false, this::entry);
        }

        private void entry(String name, FileStatus.Kind kind, boolean isInNew) {
            if (name.charAt(0) != '.' && !isKnown(name, isInNew)) {
                // What lies in cur replaces what was seen in new.
                places.put(MailFileName.base(name), new Place(isInNew, name));
            }
        }

        /** Positions plus one at the hashes of the file names, so that only new names take memory. */
        private int[] knownNames() {
            int[] table = new int[Math.max(16, Integer.highestOneBit(mails.size()) * 4)];
            for (int i = 0; i < mails.size(); i++) {
                int at = hash(mails.fileName(i)) & table.length - 1;
                while (table[at] != 0) {
                    at = at + 1 & table.length - 1;
                }
                table[at] = i + 1;
            }
            return table;
        }

        private boolean isKnown(String name, boolean isInNew) {
            for (int at = hash(name) & known.length - 1; known[at] != 0; at = at + 1 & known.length - 1) {
                int i = known[at] - 1;
                if (mails.isInNew(i) == isInNew && mails.fileName(i).equals(name)) {
                    return true;
                }
            }
            return false;
        }

        private static int hash(String name) {
            int h = name.hashCode() * 0x9e3779b1;
            return h ^ h >>> 15;
        }
    }
}
