package io.roost.gate;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * A gate that acts at once: a directory with one file for each user who is kept out, {@link DictGateFormat}, which Dovecot's dict
 * userdb opens anew at each lookup. It needs no package of Dovecot's but its core. Roosts exclude each other by a lock on a file
 * in the directory, which must exist; whoever may write there can lock users out.
 */
public final class DictGate implements Gate {
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(15);
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_FILE = 8192;
    private static final int MODE = 0644;
    private static final String LOCK = ".roost-lock";
    private static final String TEMPORARY = ".roost-new";

    private final String directory;
    private final GateWatch watch;
    private final RunIdentity self;
    private final Clock clock;

    /** What to do under the lock. */
    private interface Locked<T> {
        T with(OpenDirectory open) throws IOException;
    }

    /**
     * @param directory absolute path
     * @param probes    every Dovecot that reads it; at least one of them must answer
     * @param self      owner of the gates that are closed by this
     * @param clock     for when a gate was closed
     */
    public DictGate(String directory, List<AuthProbe> probes, RunIdentity self, Clock clock) {
        this.directory = directory;
        this.watch = new GateWatch(probes, NOTICE_LIMIT);
        this.self = self;
        this.clock = clock;
    }

    @Override
    public void check(String user, String reason) throws InvalidSettingException {
        PasswdFileName.check(user);
        GateFileFormat.checkReason(reason);
    }

    @Override
    public Closed close(String user, String reason, Instant expires) throws IOException {
        check(user, reason);
        long began = System.nanoTime();
        GateEntry entry = new GateEntry(user, reason, self, clock.instant().truncatedTo(ChronoUnit.SECONDS),
                expires.truncatedTo(ChronoUnit.SECONDS));
        locked(open -> {
            if (content(open, DictGateFormat.fileName(user)).isPresent() && own(open, user).isEmpty()) {
                throw read(open, user).map(other -> other.refusal(directory)).orElseGet(() -> new GateException("user "
                        + ByteString.toText(ByteString.ofText(user)) + " is locked out already by "
                        + ByteString.toText(open.pathOf(DictGateFormat.fileName(user)))
                        + ", which is not Roost's: remove it when the user may be let in"));
            }
            write(open, entry);
            return null;
        });
        try {
            GateWatch.Noticed noticed = watch.awaitClosed(user, reason, "is a dict userdb that reads " + directory
                    + " the first userdb of its configuration?", began);
            return new Closed(entry, noticed.unreachable(), noticed.since());
        } catch (IOException | RuntimeException e) {
            Undo.after(e, () -> open(user));
            throw e;
        }
    }

    @Override
    public void extend(String user, Instant expires) throws IOException {
        locked(open -> {
            GateEntry old = own(open, user).orElseThrow(() -> GateEntry.gone(user, directory));
            write(open, new GateEntry(user, old.reason(), self, old.closed(), expires.truncatedTo(ChronoUnit.SECONDS)));
            return null;
        });
    }

    @Override
    public boolean isHeld(String user) throws IOException {
        try (OpenDirectory open = open()) {
            return own(open, user).isPresent();
        }
    }

    @Override
    public boolean actsAtOnce() {
        return true;
    }

    @Override
    public boolean opensBehindUserdb(String user, String reason) {
        return false;
    }

    @Override
    public void open(String user) throws IOException {
        locked(open -> {
            if (own(open, user).isPresent()) {
                remove(open, user);
            }
            return null;
        });
    }

    @Override
    public boolean awaitOpen(String user, Duration limit) throws IOException {
        return watch.awaitOpen(user, limit);
    }

    @Override
    public List<GateEntry> entries() throws IOException {
        List<GateEntry> entries = new ArrayList<>();
        try (OpenDirectory open = open()) {
            for (String name : names(open)) {
                named(open, name).ifPresent(entries::add);
            }
        }
        return entries;
    }

    @Override
    public List<String> damage() throws IOException {
        List<String> damage = new ArrayList<>();
        try (OpenDirectory open = open()) {
            for (String name : names(open)) {
                if (named(open, name).isEmpty() && content(open, name).isPresent()) {
                    damage.add(new CorruptFileException(open.pathOf(name), 0, "a closed gate as Roost writes it, of the user whose"
                            + " name gives this file's", "something else").getMessage());
                }
            }
        }
        return damage;
    }

    @Override
    public List<GateEntry> liftAbandoned(Instant now) throws IOException {
        List<GateEntry> lifted = new ArrayList<>();
        for (GateEntry entry : entries()) {
            if (entry.isAbandoned(now)) {
                locked(open -> {
                    // exactly this: its owner may have extended it meanwhile
                    if (read(open, entry.user()).equals(Optional.of(entry))) {
                        remove(open, entry.user());
                        lifted.add(entry);
                    }
                    return null;
                });
            }
        }
        return lifted;
    }

    @Override
    public Optional<GateEntry> lift(String user) throws IOException {
        PasswdFileName.check(user);
        return locked(open -> {
            Optional<GateEntry> entry = read(open, user);
            remove(open, user);
            return entry;
        });
    }

    private Optional<GateEntry> own(OpenDirectory open, String user) throws IOException {
        return read(open, user).filter(entry -> entry.owner().equals(self));
    }

    private static Optional<GateEntry> read(OpenDirectory open, String user) throws IOException {
        return named(open, DictGateFormat.fileName(user));
    }

    private static Optional<GateEntry> named(OpenDirectory open, String name) throws IOException {
        return content(open, name).flatMap(DictGateFormat::read)
                .filter(entry -> DictGateFormat.fileName(entry.user()).equals(name));
    }

    /** Empty if there is no such file; of a file that is too large, its beginning. */
    private static Optional<byte[]> content(OpenDirectory open, String name) throws IOException {
        try (OpenFile file = open.openFile(name)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_FILE);
            file.preadFully(buffer, 0);
            byte[] content = new byte[buffer.flip().remaining()];
            buffer.get(content);
            return Optional.of(content);
        } catch (PosixException e) {
            if (e.isNotFound()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void write(OpenDirectory open, GateEntry entry) throws IOException {
        // of a run that was killed
        open.removeFile(TEMPORARY);
        byte[] content = DictGateFormat.write(entry);
        boolean renamed = false;
        try (OpenFile file = open.create(TEMPORARY, MODE)) {
            // whatever the mask is: auth has to read it
            file.chmod(MODE);
            file.write(ByteBuffer.allocateDirect(content.length).put(content).flip());
            file.sync();
            open.rename(TEMPORARY, open, DictGateFormat.fileName(entry.user()));
            renamed = true;
        } finally {
            if (!renamed) {
                open.removeFile(TEMPORARY);
            }
        }
        open.sync();
    }

    private static void remove(OpenDirectory open, String user) throws IOException {
        open.removeFile(DictGateFormat.fileName(user));
        open.sync();
    }

    private static List<String> names(OpenDirectory open) throws IOException {
        List<String> names = new ArrayList<>();
        open.list((name, kind) -> {
            if (DictGateFormat.NAME.matcher(name).matches()) {
                names.add(name);
            }
        });
        names.sort(null);
        return names;
    }

    private OpenDirectory open() throws IOException {
        if (!directory.startsWith("/") || directory.indexOf(0) >= 0) {
            throw new GateException("not an absolute path: " + ByteString.toText(ByteString.ofText(directory).replace((char) 0, '?')));
        }
        return OpenDirectory.open(ByteString.ofText(directory));
    }

    private <T> T locked(Locked<T> action) throws IOException {
        long deadline = System.nanoTime() + LOCK_PATIENCE.toNanos();
        try (OpenDirectory open = open(); OpenFile lock = open.openOrCreate(LOCK, 0600)) {
            while (!lock.tryLock()) {
                if (System.nanoTime() > deadline) {
                    throw new GateException("somebody else has held the lock of " + directory + " for " + LOCK_PATIENCE.toSeconds()
                            + " s: see who with \"fuser " + directory + "/" + LOCK + "\"");
                }
                Pause.uninterrupted(2);
            }
            return action.with(open);
        }
    }
}
