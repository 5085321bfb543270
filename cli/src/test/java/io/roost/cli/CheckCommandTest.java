package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.cli.check.PlannedSpace;
import io.roost.cli.check.TerminalCheck;
import io.roost.cli.screen.CapturedScreen;
import io.roost.migrate.Settings;
import io.roost.preflight.Check;
import io.roost.preflight.Checks;
import io.roost.preflight.Finding;
import io.roost.preflight.director.DirectorSide;
import io.roost.preflight.probe.ProbePlace;
import io.roost.testing.CheckSides;
import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.MaildirSample;
import io.roost.testing.Requires;
import io.roost.testing.RequiresDovecot;
import io.roost.testing.SmallFileSystem;

/** {@code roost check} as it is typed, with the installed doveconf, on a Maildir in a temporary directory. */
@RequiresDovecot
@CheckSides.Shown
class CheckCommandTest {
    private static final String FINE = "mmap_disable = yes\nmail_fsync = always\nprotocols = imap lmtp\n"
            + "namespace inbox {\n  inbox = yes\n  separator = .\n}\n";

    @TempDir
    private Path temp;
    private CapturedScreen captured;

    @BeforeEach
    void sample() throws IOException {
        MaildirSample.of(temp.resolve("anna/Maildir"), 1, 5).write();
    }

    private int run(String config, String... more) throws IOException {
        captured = CapturedScreen.plain();
        Path file = Files.writeString(temp.resolve("dovecot.conf"), config);
        List<String> args = new ArrayList<>(List.of("check", "--dovecot-config=" + file, "--home=" + temp + "/%u",
                "--from=maildir:~/Maildir", "--state=" + temp.resolve("state")));
        args.addAll(List.of(more));
        return Roost.run(captured.screen(), args.toArray(String[]::new));
    }

    @Test
    void exitCodesGoBySeverity() throws IOException {
        assertEquals(0, run(FINE, "--only=mail-fsync,mmap-disable"), captured.out());
        assertEquals(20, run(FINE.replace("lmtp", "pop3"), "--only=mail-fsync,delivery-lmtp"));
        assertEquals(21, run(FINE, "--only=clock-others,mail-fsync"));
        assertEquals(22, run(FINE + "mdbox_rotate_size = 1M\n", "--only=mdbox-rotate-size"));
        assertEquals(23, run(FINE + "mail_plugins = listescape\n", "--only=listescape"));
        assertEquals(0, run(FINE + "mail_plugins = listescape\n", "--only=listescape,zlib", "--ignore=listescape"));
        assertEquals(20, run(FINE + "mail_plugins = listescape\nmdbox_rotate_size = 1M\n",
                "--without-director", "--only=listescape,mdbox-rotate-size,clock-others,no-director"));
    }

    @Test
    void saysWhatWasFoundExpectedAndWhatToDo() throws IOException {
        assertEquals(20, run("protocols = imap lmtp\nservice lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}\n",
                "--behind-director", "--only=mmap-disable,delivery-lmtp,separator",
                "anna"));
        assertTrue(captured.out().contains("\nUNSAFE  separator      "), captured.out());
        assertTrue(captured.out().contains("\nUNSAFE separator, separator of namespace"), captured.out());
        assertTrue(captured.out().contains("\n  to do     set separator = . in that namespace"), captured.out());
        assertTrue(captured.out().endsWith("1 unsafe, 0 unknown, 0 slow, 0 advice, 2 ok\n"), captured.out());
        captured.outLines().forEach(line -> assertTrue(line.length() < 80, line));
        assertEquals("", captured.err());
    }

    @Test
    void allOfThemLeaveTheDiskAsItWas() throws IOException {
        run(FINE, "anna");
        List<String> before = MaildirBuilder.fingerprint(temp.resolve("anna/Maildir"));
        Set<String> names = names();
        assertEquals(20, run(FINE, "--single-backend", "--json", "anna", "nobody/../x"), captured.err());
        assertEquals(before, MaildirBuilder.fingerprint(temp.resolve("anna/Maildir")));
        assertEquals(names, names(), "no probe, and no state directory");
        List<Map<String, Object>> findings = captured.outLines().stream().map(Json::object).toList();
        Map<String, Object> last = findings.get(findings.size() - 1);
        assertEquals("checked", last.get("type"));
        assertEquals(20L, last.get("exit_code"));
        assertTrue(findings.size() > 40, "findings: " + findings.size());
        Map<String, Object> fsync = findings.stream().filter(f -> "mail-fsync".equals(f.get("id"))).findFirst().orElseThrow();
        assertEquals(List.of("type", "time", "id", "severity", "looked_at", "found", "expected", "why", "remedy", "hint"),
                List.copyOf(fsync.keySet()));
        assertTrue(findings.stream().anyMatch(f -> "user-resolved".equals(f.get("id")) && "unknown".equals(f.get("severity"))));
        for (String id : List.of("locks-fcntl", "locks-dotlock", "clock-server", "native-libraries", "source-readable",
                "space")) {
            assertEquals("ok", findings.stream().filter(f -> id.equals(f.get("id"))).findFirst().orElseThrow().get("severity"),
                    id);
        }
    }

    private Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path directory : List.of(temp, temp.resolve("anna"))) {
            try (var entries = Files.list(directory)) {
                entries.forEach(entry -> names.add(entry.toString()));
            }
        }
        return names;
    }

    @Test
    void hintsMendWhatWasFound() throws IOException {
        assertEquals(20, run("protocols = imap lmtp\nmdbox_rotate_size = 64k\n", "--without-director", "--fix-hints",
                "--only=mdbox-rotate-size,separator,lda-index-memory"));
        assertTrue(captured.out().contains("# ---- dovecot.conf ----\n"), captured.out());
        assertTrue(captured.out().contains("\nmdbox_rotate_size = 10M\n"), captured.out());
        // later settings win: the hints, appended, are what makes it pass
        assertEquals(0, run("protocols = imap lmtp\nmdbox_rotate_size = 64k\n" + captured.out(), "--without-director",
                "--only=mdbox-rotate-size,separator,lda-index-memory"), captured.out());
        assertEquals(0, run(FINE, "--fix-hints", "--only=mail-fsync"));
        assertEquals("# nothing to mend by configuration\n", captured.out());
    }

    /** Everything that is wrong by configuration at once; and the hints, included after it, mend all of it in a Dovecot that runs. */
    @Test
    void aRealDovecotTakesTheHints() throws Exception {
        String wrong = """
                protocols = imap pop3
                mmap_disable = no
                lock_method = flock
                dotlock_use_excl = no
                mdbox_rotate_size = 64k
                mdbox_preallocate_space = yes
                mail_plugins = quota
                mail_fsync = always
                protocol imap {
                  mail_fsync = optimized
                }
                protocol pop3 {
                  pop3_uidl_format = %f
                }
                service lmtp {
                  inet_listener lmtp {
                    address = 127.0.0.1
                    port = 31724
                  }
                }
                plugin {
                  quota = maildir:User quota
                  quota2 = dirsize:Other quota
                }
                """;
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("anna").separator("").config(wrong).start()) {
            MaildirSample.of(dovecot.home("anna").resolve("Maildir"), 1, 3).write();
            dovecot.own(dovecot.home("anna"));
            String hints = onNfs(dovecot, 20, "--fix-hints") + ofUsers(dovecot, 20, "--fix-hints");
            Path included = Files.writeString(temp.resolve("hints.conf"), hints);
            dovecot.stop();
            Files.writeString(dovecot.config(), "!include " + included + "\n", StandardOpenOption.APPEND);
            dovecot.start();
            onNfs(dovecot, 0);
            ofUsers(dovecot, 0);
            try (ImapClient imap = dovecot.imap("anna")) {
                assertTrue(imap.command("SELECT INBOX").stream().anyMatch(line -> line.endsWith("EXISTS")));
            }
            dovecot.assertLogClean();
        }
    }

    /** Where no user is known, mail may be on NFS. */
    private String onNfs(DovecotInstance dovecot, int exit, String... more) throws Exception {
        Process doveconf = new ProcessBuilder("doveconf", "-a", "-c", dovecot.config().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Path settings = Files.write(temp.resolve("settings"), doveconf.getInputStream().readAllBytes());
        return check(exit, "--settings=" + settings, "mmap-disable,mail-fsync,lock-method,dotlock-use-excl,"
                + "mdbox-rotate-size,mdbox-preallocate-space,pop3-uidl-format,quota-maildir,quota-dirsize,delivery-lmtp", more);
    }

    private String ofUsers(DovecotInstance dovecot, int exit, String... more) {
        return check(exit, "--dovecot-config=" + dovecot.config(), "separator,plugin-acl-missing", more);
    }

    private String check(int exit, String from, String ids, String... more) {
        captured = CapturedScreen.plain();
        List<String> args = new ArrayList<>(List.of("check", from, "--state=" + temp, "--behind-director", "--only=" + ids));
        args.addAll(List.of(more));
        assertEquals(exit, Roost.run(captured.screen(), args.toArray(String[]::new)), captured.out() + captured.err());
        return captured.out();
    }

    @Test
    @Requires(Requires.Ability.MOUNT)
    void roomForAnMdboxBesideTheMaildir() throws IOException {
        try (SmallFileSystem small = SmallFileSystem.ofBytes(temp.resolve("small"), 1 << 20)) {
            Path cur = Files.createDirectories(small.directory().resolve("anna/Maildir/cur"));
            String[] space = {"--single-backend", "--home=" + small.directory() + "/%u", "--only=space", "--json", "anna"};
            Path mail = Files.writeString(cur.resolve("1.M1P1.a,S=100:2,S"), "Subject: a\n\n");
            assertEquals(0, runAt(space), captured.out() + captured.err());
            Files.move(mail, cur.resolve("1.M1P1.a,S=2000000:2,S"));
            assertEquals(20, runAt(space), captured.out() + captured.err());
        }
    }

    private int runAt(String... options) throws IOException {
        captured = CapturedScreen.plain();
        Path file = Files.writeString(temp.resolve("dovecot.conf"), FINE);
        List<String> args = new ArrayList<>(List.of("check", "--dovecot-config=" + file, "--from=maildir:~/Maildir",
                "--state=" + temp.resolve("state")));
        args.addAll(List.of(options));
        int exit = Roost.run(captured.screen(), args.toArray(String[]::new));
        captured.outLines().stream().map(Json::object).filter(f -> "finding".equals(f.get("type")))
                .forEach(f -> CheckSides.saw((String) f.get("severity"), (String) f.get("id")));
        return exit;
    }

    /** On a real one: {@link io.roost.cli.tui.TerminalCheckTmuxTest}. */
    @Test
    void whatIsSeenOfTheTerminal() {
        assertEquals("ok no terminal, 80 columns, no colours, UTF-8", terminal(CapturedScreen.plain(), "dumb"));
        assertEquals("ok a terminal, TERM=xterm, 80 columns, no colours, UTF-8",
                terminal(CapturedScreen.terminal(80, StandardCharsets.UTF_8), "xterm"));
        assertEquals("advice a terminal, TERM=xterm, 60 columns, no colours, UTF-8",
                terminal(CapturedScreen.terminal(60, StandardCharsets.UTF_8), "xterm"));
        assertEquals("advice a terminal, TERM=dumb, 80 columns, no colours, UTF-8",
                terminal(CapturedScreen.terminal(80, StandardCharsets.UTF_8), "dumb"));
        assertEquals("advice a terminal, and TERM is not set, 80 columns, no colours, UTF-8",
                terminal(CapturedScreen.terminal(80, StandardCharsets.UTF_8), ""));
        assertEquals("advice no terminal, 80 columns, no colours, US-ASCII",
                terminal(CapturedScreen.of(80, StandardCharsets.US_ASCII), "xterm"));
    }

    private static String terminal(CapturedScreen screen, String term) {
        Finding finding = new TerminalCheck(screen.screen(), Map.of("TERM", term)).look(null).get(0);
        CheckSides.saw(finding.severity().name(), finding.id());
        return finding.severity().name().toLowerCase(Locale.ROOT) + " " + finding.found();
    }

    @Test
    void settingsFromAFile() throws IOException {
        Path file = Files.writeString(temp.resolve("settings"), "# 2.3.16 (x): /etc/dovecot/dovecot.conf\nmail_home = "
                + temp + "/%n\nmail_location = maildir:~/Maildir\nmail_fsync = never\n");
        captured = CapturedScreen.plain();
        assertEquals(21, Roost.run(captured.screen(), "check", "--settings=" + file, "--no-dovecot", "--state=" + temp,
                "--single-backend",
                "--only=dovecot-version,source-readable,socket-anvil", "anna@example.org"), captured.out() + captured.err());
        assertTrue(captured.out().contains("2.3.16"), captured.out());
        assertTrue(captured.out().contains("from a file"), captured.out());
        assertTrue(captured.out().contains("ok       source-readable  anna@example.org "), captured.out());
    }

    @Test
    void aFileThatHoldsNoSettings() throws IOException {
        assertEquals(2, runAt("--settings=" + temp.resolve("none")));
        assertEquals("roost: " + temp + "/none is not there, expected a file with what doveconf -a prints\n", firstLine());
        assertEquals(2, runAt("--settings=" + temp));
        assertEquals("roost: " + temp + " is a directory, expected a file with what doveconf -a prints\n", firstLine());
        Path file = Files.writeString(temp.resolve("settings"), "service {\n");
        assertEquals(2, runAt("--settings=" + file));
        assertTrue(captured.err().startsWith("roost: " + file + ": doveconf output, line "), captured.err());
    }

    private String firstLine() {
        return captured.err().lines().findFirst().orElse("") + "\n";
    }

    /** What Dovecot's defaults are says nothing about anybody's. */
    @Test
    void withoutDovecotNoSettingIsInOrder() {
        captured = CapturedScreen.plain();
        assertEquals(21, Roost.run(captured.screen(), "check", "--no-dovecot", "--home=" + temp + "/%u", "--from=maildir:~/Maildir",
                "--state=" + temp.resolve("state"), "--single-backend", "--only=mail-fsync,mmap-disable,separator,socket-anvil,"
                + "dovecot-version,hashed-directories,plugin-acl-missing,mail-location,space", "anna"), captured.err());
        assertTrue(captured.out().endsWith("0 unsafe, 7 unknown, 0 slow, 0 advice, 2 ok\n"), captured.out());
        // said once for all of them
        assertTrue(captured.out()
                .contains("\nunknown 5 checks\n  checks    dovecot-version, mmap-disable, mail-fsync, separator, socket-anvil\n"
                + "  of        Dovecot's settings\n  found     no Dovecot was asked, and no file was given\n"), captured.out());
    }

    @Test
    void allOfEachCheckAndWhatIsToBeCopied() throws IOException {
        assertEquals(22, run(FINE + "mdbox_rotate_size = 1M\n", "--only=mdbox-rotate-size,mail-fsync"));
        assertTrue(captured.out().contains("\n  in        dovecot.conf:\n            mdbox_rotate_size = 10M\n"), captured.out());
        assertFalse(captured.out().contains("\nok mail-fsync,"), captured.out());
        assertEquals(22, run(FINE + "mdbox_rotate_size = 1M\n", "--only=mdbox-rotate-size,mail-fsync", "--details"));
        assertTrue(captured.out()
                .contains("\nok mail-fsync, mail_fsync in doveconf -a\n  found     always\n  expected  mail_fsync = always\n"
                + "  why       NFS holds writes back"), captured.out());
    }

    @Test
    void mistakesOnTheCommandLine() throws IOException {
        assertEquals(2, run(FINE, "--only=mail-fsynk"));
        assertTrue(captured.err().contains("there is no check mail-fsynk"), captured.err());
        assertEquals(2, run(FINE, "--single-backend", "--without-director"));
        assertEquals(2, run(FINE, "--director=nonsense"));
        assertFalse(captured.err().contains("Exception"), captured.err());
    }

    @Test
    void theDocumentationAndTheTableHaveEachCheckAndNoOther() throws Exception {
        List<Check> all = new ArrayList<>(Checks.all(new Checks.Needs("/state", temp, ProbePlace.NOWHERE, List.of(),
                Optional.empty(), DirectorSide.UNKNOWN, List.of())));
        all.add(UserSample.none().check());
        all.add(new PlannedSpace(List.of(), Settings.defaults(), 0));
        all.add(new TerminalCheck(CapturedScreen.plain().screen(), Map.of()));
        all.add(new GateProof(new GateOptions(), "anna"));
        Set<String> ids = new TreeSet<>();
        for (Check check : all) {
            check.ids().forEach(id -> assertTrue(ids.add(id), "twice: " + id));
        }
        Set<String> documented = new TreeSet<>();
        String checks = Files.readString(Path.of("../docs/check.md")).split("\n## The checks\n")[1];
        for (String line : checks.lines().filter(l -> l.startsWith("| `")).toList()) {
            Matcher m = Pattern.compile("`([a-z0-9-]+)`").matcher(line.substring(0, line.indexOf('|', 1)));
            while (m.find()) {
                documented.add(m.group(1));
            }
        }
        assertEquals(ids, documented);
        assertEquals(new TreeSet<>(CheckSides.ids()), ids);
        CheckSides.assertComplete(Set.of("user-sample", "space", "terminal", "gate"), Set.of());
    }
}
