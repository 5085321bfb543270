package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.InvalidSettingException;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

class HookSwitchTest {
    private static final MailChange CHANGE = new MailChange("o'brien $(id)", "/home/o'brien", "maildir:~/Maildir",
            ByteString.ofText("mdbox:~/größer"));

    @TempDir
    Path temp;

    private HookSwitch hook(String script, Duration limit) throws IOException {
        Path program = Files.writeString(temp.resolve("hook"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new HookSwitch(program.toString(), limit, Clock.systemUTC());
    }

    private HookSwitch hook(String script) throws IOException {
        return hook(script, Duration.ofSeconds(60));
    }

    @Test
    void whatItIsTold() throws IOException {
        Path told = temp.resolve("told");
        HookSwitch hook = hook("echo \"$#\" >'" + told + "'; read -r x; echo \"<$x>\" >>'" + told + "'; env | grep ^ROOST_ | sort >>'"
                + told + "'");
        hook.apply(CHANGE);
        assertEquals(List.of("0", "<>", "ROOST_ACTION=switch", "ROOST_FROM=maildir:~/Maildir", "ROOST_HOME=/home/o'brien",
                "ROOST_TO=mdbox:~/größer", "ROOST_USER=o'brien $(id)"), Files.readAllLines(told).stream()
                .filter(line -> !line.startsWith("ROOST_HEAP")).toList());
        hook.revert(CHANGE, Optional.empty());
        assertTrue(Files.readAllLines(told).containsAll(List.of("ROOST_ACTION=rollback", "ROOST_FROM=mdbox:~/größer",
                "ROOST_TO=maildir:~/Maildir")));
        assertEquals(Optional.empty(), hook.field("anna"));
    }

    @Test
    void failure() throws IOException {
        GateException e = assertThrows(GateException.class,
                () -> hook("echo 'no such row'; printf 'really \\033[31m\\n' >&2; exit 7").apply(CHANGE));
        assertTrue(e.getMessage().endsWith("/hook for user o'brien $(id) failed with exit code 7; it said: no such row / really"
                + " \\x1b[31m"), e.getMessage());
        e = assertThrows(GateException.class, () -> hook("head -c 1000000 /dev/zero | tr '\\0' x; exit 1").apply(CHANGE));
        assertTrue(e.getMessage().length() < 5000 && e.getMessage().contains("xxx"));
        Files.writeString(temp.resolve("plain"), "");
        assertThrows(InvalidSettingException.class,
                () -> new HookSwitch(temp + "/plain", Duration.ofSeconds(1), Clock.systemUTC()).check(CHANGE));
        assertThrows(InvalidSettingException.class,
                () -> new HookSwitch("hook", Duration.ofSeconds(1), Clock.systemUTC()).check(CHANGE));
        assertThrows(InvalidSettingException.class,
                () -> hook("exit 0").apply(new MailChange("a\nb", "/home", "maildir:~", "mdbox:~")));
        assertThrows(InvalidSettingException.class,
                () -> hook("exit 0").apply(new MailChange("a", "/home", "maildir:~", "mdbox:\u00ff")));
    }

    /** What it has started is killed too, also what has left its parent. */
    @Test
    void hangs() throws Exception {
        String mark = "31536" + ProcessHandle.current().pid();
        GateException e = assertThrows(GateException.class, () -> hook("sleep " + mark + " & (sleep " + mark
                + " &) ; echo waiting; trap '' TERM; sleep " + mark, Duration.ofSeconds(1)).apply(CHANGE));
        assertTrue(e.getMessage().contains("was stopped after 1 s without an end; it said: waiting"), e.getMessage());
        awaitNone(mark);
        // it ends well, but leaves somebody behind
        hook("sleep " + mark + " & exit 0").apply(CHANGE);
        awaitNone(mark);
    }

    private static void awaitNone(String mark) throws InterruptedException {
        for (int i = 0; i < 3_000 && left(mark); i++) {
            Thread.sleep(10);
        }
        assertFalse(left(mark));
    }

    private static boolean left(String mark) {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.anyMatch(p -> p.info().arguments().map(a -> List.of(a).contains(mark)).orElse(false));
        }
    }

    @Test
    void interrupted() throws IOException {
        HookSwitch hook = hook("sleep 60");
        // unpacks the native library, which an interrupted thread cannot
        OpenDirectory.statusOf("/");
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> hook.apply(CHANGE));
        assertTrue(Thread.interrupted());
    }
}
