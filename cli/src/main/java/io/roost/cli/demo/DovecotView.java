package io.roost.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;

/**
 * Looks at a user's mail with the installed {@code doveadm} under a configuration of its own: no server is started, and no file
 * or socket of the system's Dovecot is used. Looking with Dovecot changes a Maildir, so it is shown a copy.
 */
public final class DovecotView {
    private static final String STATUS = "messages unseen recent uidnext uidvalidity vsize guid";
    private static final String FETCH = "uid guid flags date.received size.physical size.virtual pop3.uidl pop3.order text";

    private final DovecotProgram doveadm;
    private final Path config;
    private final Path log;
    private final List<String> complaints = new ArrayList<>();

    /**
     * What Dovecot tells of a mailbox.
     *
     * @param messages number of mails
     * @param unseen   those without {@code \Seen}
     * @param rest     all else that STATUS knows
     * @param mails    every mail with its metadata and text
     */
    public record Mailbox(long messages, long unseen, String rest, String mails) {
        /** What is not as in {@code other}, empty if nothing. */
        public String difference(Mailbox other) {
            List<String> what = new ArrayList<>();
            if (messages != other.messages || unseen != other.unseen || !rest.equals(other.rest)) {
                what.add("status");
            }
            if (!mails.equals(other.mails)) {
                what.add("mails");
            }
            return String.join(", ", what);
        }
    }

    /**
     * @param directory for configuration and log; it exists
     * @param uid       owner of the mail, or -1 for who runs this
     */
    public DovecotView(Path directory, int uid) throws IOException {
        config = directory.resolve("dovecot.conf");
        log = directory.resolve("dovecot.log");
        String owner = uid < 0 ? "" : "mail_uid = " + uid + "\nmail_gid = " + uid + "\n";
        Files.writeString(config, "base_dir = " + directory.resolve("base") + "\nstate_dir = " + directory.resolve("state")
                + "\nlog_path = " + log + "\nfirst_valid_uid = 1\n" + owner
                + "namespace inbox {\n  inbox = yes\n  separator = /\n}\n");
        doveadm = DovecotProgram.doveadm(Optional.of(config.toString()))
                .withEnvironment(Map.of("USER", "anna", "HOME", directory.toString()));
    }

    /** Whether there is a Dovecot to look with. */
    public static boolean isPossible() {
        return DovecotProgram.isInstalled("doveadm") && DovecotProgram.isInstalled("doveconf");
    }

    /** The installed version, {@code 2.3.19.1} for example. */
    public String version() throws IOException {
        return DovecotSettings.ask(DovecotProgram.doveconf(Optional.of(config.toString()))).version();
    }

    /** All mailboxes by name, as Dovecot shows them. */
    public Map<String, Mailbox> look(String mailLocation) throws IOException {
        Map<String, Mailbox> mailboxes = new LinkedHashMap<>();
        List<String> lines = ask(mailLocation, "-f", "tab", "mailbox", "status", STATUS, "*").lines().toList();
        List<String> names = List.of(lines.get(0).split("\t"));
        for (String line : lines.subList(1, lines.size()).stream().sorted().toList()) {
            String[] values = line.split("\t");
            long messages = Long.parseLong(values[names.indexOf("messages")]);
            long unseen = Long.parseLong(values[names.indexOf("unseen")]);
            String mails = messages == 0 ? "" : ask(mailLocation, "-f", "flow", "fetch", FETCH, "mailbox", values[0]);
            mailboxes.put(values[0], new Mailbox(messages, unseen, String.join(" ", List.of(values).subList(1, values.length)),
                    mails));
        }
        return mailboxes;
    }

    private String ask(String mailLocation, String... command) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-o", "mail_location=" + mailLocation));
        arguments.addAll(List.of(command));
        DovecotProgram.Result result = doveadm.run(arguments.toArray(String[]::new));
        result.errors().lines().forEach(complaints::add);
        return result.requireSuccess().outputText();
    }

    /** What Dovecot logged, and what doveadm complained about. */
    public List<String> logLines() throws IOException {
        List<String> lines = new ArrayList<>(complaints);
        if (Files.exists(log)) {
            lines.addAll(Files.readAllLines(log, StandardCharsets.ISO_8859_1));
        }
        return lines;
    }
}
