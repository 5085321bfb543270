package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.InvalidSettingException;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class PasswdFileSwitchTest {
    @TempDir
    Path temp;

    private static MailChange change(String user) {
        return new MailChange(user, "/home/" + user, "maildir:~/Maildir", "mdbox:~/mdbox:INDEX=/i/50%");
    }

    @Test
    void onlyTheOneFieldChanges() throws IOException {
        String before = "# users, by Jürgen\n\nanna:{PLAIN}pw:1:2::/home/anna::quota=1 userdb_x=%u\r\nann:x:1:2\n#anna:x:1:2\n"
                + "o\\'brien:x:1:2::::userdb_mail=maildir:~/%%x\nanna:second:1:2\nonlypass:x\n \u00ff:\nlast:x:1:2:::";
        Path file = temp.resolve("users");
        Files.write(file, before.getBytes(StandardCharsets.ISO_8859_1));
        UserdbSwitch users = new PasswdFileSwitch(file.toString(), "%u", Clock.systemUTC());
        for (String user : List.of("anna", "o'brien", "last")) {
            users.check(change(user));
            Optional<String> field = users.field(user);
            Instant inForce = users.apply(change(user));
            assertTrue(inForce.getNano() == 0 && inForce.isAfter(Instant.now().minusSeconds(60)));
            FileTime written = Files.getLastModifiedTime(file);
            users.apply(change(user));
            assertEquals(written, Files.getLastModifiedTime(file), "done already");
            assertEquals(Optional.of("mdbox:~/mdbox:INDEX=/i/50%%"), users.field(user));
            if (user.equals("anna")) {
                assertEquals(before.replace("userdb_x=%u\r", "userdb_x=%u userdb_mail=mdbox:~/mdbox:INDEX=/i/50%%\r"),
                        Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            users.revert(change(user), field);
        }
        // a field needs the colons before it
        assertEquals(before + ":", Files.readString(file, StandardCharsets.ISO_8859_1));
        assertThrows(GateException.class, () -> users.check(change("onlypass")));
        assertThrows(GateException.class, () -> users.apply(change("onlypass")));
        assertThrows(GateException.class, () -> users.check(change("nobody")));
        for (String bad : List.of("a:b", "a\nb", "#anna", "..")) {
            assertThrows(InvalidSettingException.class, () -> users.apply(change(bad)));
        }
        MailChange spaced = new MailChange("anna", "/h", "maildir:~/Maildir", "mdbox:/a b");
        assertThrows(InvalidSettingException.class, () -> users.check(spaced));
        assertThrows(InvalidSettingException.class, () -> users.revert(change("anna"), Optional.of("x\ny")));
        assertEquals(before + ":", Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    @Test
    void variablesInItsName() throws IOException {
        Files.writeString(temp.resolve("users.example.org"), "anna:x:1:2\n");
        UserdbSwitch users = new PasswdFileSwitch(temp + "/users.%d", "%n", Clock.systemUTC());
        users.apply(change("anna@example.org"));
        assertEquals("anna:x:1:2::::userdb_mail=mdbox:~/mdbox:INDEX=/i/50%%\n",
                Files.readString(temp.resolve("users.example.org")));
        assertThrows(IOException.class, () -> users.apply(change("anna@example.com")));
    }

    @Test
    @RequiresDovecot
    void dovecotFollows() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path file = temp.resolve("users");
        StringBuilder text = new StringBuilder("# mine\n");
        List<String> names = new ArrayList<>(List.of("o'brien", "anna smith"));
        for (int i = 0; i < 20; i++) {
            names.add("user" + i);
        }
        names.forEach(name -> text.append(PasswdFileName.of(name)).append(":x:5000:5000::/home/x::\n"));
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        UserdbSwitch users = new PasswdFileSwitch(file.toString(), "%u", Clock.systemUTC());
        ExecutorService threads = Executors.newFixedThreadPool(names.size());
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir")
                .before("userdb {\n  driver = passwd-file\n  args = " + file + "\n}").config("auth_username_chars =").start()) {
            AuthProbe auth = new AuthSocket(dovecot.baseDirectory().resolve("auth-userdb"), "imap");
            List<Future<Void>> all = new ArrayList<>();
            for (String name : names) {
                all.add(threads.submit(() -> {
                    assertFalse(auth.ask(name).fields().containsKey("mail"));
                    Instant inForce = users.apply(change(name));
                    // looked at in between, as by others' logins: auth may not answer with that once it is in force
                    auth.ask(name);
                    while (Instant.now().isBefore(inForce)) {
                        Thread.sleep(2);
                    }
                    assertEquals("mdbox:~/mdbox:INDEX=/i/50%", auth.ask(name).fields().get("mail"), name);
                    inForce = users.revert(change(name), Optional.empty());
                    while (Instant.now().isBefore(inForce)) {
                        Thread.sleep(2);
                    }
                    assertFalse(auth.ask(name).fields().containsKey("mail"), name);
                    return null;
                }));
            }
            for (Future<Void> each : all) {
                each.get();
            }
            dovecot.assertLogClean();
        } finally {
            threads.shutdownNow();
        }
        assertEquals(text.toString(), Files.readString(file));
    }
}
