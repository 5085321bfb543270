package io.roost.gate;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import io.roost.dovecot.CorruptFileException;
import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.GateFileFormat.Line;
import io.roost.posix.ByteString;
import io.roost.posix.PosixException;

/**
 * A gate that is a passwd-file, Dovecot's first userdb: the format is {@link GateFileFormat}'s. Dovecot notices a change up to a
 * second later. Changes that several threads want at the same time are made in one rewrite.
 */
public final class PasswdFileGate implements Gate {
    /** A second until Dovecot looks, and some for a server under load. */
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(15);
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(30);

    private final RewrittenFile file;
    private final GateWatch watch;
    private final RunIdentity self;
    private final Clock clock;
    private final GroupedChanges<List<Line>> changes;

    /**
     * @param file   the passwd-file, which must exist
     * @param probes every Dovecot that reads it; at least one of them must answer
     * @param self   owner of the gates that are closed by this
     * @param clock  for when a gate was closed
     */
    public PasswdFileGate(String file, List<AuthProbe> probes, RunIdentity self, Clock clock) {
        this.file = new RewrittenFile(file, LOCK_PATIENCE);
        this.watch = new GateWatch(probes, NOTICE_LIMIT);
        this.self = self;
        this.clock = clock;
        this.changes = new GroupedChanges<>(this::rewrite);
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
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        GateEntry entry = new GateEntry(user, reason, self, now, expires.truncatedTo(ChronoUnit.SECONDS));
        changes.make(lines -> enter(lines, entry));
        try {
            GateWatch.Noticed noticed = watch.awaitClosed(user, reason, "is " + file.name()
                    + " the first userdb of its configuration, without username_format?", began);
            return new Closed(entry, noticed.unreachable(), noticed.since());
        } catch (IOException | RuntimeException e) {
            Undo.after(e, () -> open(user));
            throw e;
        }
    }

    private void enter(List<Line> lines, GateEntry entry) throws GateException {
        String name = PasswdFileName.of(entry.user());
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.name().equals(name)) {
                if (!isOwn(line)) {
                    throw line.entry().map(other -> other.refusal(file.name())).orElseGet(() -> new GateException("user "
                            + ByteString.toText(ByteString.ofText(entry.user())) + " is locked out already in " + file.name()
                            + " by a line that is not Roost's: remove it there when the user may be let in"));
                }
                lines.set(i, GateFileFormat.line(entry));
                return;
            }
        }
        lines.add(GateFileFormat.line(entry));
    }

    @Override
    public void extend(String user, Instant expires) throws IOException {
        changes.make(lines -> {
            for (int i = 0; i < lines.size(); i++) {
                Line line = lines.get(i);
                if (line.name().equals(PasswdFileName.of(user)) && isOwn(line)) {
                    GateEntry old = line.entry().get();
                    lines.set(i, GateFileFormat.line(new GateEntry(old.user(), old.reason(), old.owner(), old.closed(),
                            expires.truncatedTo(ChronoUnit.SECONDS))));
                    return;
                }
            }
            throw GateEntry.gone(user, file.name());
        });
    }

    @Override
    public boolean isHeld(String user) throws IOException {
        String name = PasswdFileName.of(user);
        return lines().stream().anyMatch(line -> line.name().equals(name) && isOwn(line));
    }

    @Override
    public boolean actsAtOnce() {
        return false;
    }

    /**
     * Dovecot looks at each passwd-file at the first lookup of a second that comes to it, by its own clock, and not again in that second.
     * So an auth that has looked at the gate after something was written looks at it next in a later second; and in that
     * second it has not looked at any other passwd-file before that was written.
     */
    @Override
    public boolean opensBehindUserdb(String user, String reason) throws IOException {
        return watch.isClosed(user, reason);
    }

    @Override
    public void open(String user) throws IOException {
        String name = PasswdFileName.of(user);
        remove(line -> line.name().equals(name) && isOwn(line));
    }

    @Override
    public boolean awaitOpen(String user, Duration limit) throws IOException {
        return watch.awaitOpen(user, limit);
    }

    @Override
    public List<GateEntry> entries() throws IOException {
        return lines().stream().flatMap(line -> line.entry().stream()).toList();
    }

    @Override
    public List<String> damage() throws IOException {
        return lines().stream().flatMap(line -> line.damage(ByteString.ofText(file.name())).stream())
                .map(CorruptFileException::getMessage).toList();
    }

    @Override
    public List<GateEntry> liftAbandoned(Instant now) throws IOException {
        List<GateEntry> abandoned = new ArrayList<>();
        for (GateEntry entry : entries()) {
            if (entry.isAbandoned(now)) {
                abandoned.add(entry);
            }
        }
        // exactly these: an owner may have extended one meanwhile
        return abandoned.isEmpty() ? List.of()
                : remove(line -> line.entry().isPresent() && abandoned.contains(line.entry().get()));
    }

    @Override
    public Optional<GateEntry> lift(String user) throws IOException {
        PasswdFileName.check(user);
        String name = PasswdFileName.of(user);
        return remove(line -> line.name().equals(name) && line.isRoosts()).stream().findFirst();
    }

    private boolean isOwn(Line line) {
        return line.entry().map(entry -> entry.owner().equals(self)).orElse(false);
    }

    private List<GateEntry> remove(Predicate<Line> which) throws IOException {
        List<GateEntry> removed = new ArrayList<>();
        try {
            changes.make(lines -> {
                List<Line> gone = lines.stream().filter(which).toList();
                note(gone, removed);
                lines.removeAll(gone);
            });
        } catch (PosixException e) {
            if (!e.isNoSpace()) {
                throw e;
            }
            // Nobody stays locked out because a disk is full.
            file.overwrite(content -> {
                List<Line> gone = GateFileFormat.read(content).stream().filter(which).toList();
                note(gone, removed);
                return gone.stream().map(Line::offset).toList();
            }, (byte) '#');
        }
        return removed;
    }

    /** May be called again, with what a newer version has. */
    private static void note(List<Line> gone, List<GateEntry> removed) {
        removed.clear();
        gone.forEach(line -> line.entry().ifPresent(removed::add));
    }

    private List<Line> lines() throws IOException {
        return GateFileFormat.read(file.read());
    }

    private void rewrite(GroupedChanges.Edit<List<Line>> edit) throws IOException {
        file.rewrite(content -> {
            List<Line> lines = GateFileFormat.read(content);
            List<Line> before = List.copyOf(lines);
            edit.apply(lines);
            return lines.equals(before) ? content : GateFileFormat.write(lines);
        });
    }
}
