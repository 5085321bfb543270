package io.roost.cli.hostchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.testing.DovecotInstance;
import io.roost.testing.ImapClient;
import io.roost.testing.Pop3Client;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.RequiresDovecot;

/** The samples as they are, but for places and names, in a real Dovecot. */
@RequiresDovecot
@Requires(Ability.ROOT)
class SamplesTest {
    /** An account that every Debian has, in place of vmail. */
    private static final String MAIL = "mail";

    @TempDir
    private Path temp;

    private static String sample(String name) throws IOException {
        return Files.readString(Path.of("../samples/hostchange").resolve(name));
    }

    /**
     * IMAP and POP3 logins in a real Dovecot, with INDEX as the mail root: of mdbox, and of a Maildir whose mailboxes are
     * there too.
     */
    @Test
    void postLoginInARealDovecot() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path roost = Launcher.of(temp);
        Path script = Launcher.postLogin(temp.resolve("postlogin.sh"), roost, "host=be1");
        Path memory = Files.createDirectory(temp.resolve("shm"));
        Path users = temp.resolve("users");
        Files.writeString(users, "bert::8:8::" + temp + "/bert::\ncarol::8:8::" + temp
                + "/carol::userdb_mail=maildir:~/mdbox:LISTINDEX="
                + memory + "/%2.256Nu/%u/dovecot.list.index\n");
        for (Path path : List.of(memory, Files.createDirectory(temp.resolve("bert")),
                Files.createDirectory(temp.resolve("carol")))) {
            Files.setAttribute(path, "unix:uid", 8);
            Files.setAttribute(path, "unix:gid", 8);
        }
        String config = sample("backend.conf").replace("/dev/shm/dovecot-listindex", memory.toString())
                .replace("/etc/dovecot/users", users.toString()).replace("user = vmail", "user = " + MAIL)
                .replace("/usr/local/lib/roost/postlogin.sh", script.toString());
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").config(config
                + "passdb {\n  driver = static\n  args = password=pw\n}\n").start()) {
            for (String user : List.of("bert", "carol")) {
                Path index = temp.resolve(user + "/mdbox");
                int before = Launcher.runs(roost).size();
                try (ImapClient imap = dovecot.imap(user)) {
                    imap.command("CREATE box");
                }
                dovecot.imap(user).close();
                assertTrue(Files.exists(index.resolve(".lasthost")), () -> logs(dovecot, roost));
                assertEquals("be1", Files.readAllLines(index.resolve(".lasthost")).get(0));
                int taken = Launcher.runs(roost).size();
                assertEquals(before + 1, taken, "the first login, before there was a mailbox");
                dovecot.pop3(user).close();
                try (ImapClient imap = dovecot.imap(user)) {
                    assertEquals(List.of("* LIST (\\HasNoChildren) \"/\" INBOX", "* LIST (\\HasNoChildren) \"/\" box"),
                            imap.command("LIST \"\" *").stream().filter(l -> l.startsWith("* LIST")).sorted().toList());
                }
                assertEquals(taken, Launcher.runs(roost).size(), "neither IMAP nor POP3 needed Roost again");
                Path list;
                try (var found = Files.walk(memory)) {
                    list = found.filter(p -> p.endsWith(user + "/dovecot.list.index.log")).findFirst().orElseThrow();
                }
                Object inode = Files.getAttribute(list, "unix:ino");
                // As long as it has a name the number is not given to another file.
                Files.createLink(temp.resolve(user + ".before"), list);
                // another host was there
                Files.writeString(index.resolve(".lasthost"), "be2\n");
                try (Pop3Client pop3 = dovecot.pop3(user)) {
                    assertEquals(List.of(), pop3.uidl());
                }
                assertEquals("be1", Files.readAllLines(index.resolve(".lasthost")).get(0));
                assertEquals(taken, Launcher.runs(roost).size(), "a user from another host is no work for Java");
                dovecot.imap(user).command("LIST \"\" *");
                assertFalse(inode.equals(Files.getAttribute(list, "unix:ino")), "the list index is another one");
            }
            dovecot.assertLogClean();
        }
    }

    private static String logs(DovecotInstance dovecot, Path roost) {
        try {
            return dovecot.logLines() + "\n" + Launcher.runs(roost);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The other files say what the programs understand. */
    @Test
    void otherSamples() throws Exception {
        Path conf = temp.resolve("dovecot.conf");
        Files.writeString(conf, sample("director.conf"));
        Process doveconf = new ProcessBuilder("doveconf", "-c", conf.toString(), "director_flush_socket").start();
        assertEquals("director_flush_socket = tcp:%i:9093\n", new String(doveconf.getInputStream().readAllBytes()));
        for (String script : List.of("postlogin.sh", "before-lmtp.sh")) {
            assertTrue(Files.isExecutable(Path.of("../samples/hostchange").resolve(script)), script);
        }
        String unit = sample("roost-hostchange.service");
        assertTrue(unit.contains("Type=notify\n"));
        String command = unit.lines().dropWhile(l -> !l.startsWith("ExecStart=")).limit(2).reduce("", String::concat);
        for (String option : command.split("\\s+")) {
            if (option.startsWith("--")) {
                assertTrue(List.of("--location", "--passed", "--allow", "--director", "--self", "--max-age",
                        "--metrics").contains(option),
                        option);
            }
        }
    }
}
