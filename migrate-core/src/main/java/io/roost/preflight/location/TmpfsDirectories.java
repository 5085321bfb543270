package io.roost.preflight.location;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.roost.dovecot.DovecotService;
import io.roost.dovecot.MailLocation;
import io.roost.posix.ByteString;
import io.roost.posix.FileSystemStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.Mount;
import io.roost.preflight.RunningProgram;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;

/** {@code VOLATILEDIR} and {@code LISTINDEX}: in tmpfs that is tmpfs, has room, and is cleaned when a user changes backend. */
public final class TmpfsDirectories implements Check {
    /** A list index of a large account has some hundred KiB; a thousand users at once have room. */
    private static final long LEAST_BYTES = 64L << 20;
    private static final int LEAST_PERCENT = 10;
    private static final int MAX_SCRIPT = 64 << 10;

    @Override
    public List<String> ids() {
        return List.of("volatiledir", "listindex", "tmpfs-room", "listindex-hostchange");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        if (backend.users().isEmpty()) {
            return List.of(backend.nobody(new Question("volatiledir", "VOLATILEDIR and LISTINDEX in mail locations",
                    "directories on tmpfs", "")));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(key(backend, "volatiledir", "VOLATILEDIR", MailLocation::volatileDir,
                "lock files and the like are made on NFS, a call to the server each"));
        findings.add(key(backend, "listindex", "LISTINDEX", location -> location.listIndex().filter(p -> p.startsWith("/"))
                .map(TmpfsDirectories::directoryOf), "each look at the list of mailboxes asks the server"));
        memoryDirectory(backend).ifPresent(directory -> findings.add(room(backend, directory)));
        if (backend.topology() != Topology.SINGLE_BACKEND && listIndexInMemory(backend)) {
            findings.add(hostChange(backend));
        }
        return findings;
    }

    private static Finding key(Backend backend, String id, String key, Function<MailLocation, Optional<String>> directory,
            String why) {
        Question question = new Question(id, key + " in the mail locations of the sample", "a directory on tmpfs", why);
        Map<Severity, String> worst = new LinkedHashMap<>();
        for (SampleUser user : backend.users()) {
            for (MailLocation location : user.locations()) {
                Optional<String> path = directory.apply(location);
                if (path.isEmpty()) {
                    worst.putIfAbsent(backend.onNetwork().orElse(true) ? Severity.SLOW : Severity.OK,
                            "none in " + ByteString.toText(location.toString()));
                    continue;
                }
                try {
                    FileSystemStatus status = existing(path.get());
                    worst.putIfAbsent(status.isMemory() ? Severity.OK : Severity.SLOW,
                            ByteString.toText(path.get()) + " on " + status.typeName());
                } catch (PosixException e) {
                    worst.putIfAbsent(Severity.UNKNOWN, e.getMessage());
                }
            }
        }
        Severity severity = worst.keySet().stream().max(Severity::compareTo).orElse(Severity.UNKNOWN);
        return question.answer(severity, worst.getOrDefault(severity, "no location is known"), switch (severity) {
            case OK -> "";
            case UNKNOWN -> "run as the mail user or root, and name users with their locations";
            default -> "add " + key + "=/dev/shm/dovecot/%2.256Nu/%u" + (key.equals("LISTINDEX") ? "/dovecot.list.index" : "")
                    + " to mail_location and to the userdb's mail, and mount a tmpfs there";
        });
    }

    /** Of a directory, or of the nearest one above it: Dovecot creates what is missing. */
    private static FileSystemStatus existing(String path) throws PosixException {
        for (String at = path; ; at = directoryOf(at)) {
            try (OpenDirectory directory = OpenDirectory.open(at)) {
                return directory.fileSystem();
            } catch (PosixException e) {
                if (!e.isNotFound() || at.equals("/")) {
                    throw e;
                }
            }
        }
    }

    private static Optional<String> memoryDirectory(Backend backend) {
        for (SampleUser user : backend.users()) {
            for (MailLocation location : user.locations()) {
                for (Optional<String> path : List.of(location.volatileDir(),
                        location.listIndex().filter(p -> p.startsWith("/")))) {
                    try {
                        if (path.isPresent() && existing(path.get()).isMemory()) {
                            return path;
                        }
                    } catch (PosixException e) {
                        // told as unknown by the key itself
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Finding room(Backend backend, String path) {
        Question question = new Question("tmpfs-room", "tmpfs of " + ByteString.toText(path),
                "64 MiB and a tenth of it free, and inodes",
                "a full tmpfs makes list indexes fail, and users see errors instead of mailboxes");
        try {
            FileSystemStatus status = existing(path);
            String found = (status.freeBytes() >> 20) + " MiB free of " + (status.totalBytes() >> 20) + " MiB, "
                    + status.freeInodes() + " inodes of " + status.totalInodes();
            boolean bytes = status.freeBytes() >= LEAST_BYTES && status.freeBytes() / LEAST_PERCENT >= status.totalBytes() / 100;
            boolean inodes = status.totalInodes() == 0 || status.freeInodes() / LEAST_PERCENT >= status.totalInodes() / 100;
            if (bytes && inodes) {
                return question.ok(found);
            }
            String point = backend.mounts().find(path).map(Mount::mountPoint).map(ByteString::toText).orElse("its mount point");
            String option = bytes ? "nr_inodes=" + Math.max(1_000_000, 2 * status.totalInodes())
                    : "size=" + Math.max(1024, status.totalBytes() >> 19) + "m";
            return question.unsafe(found, "make it larger, and the same in /etc/fstab").with(new Hint(Hint.SHELL, "mount -o remount,"
                    + option + " " + point));
        } catch (PosixException e) {
            return question.unknown(e.getMessage(), "run as the mail user or root");
        }
    }

    private static boolean listIndexInMemory(Backend backend) {
        return backend.users().stream().flatMap(u -> u.locations().stream()).map(MailLocation::listIndex)
                .anyMatch(p -> {
                    try {
                        return p.filter(path -> path.startsWith("/")).isPresent() && existing(p.get()).isMemory();
                    } catch (PosixException e) {
                        return false;
                    }
                });
    }

    /** A list index in memory belongs to one backend; when a user comes back after a while elsewhere, it is old. */
    private static Finding hostChange(Backend backend) throws IOException {
        Question question = new Question("listindex-hostchange", "Dovecot's services, and processes of this machine",
                "roost hostchange",
                "a list index in memory goes stale while its user is on another backend: mailboxes made there are missing "
                + "until it is removed");
        List<String> services = DovecotService.of(backend.settings()).stream().filter(s -> runsHostChange(s.executable()))
                .map(DovecotService::name).toList();
        if (!services.isEmpty()) {
            return question.ok("service " + String.join(", ", services));
        }
        if (RunningProgram.all(backend.root()).stream().anyMatch(program -> program.hasWord("hostchange"))) {
            return question.ok("a process");
        }
        return question.unknown("neither a service nor a process of it is seen here; it may be run otherwise",
                "set roost hostchange up on "
                + "every backend (docs/hostchange.md), or keep LISTINDEX with the mail; if it runs, --ignore listindex-hostchange");
    }

    /** By its name, or as a script that calls it. */
    private static boolean runsHostChange(String executable) {
        for (String word : executable.split(" ")) {
            Path script = Path.of(word.startsWith("/") ? word : "/");
            if (word.endsWith("hostchange")) {
                return true;
            }
            try {
                if (Files.isRegularFile(script) && Files.size(script) <= MAX_SCRIPT
                        && Files.readString(script, StandardCharsets.ISO_8859_1).contains("hostchange")) {
                    return true;
                }
            } catch (IOException e) {
                // not readable to this user: not seen
            }
        }
        return false;
    }

    private static String directoryOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }
}
