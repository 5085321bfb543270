package io.roost.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.roost.posix.Ownership;

/**
 * A user's mail as doveadm shows and changes it, for tests to which every line that is logged is a failure.
 *
 * @param dovecot that knows the user
 * @param user    whose mail it is
 * @param options {@code key=value} settings beside those of its configuration
 */
public record UserDoveadm(DovecotInstance dovecot, String user, List<String> options) {
    /** Commands of two words. */
    private static final Set<String> GROUPS = Set.of("mailbox", "flags");

    public UserDoveadm(DovecotInstance dovecot, String user) {
        this(dovecot, user, List.of());
    }

    /** The same with these settings, {@code key=value}. */
    public UserDoveadm with(String... settings) {
        return new UserDoveadm(dovecot, user, List.of(settings));
    }

    public Path home() {
        return dovecot.home(user);
    }

    /** To whom the mail must belong. */
    public Ownership ownership() {
        return new Ownership(dovecot.mailUid(), dovecot.mailGid(), 0600, 0700);
    }

    /** Runs a command that must succeed without logging anything; returns what it printed, byte by byte. */
    public String run(String... command) throws IOException {
        return runWith("", command);
    }

    /** As the other one, with this to read, a byte string. */
    public String runWith(String input, String... command) throws IOException {
        DoveadmResult r = tryRun(input, command);
        assertEquals("", r.stderr(), "logged by doveadm " + String.join(" ", command));
        assertEquals(0, r.exit(), "exit code of doveadm " + String.join(" ", command));
        return new String(r.stdout(), StandardCharsets.ISO_8859_1);
    }

    /** Runs a command; it may fail. */
    public DoveadmResult tryRun(String input, String... command) throws IOException {
        List<String> arguments = new ArrayList<>();
        for (String option : options) {
            arguments.addAll(List.of("-o", option));
        }
        int words = GROUPS.contains(command[0]) ? 2 : 1;
        arguments.addAll(List.of(command).subList(0, words));
        if (!command[0].equals("dump")) {
            arguments.addAll(List.of("-u", user));
        }
        arguments.addAll(List.of(command).subList(words, command.length));
        return dovecot.doveadmWith(input.getBytes(StandardCharsets.ISO_8859_1), arguments.toArray(String[]::new));
    }
}
