package io.roost.preflight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.testing.CheckSides;

/** Backends whose settings the installed {@code doveconf} read, for tests that carry {@code @RequiresDovecot}. */
public final class Configured {
    private final DovecotSettings settings;
    private final List<SampleUser> users = new ArrayList<>();
    private final List<SampleUser.Unresolved> unresolved = new ArrayList<>();
    private Topology topology = Topology.DIRECTOR;
    private Optional<Pop3UidlFormat> pop3 = Optional.empty();
    private Path root = Path.of("/");
    private MountTable mounts;

    private Configured(DovecotSettings settings) throws IOException {
        this.settings = settings;
        mounts = MountTable.ofProcess();
    }

    /** What doveconf makes of this text. */
    public static Configured by(String dovecotConf) throws IOException {
        Path file = Files.createTempFile("dovecot", ".conf");
        try {
            Files.writeString(file, dovecotConf);
            return of(file);
        } finally {
            Files.delete(file);
        }
    }

    public static Configured of(Path dovecotConf) throws IOException {
        return new Configured(DovecotSettings.ask(DovecotProgram.doveconf(Optional.of(dovecotConf.toString()))));
    }

    /** @param source location; empty for none */
    public Configured user(String name, String home, int uid, String source, String target) throws IOException {
        users.add(new SampleUser(name, home, uid, uid, source.isEmpty() ? Optional.empty()
                : Optional.of(MailLocation.parse(source, home)),
                target.isEmpty() ? Optional.empty() : Optional.of(MailLocation.parse(target, home))));
        return this;
    }

    /** A user on whatever the path lies on, from Maildir to mdbox. */
    public Configured userAt(Path home) throws IOException {
        return user("anna", home.toString(), 5000, "maildir:~/Maildir", "mdbox:~/mdbox");
    }

    public Configured unresolved(String name, String reason) {
        unresolved.add(new SampleUser.Unresolved(name, reason, "correct it"));
        return this;
    }

    public Configured topology(Topology value) {
        topology = value;
        return this;
    }

    public Configured root(Path value) {
        root = value;
        return this;
    }

    public Configured pop3(String format) throws IOException {
        pop3 = Optional.of(Pop3UidlFormat.of(format));
        return this;
    }

    /** Other mounts than those of this process. */
    public Configured mounts(MountTable table) {
        mounts = table;
        return this;
    }

    public Backend backend() throws IOException {
        return new Backend(settings, "doveconf -a", true, topology, users, unresolved, pop3, root, mounts);
    }

    /** {@code severity id}, in the order of the check. */
    public List<String> look(Check check) throws IOException, InterruptedException {
        return found(check).stream().map(f -> f.severity() + " " + f.id()).toList();
    }

    /** The severity of the one finding with this id. */
    public Severity severity(Check check, String id) throws IOException, InterruptedException {
        return finding(check, id).severity();
    }

    public Finding finding(Check check, String id) throws IOException, InterruptedException {
        List<Finding> findings = found(check).stream().filter(f -> f.id().equals(id)).toList();
        if (findings.size() != 1) {
            throw new AssertionError(id + ": " + findings);
        }
        return findings.get(0);
    }

    /** For {@link CheckSides}; done here for all that {@link Configured} itself looks at. */
    public static void saw(Finding finding) {
        CheckSides.saw(finding.severity().name(), finding.id());
    }

    /** All that a check says, which must be complete and within what it promises. */
    private List<Finding> found(Check check) throws IOException, InterruptedException {
        List<Finding> findings = check.look(backend());
        for (Finding finding : findings) {
            saw(finding);
            if (!check.ids().contains(finding.id())) {
                throw new AssertionError("not among its ids: " + finding);
            }
            boolean complete = finding.severity() == Severity.OK
                    || !finding.found().isBlank() && !finding.remedy().isBlank() && !finding.lookedAt().isBlank();
            if (!complete) {
                throw new AssertionError("says too little: " + finding);
            }
        }
        return findings;
    }
}
