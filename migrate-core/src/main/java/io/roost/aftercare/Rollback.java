package io.roost.aftercare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.Gate;
import io.roost.gate.GateException;
import io.roost.gate.MailChange;
import io.roost.gate.StandInUserdb;
import io.roost.gate.UserdbSwitch;
import io.roost.migrate.Account;
import io.roost.migrate.MigrationException;
import io.roost.migrate.Settings;
import io.roost.migrate.VerifyReport;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;

/**
 * The way back to the Maildir, with all that happened in the mdbox meanwhile: mails that came, flags, expunges, new mailboxes. UIDs
 * stay. The steps, of which each may be the last of a run that is killed:
 *
 * <pre>
 *   gate closed          the mdbox is in force until the switch; a run that dies here leaves a gate that the next one, or its
 *   nobody there         expiry, opens
 *   (rewound             where mails that came late in the cutover have other UIDs in the Maildir: {@link MaildirRewind})
 *   synced               Dovecot's own {@code doveadm sync -1} from mdbox to Maildir, both named; again, nothing is done twice
 *   verified             Roost's readers find every mail of each in the other
 *   switched             the userdb says maildir: from here on the mdbox is history
 *   gate open            deliveries whose recipient was accepted before may still end in the mdbox
 *   brought back         they are over, or {@link #DELIVERY_LIMIT} is; what they delivered is in the Maildir
 *   mdbox moved aside    to ROOT.rolled-back-TIME, so that a later migration begins anew
 * </pre>
 */
public final class Rollback {
    /** The step after which the user is locked out. */
    public static final String GATE_CLOSED = "gate closed";
    /** The step after which the user is let in. */
    public static final String GATE_OPEN = "gate open";

    /** For the sync, which copies what came in the meantime and compares the rest by its indexes. */
    private static final Duration SYNC_LIMIT = Duration.ofHours(6);
    /** doveadm's code for: done, but something changed meanwhile. */
    private static final int CHANGED_MEANWHILE = 2;
    private static final int SYNC_ATTEMPTS = 3;
    private static final Duration EXPIRY = Duration.ofMinutes(15);
    /** Dovecot's LMTP ends a transaction in which nothing comes for five minutes. */
    static final Duration DELIVERY_LIMIT = Duration.ofMinutes(10);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);
    private static final Duration EXTENSION_PERIOD = Duration.ofMinutes(5);

    private final Account account;
    private final MailChange change;
    private final Settings settings;
    private final Instant seen;
    private final Tools tools;

    /**
     * What a rollback works with.
     *
     * @param gate      keeps the user out
     * @param reason    what clients are told
     * @param seclusion ends sessions
     * @param userdb    says where the mail is
     * @param doveadm   of this backend
     * @param clock     for the expiry of the gate and the names of what is moved aside
     * @param steps     told of each step, a few words
     */
    public record Tools(Gate gate, String reason, Seclusion seclusion, UserdbSwitch userdb, DovecotProgram doveadm, Clock clock,
            Consumer<String> steps) { }

    /**
     * How it ended.
     *
     * @param wasBack whether the userdb said maildir already, so that nothing was synced
     * @param aside   where the trees of the mdbox are now, byte strings; empty if there were none
     * @param report  of the comparison; empty if nothing was synced
     */
    public record Outcome(boolean wasBack, List<String> aside, Optional<VerifyReport> report) {
        public Outcome {
            aside = List.copyOf(aside);
        }
    }

    /**
     * @param change the one that brought the user to the mdbox
     * @param seen   what is older in the Maildir, the migration has seen, see {@link Retirement#surelySeen}
     */
    public Rollback(Account account, MailChange change, Settings settings, Instant seen, Tools tools) {
        this.account = account;
        this.seen = seen;
        this.change = change;
        this.settings = settings;
        this.tools = tools;
    }

    /**
     * Goes back.
     *
     * @param mdboxInForce whether the userdb says mdbox, as it was asked just now; else a run that was killed had switched, and
     *                     the mdbox is old: nothing may be brought over from it any more
     * @param fieldBefore  the user's own {@code mail} in the userdb before the migration, as {@link UserdbSwitch#field} gave it
     * @throws IOException        if it cannot be done; before the switch, the mdbox stays in force, and in all cases the gate
     *                            is opened
     * @throws MigrationException if the two cannot be compared
     */
    public Outcome run(boolean mdboxInForce, Optional<String> fieldBefore)
            throws IOException, MigrationException, InterruptedException {
        tools.gate().check(account.user(), tools.reason());
        if (OpenDirectory.statusOf(account.source().root()).isEmpty()) {
            throw new GateException("there is no Maildir of user " + name() + " at " + ByteString.toText(account.source().root())
                    + " to go back to; it may be in a trash directory of roost retire");
        }
        if (mdboxInForce) {
            tools.userdb().check(change.reversed());
        }
        Optional<VerifyReport> report = Optional.empty();
        LeftMdbox left = new LeftMdbox(account, change, tools.doveadm());
        tools.gate().close(account.user(), tools.reason(), expiry());
        try {
            tools.steps().accept(GATE_CLOSED);
            if (mdboxInForce) {
                tools.seclusion().await(account.user());
                tools.steps().accept("nobody is there");
                report = Optional.of(makeEqual());
                tools.steps().accept("verified");
                left.mark();
                if (!tools.gate().isHeld(account.user())) {
                    throw new GateException("the gate of user " + name() + " was opened by somebody else meanwhile: they stay with the"
                            + " mdbox; run it again");
                }
                tools.seclusion().requireKept(account.user());
                awaitInForce(tools.userdb().revert(change, fieldBefore));
                tools.seclusion().switched(account.user());
                tools.steps().accept("switched to Maildir");
            }
        } finally {
            tools.gate().open(account.user());
            tools.steps().accept(GATE_OPEN);
        }
        tools.gate().awaitOpen(account.user(), OPEN_LIMIT);
        // Without its mdbox, a Dovecot that still leads there would make a new one.
        tools.seclusion().requireMaildir(account.user());
        bringBack(left);
        return new Outcome(!mdboxInForce, new MdboxTrees(account.target(), account.source()).moveAside(tools.clock().instant()), report);
    }

    /** Whoever is killed here is followed by one that finds the mdbox left, and goes on. */
    private void bringBack(LeftMdbox left) throws IOException, InterruptedException {
        Optional<Long> since = left.leftAt();
        if (since.isEmpty()) {
            return;
        }
        Duration over = Duration.between(Instant.ofEpochSecond(since.get()), tools.clock().instant());
        if (over.compareTo(DELIVERY_LIMIT) < 0) {
            tools.seclusion().awaitDeliveries(DELIVERY_LIMIT.minus(over));
        }
        int mails = left.bringBack(since.get());
        if (mails > 0) {
            tools.steps().accept("brought back " + mails + (mails == 1 ? " mail" : " mails") + " that came late");
        }
    }

    private Instant expiry() {
        return tools.clock().instant().plus(EXPIRY);
    }

    private void sync() throws IOException, InterruptedException {
        Map<String, String> fields = new LinkedHashMap<>();
        if (account.uid() >= 0) {
            fields.put("uid", Integer.toString(account.uid()));
        }
        if (account.gid() >= 0) {
            fields.put("gid", Integer.toString(account.gid()));
        }
        fields.put("home", account.home());
        fields.put("mail", change.to());
        String destination = new String(ByteString.toBytes(change.from()), StandardCharsets.UTF_8);
        if (!ByteString.ofText(destination).equals(change.from())) {
            throw new InvalidSettingException("mail location", ByteString.toText(change.from()), "valid UTF-8",
                    "doveadm cannot be told of it");
        }
        try (StandInUserdb userdb = StandInUserdb.start(account.user(), fields); GateKeeper keeper = new GateKeeper()) {
            DovecotProgram doveadm = tools.doveadm().within(SYNC_LIMIT);
            for (int attempt = 1;; attempt++) {
                DovecotProgram.Result result = doveadm.run("-o", "auth_socket_path=" + userdb.socket(), "sync", "-1", "-u",
                        account.user(), destination);
                if (result.exitCode() == 0) {
                    return;
                }
                if (result.exitCode() != CHANGED_MEANWHILE || attempt == SYNC_ATTEMPTS) {
                    throw new IOException("doveadm sync from mdbox to Maildir of user " + name() + " failed with exit code "
                            + result.exitCode() + ": " + result.firstErrors());
                }
            }
        }
    }

    /** Brings the Maildir to what the mdbox is. */
    private VerifyReport makeEqual() throws IOException, MigrationException, InterruptedException {
        new MaildirRewind(account, seen, tools.clock().instant()).rewind()
                .ifPresent(trash -> tools.steps().accept("mails that had other UIDs "
                + "in the Maildir than in the mdbox come from there again; their files are in " + ByteString.toText(trash)));
        sync();
        tools.steps().accept("synced");
        try (GateKeeper keeper = new GateKeeper()) {
            MaildirComparison found = MaildirComparison.of(account, settings);
            if (!found.isEqual()) {
                throw new GateException(found.text());
            }
            return found.report();
        }
    }

    /** Keeps the gate from expiring during a long step, for as long as this process lives. */
    private final class GateKeeper implements AutoCloseable {
        private final Thread thread = new Thread(this::run, "gate-keeper");
        private final CountDownLatch ended = new CountDownLatch(1);

        GateKeeper() {
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                while (!ended.await(EXTENSION_PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                    tools.gate().extend(account.user(), expiry());
                }
            } catch (InterruptedException | IOException e) {
                // whoever opened the gate, it is noticed before the switch
            }
        }

        @Override
        public void close() throws InterruptedException {
            ended.countDown();
            thread.join();
        }
    }

    private void awaitInForce(Instant moment) throws InterruptedException {
        for (long left; (left = Duration.between(tools.clock().instant(), moment).toMillis()) >= 0;) {
            Thread.sleep(left + 1);
        }
    }

    private String name() {
        return ByteString.toText(ByteString.ofText(account.user()));
    }
}
