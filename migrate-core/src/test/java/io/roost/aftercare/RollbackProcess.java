package io.roost.aftercare;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.MailLocation;
import io.roost.gate.AuthSocket;
import io.roost.gate.DictGate;
import io.roost.gate.ForwardingUserdbSwitch;
import io.roost.gate.Gate;
import io.roost.gate.MailChange;
import io.roost.gate.PasswdFileSwitch;
import io.roost.gate.RunIdentity;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.posix.ByteString;

/**
 * A process of Roost that brings users back and ends as {@code kill -9} ends one, with each of its users at another step. Arguments:
 * directory of a Dovecot instance, directory of the dict gate, uid of the mail, since when the mdboxes are in force, and {@code
 * user=STEP} for each user, where a step is the beginning of what is told of one, or {@value #REVERTED}, {@value #IN_FORCE}.
 */
final class RollbackProcess {
    static final int HALTED = 137;
    /** The userdb is switched, and nobody has been told. */
    static final String REVERTED = "REVERTED";
    /** The Maildir is in force again, the gate open. */
    static final String IN_FORCE = "IN FORCE";

    private RollbackProcess() {
    }

    /** Runs one until all its users are where they are to be stopped. */
    static void kill(Path dovecot, Path gates, int uid, Instant migrated, Map<String, String> stops, File output) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx128m",
                "--add-opens", "java.base/java.nio=ALL-UNNAMED", "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), RollbackProcess.class.getName(),
                dovecot.toString(), gates.toString(), Integer.toString(uid), migrated.toString()));
        stops.forEach((user, stop) -> command.add(user + "=" + stop));
        int exit = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start().waitFor();
        if (exit != HALTED) {
            throw new AssertionError(exit + ": " + Files.readString(output.toPath()));
        }
    }

    static Gate gate(Path dovecot, Path gates) throws IOException {
        return new DictGate(gates.toString(), List.of(new AuthSocket(dovecot.resolve("base/auth-master"), "imap")), RunIdentity.current(),
                Clock.systemUTC());
    }

    static Account account(Path dovecot, String user, int uid) throws IOException {
        String home = ByteString.ofText(dovecot.resolve("home").resolve(user).toString());
        return new Account(user, home, uid, uid, MailLocation.parse("maildir:~/Maildir", home), MailLocation.parse("mdbox:~/mdbox", home));
    }

    static MailChange change(Account account) {
        return new MailChange(account.user(), account.home(), "maildir:~/Maildir", "mdbox:~/mdbox");
    }

    static UserdbSwitch userdb(Path dovecot) {
        return new PasswdFileSwitch(dovecot.resolve("users").toString(), "%u", Clock.systemUTC());
    }

    /** @param steps told of each, {@link #REVERTED} and {@link #IN_FORCE} too */
    static Rollback rollback(Path dovecot, Path gates, Account account, Instant migrated, Consumer<String> steps) throws IOException {
        UserdbSwitch userdb = userdb(dovecot);
        UserdbSwitch told = new ForwardingUserdbSwitch(userdb) {
            @Override
            public Instant revert(MailChange change, Optional<String> before) throws IOException {
                Instant moment = super.revert(change, before);
                steps.accept(REVERTED);
                return moment;
            }
        };
        Seclusion seclusion = new Seclusion() {
            @Override
            public void await(String user) {
                // Nobody is there.
            }

            @Override
            public void requireMaildir(String user) {
                steps.accept(IN_FORCE);
            }
        };
        return new Rollback(account, change(account), Settings.defaults(), migrated, new Rollback.Tools(gate(dovecot, gates), "back",
                seclusion, told, DovecotProgram.doveadm(Optional.of(dovecot.resolve("dovecot.conf").toString())),
                Clock.systemUTC(), steps));
    }

    public static void main(String[] arguments) throws Exception {
        Path dovecot = Path.of(arguments[0]);
        Path gates = Path.of(arguments[1]);
        int uid = Integer.parseInt(arguments[2]);
        Map<String, String> stops = new TreeMap<>();
        for (int i = 4; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            stops.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        CountDownLatch stopped = new CountDownLatch(stops.size());
        for (Map.Entry<String, String> stop : stops.entrySet()) {
            Rollback rollback = rollback(dovecot, gates, account(dovecot, stop.getKey(), uid), Instant.parse(arguments[3]), step -> {
                if (step.startsWith(stop.getValue())) {
                    stopped.countDown();
                    while (true) {
                        try {
                            Thread.sleep(Long.MAX_VALUE);
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                }
            });
            new Thread(() -> {
                try {
                    rollback.run(true, Optional.empty());
                    System.out.println(stop + " was not stopped");
                } catch (Exception e) {
                    System.out.println(stop + ": " + e);
                }
                Runtime.getRuntime().halt(1);
            }).start();
        }
        stopped.await();
        Runtime.getRuntime().halt(HALTED);
    }
}
