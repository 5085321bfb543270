package io.roost.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserRecord;
import io.roost.dovecot.AuthUsers;
import io.roost.dovecot.DoveadmUsers;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.MailLocation;
import io.roost.dovecot.MailUser;
import io.roost.dovecot.Pop3UidlFormat;
import io.roost.dovecot.TemplateUsers;
import io.roost.dovecot.UserDatabase;
import io.roost.migrate.Account;
import io.roost.migrate.Settings;
import io.roost.posix.ByteString;
import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.PosixException;
import io.roost.preflight.Backend;
import io.roost.preflight.Checks;
import io.roost.preflight.Finding;
import io.roost.preflight.MountTable;
import io.roost.preflight.Preflight;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;

/** What the options and the installed Dovecot say together: who the users are, where their mail is, and which settings hold. */
final class Site {
    private final LocationOptions options;
    private final DovecotSettings dovecot;
    private final boolean asked;
    private final UserDatabase users;
    private final List<String> notes;

    Site(LocationOptions options, DovecotSettings dovecot, boolean asked, UserDatabase users, List<String> notes) {
        this.options = options;
        this.dovecot = dovecot;
        this.asked = asked;
        this.users = users;
        this.notes = List.copyOf(notes);
    }

    /** Asks Dovecot for what the options leave open. */
    static Site of(LocationOptions options) throws IOException, CommandException {
        return of(options, Optional.empty());
    }

    /** @param given settings that were read elsewhere; Dovecot is not asked for them then */
    static Site of(LocationOptions options, Optional<DovecotSettings> given) throws IOException, CommandException {
        Optional<String> config = Optional.ofNullable(options.dovecotConfig);
        List<String> notes = new ArrayList<>();
        if (options.noDovecot && config.isPresent()) {
            throw CommandException.usage("--no-dovecot and --dovecot-config exclude each other");
        }
        if (options.noDovecot && options.home == null && given.isEmpty()) {
            throw CommandException.usage("with --no-dovecot nobody knows where users live: give --home, such as --home "
                    + "'/mail/%d/%n'");
        }
        boolean ask = !options.noDovecot && DovecotProgram.isInstalled("doveconf");
        if (!ask && options.home == null && given.isEmpty()) {
            throw new CommandException(ExitCode.PREREQUISITE_MISSING, "Dovecot is not installed here, so that nobody knows "
                    + "where users live: run Roost on a backend, or give --home and --from, such as --home '/mail/%d/%n' "
                    + "--from maildir:~/Maildir");
        }
        if (!ask && !options.noDovecot && given.isEmpty()) {
            notes.add("Dovecot is not installed here: the defaults of 2.3 are taken for mdbox_rotate_size, pop3_uidl_format "
                    + "and plugins");
        }
        DovecotSettings settings = given.isPresent() ? given.get() : ask ? ask(config) : DovecotSettings.parse("");
        UserDatabase users = options.home != null ? new TemplateUsers(options.home, settings.authUsernameFormat(), -1, -1)
                : ask ? new AuthUsers(settings, new DoveadmUsers(DovecotProgram.doveadm(config))) : ofSettings(settings);
        return new Site(options, settings, ask, users, notes);
    }

    /** Where no Dovecot can be asked, its settings may tell where homes are. */
    private static UserDatabase ofSettings(DovecotSettings settings) {
        if (settings.get("mail_home").isEmpty()) {
            return name -> {
                throw new UserDatabase.TemporaryFailure(name, "no Dovecot is here to ask, and mail_home is not set: give "
                        + "--home");
            };
        }
        return new TemplateUsers(settings.get("mail_home"), settings.authUsernameFormat(), -1, -1);
    }

    private static DovecotSettings ask(Optional<String> config) throws IOException {
        try {
            return DovecotSettings.ask(DovecotProgram.doveconf(config));
        } catch (IOException e) {
            throw new IOException("Dovecot's settings cannot be had: " + e.getMessage()
                    + " (--no-dovecot with --home and --from goes without them)", e);
        }
    }

    /** What there is to say about Dovecot's settings; nothing if it was not asked. */
    List<Finding> advice(Account account) throws IOException, InterruptedException {
        if (!asked) {
            return List.of();
        }
        Backend backend = new Backend(dovecot, "doveconf -a", true, Topology.UNKNOWN, List.of(sampleOf(account)), List.of(),
                Optional.of(settings().pop3UidlFormat()), Path.of("/"), MountTable.ofProcess());
        return Preflight.look(Checks.forPlan(), backend, Checks.IDS_FOR_PLAN, List.of()).stream()
                .filter(finding -> finding.severity() != Severity.OK)
                .sorted(Comparator.comparing(Finding::severity).reversed()).toList();
    }

    /**
     * Refuses to begin where mail could be lost: see {@link Preflight#beforeMigration}. Settings count if Dovecot was asked.
     *
     * @param accounts those to come, or the first of them: one of each mount will do
     * @param ignore   identifiers of checks that the administrator knows better
     * @throws CommandException with everything that is unsafe, and what to do about it
     */
    void requireSafe(Topology topology, List<Account> accounts, Collection<String> ignore)
            throws IOException, CommandException, InterruptedException {
        Backend backend = new Backend(dovecot, "doveconf -a", asked, topology, accounts.stream().map(Site::sampleOf).toList(),
                List.of(), Optional.empty(), Path.of("/"), MountTable.ofProcess());
        List<Finding> unsafe = Preflight.beforeMigration(backend, ignore);
        if (!unsafe.isEmpty()) {
            throw new CommandException(ExitCode.CHECK_UNSAFE, "refused, since mail could be lost: " + String.join("; ",
                    unsafe.stream()
                    .map(f -> f.id() + ": " + f.lookedAt() + ": found " + f.found() + ", to do: " + f.remedy()).toList())
                    + " (roost check tells more; --ignore-check ID goes on nonetheless)");
        }
    }

    /** An account as the checks see it. The owner of the mail is that of the source where the userdb does not tell. */
    static SampleUser sampleOf(Account account) {
        return sample(account.user(), account.home(), account.uid(), account.gid(), Optional.of(account.source()),
                Optional.of(account.target()));
    }

    /** A user as they are, migrated or not. */
    SampleUser sample(String name) throws IOException, CommandException {
        MailUser user = users.find(name);
        MailLocation current = options.from == null ? current(user) : user.location(options.from);
        MailLocation target = options.to == null && current.isMdbox() ? current : user.location(targetSetting());
        return sample(user.name(), user.home(), user.uid(), user.gid(), Optional.of(current), Optional.of(target));
    }

    private static SampleUser sample(String name, String home, int uid, int gid, Optional<MailLocation> source,
            Optional<MailLocation> target) {
        int owner = uid;
        int group = gid;
        try {
            Optional<FileStatus> root = source.isEmpty() ? Optional.empty() : OpenDirectory.statusOf(source.get().root());
            owner = uid < 0 ? root.map(FileStatus::uid).orElse(-1) : uid;
            group = gid < 0 ? root.map(FileStatus::gid).orElse(-1) : gid;
        } catch (PosixException e) {
            // what stands in the way is told by the checks that look there
        }
        return new SampleUser(name, home, owner, group, source, target);
    }

    /** Dovecot's settings, or its defaults if it was not asked. */
    DovecotSettings dovecot() {
        return dovecot;
    }

    /** Whether a Dovecot was asked for its settings. */
    boolean isAsked() {
        return asked;
    }

    /** What the user should know about how this was found out. */
    List<String> notes() {
        return notes;
    }

    Settings settings() throws IOException {
        Settings defaults = Settings.defaults();
        long rotateSize = options.rotateSize == null ? dovecot.mdboxRotateSize()
                : DovecotSettings.parse("mdbox_rotate_size = " + options.rotateSize.replace('\n', ' ')).mdboxRotateSize();
        Pop3UidlFormat uidlFormat = options.pop3UidlFormat == null ? dovecot.pop3UidlFormat()
                : Pop3UidlFormat.of(options.pop3UidlFormat);
        boolean zlib = options.zlib == null ? dovecot.isPluginLoaded("zlib") : options.zlib;
        return new Settings(rotateSize, zlib, uidlFormat, defaults.skipUnreadable(), defaults.readers(),
                defaults.checkpointBytes(), defaults.finishAttempts());
    }

    /** The configuration that was asked; empty for the installed one. */
    Optional<String> dovecotConfig() {
        return Optional.ofNullable(options.dovecotConfig);
    }

    /** The target as the administrator writes it, variables and all. */
    String targetSetting() {
        return options.to == null ? LocationOptions.DEFAULT_TARGET : options.to;
    }

    /** What decides about the result of a migration, by name, for comparing runs. */
    Map<String, String> decisive() throws IOException {
        Settings settings = settings();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("home", options.home == null ? "from Dovecot" : options.home);
        all.put("from", options.from == null ? "from Dovecot" : options.from);
        all.put("to", targetSetting());
        all.put("rotate-size", Long.toString(settings.rotateSize()));
        all.put("pop3-uidl-format", settings.pop3UidlFormat().format());
        all.put("zlib", Boolean.toString(settings.zlib()));
        return all;
    }

    /** Everybody whom Dovecot's userdb lists. */
    List<String> allUsers() throws IOException, CommandException {
        if (!asked) {
            throw CommandException.usage("nobody knows all users without Dovecot: name them, or give --users-file FILE");
        }
        return new AuthUsers(dovecot, users).all();
    }

    /** As the userdb has the user. */
    MailUser user(String name) throws IOException {
        return users.find(name);
    }

    Account account(String name) throws IOException, CommandException {
        MailUser user = users.find(name);
        return account(user, options.from == null ? current(user) : user.location(options.from));
    }

    /** The same where the store may know the Maildir of a user whom Dovecot leads to the mdbox already. */
    Account account(String name, CheckpointStore store) throws IOException, CommandException {
        MailUser user = users.find(name);
        MailLocation source = options.from == null ? current(user) : user.location(options.from);
        if (options.from == null && !source.isMaildir()) {
            Optional<UserRecord> known = store.user(user.name()).filter(record -> record.source().startsWith("maildir:"));
            if (known.isPresent()) {
                requireTarget(user, source);
                source = MailLocation.parse(ByteString.ofText(known.get().source()), user.home());
            }
        }
        return account(user, source);
    }

    /**
     * Refuses a user who is to be cut over from what Dovecot does not use: mail that is elsewhere would be out of sight then.
     *
     * @param account as it was found
     * @param done    whether the store has the user as migrated
     */
    void requireInUse(Account account, boolean done) throws IOException, CommandException {
        if (options.from == null && !done) {
            return;
        }
        MailUser user = users.find(account.user());
        MailLocation current = current(user);
        if (!current.isMaildir() || !current.root().equals(account.source().root())) {
            requireTarget(user, current);
        } else if (done && OpenDirectory.statusOf(account.target().root()).isPresent()) {
            throw CommandException.usage(user.name() + " was migrated before, and uses the Maildir, still or again: the mdbox at "
                    + ByteString.toText(account.target().root()) + " is of that time. Move it away and run again, to begin anew");
        }
    }

    /** Mail that lies neither in the Maildir nor in the mdbox to be would be left behind. */
    private void requireTarget(MailUser user, MailLocation current) throws IOException, CommandException {
        MailLocation target = user.location(targetSetting());
        if (!current.isMdbox() || !current.root().equals(target.root())) {
            throw CommandException.usage("Dovecot has the mail of " + user.name() + " in " + current.driver() + " at "
                    + ByteString.toText(current.root()) + ", which is not the mdbox to be (" + ByteString.toText(target.root())
                    + "): what is there would be left behind");
        }
    }

    private Account account(MailUser user, MailLocation source) throws IOException, CommandException {
        MailLocation target = user.location(targetSetting());
        if (!source.isMaildir()) {
            throw CommandException.usage(options.from != null ? "--from names a " + source.driver()
                    + ", expected a maildir: location"
                    : "the mail of " + user.name() + " is " + source.driver() + " in Dovecot already, expected maildir; to "
                            + "look at an older Maildir name it with --from");
        }
        if (!target.isMdbox()) {
            throw CommandException.usage("--to names a " + target.driver() + ", expected an mdbox: location");
        }
        char escape = dovecot.storageEscapeChar();
        return new Account(user.name(), user.home(), user.uid(), user.gid(), source.withEscapeChar(escape),
                target.withEscapeChar(escape));
    }

    /** The location of a namespace of its own goes before the userdb's, and that before mail_location. */
    MailLocation current(MailUser user) throws IOException, CommandException {
        Optional<String> ofNamespace = dovecot.inboxNamespace().flatMap(Namespace::location);
        if (ofNamespace.isPresent()) {
            return user.location(ofNamespace.get());
        }
        if (user.mail().isPresent()) {
            return MailLocation.parse(user.mail().get(), user.home());
        }
        if (dovecot.mailLocation().isEmpty()) {
            throw CommandException.usage("nobody says where the mail of " + user.name() + " lies: mail_location is not set; "
                    + "name the Maildir with --from, such as --from maildir:~/Maildir");
        }
        return user.location(dovecot.mailLocation());
    }
}
