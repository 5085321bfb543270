package io.roost.cli.hostchange;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import io.roost.cli.CommandException;
import io.roost.cli.ExitCode;
import io.roost.dovecot.DoveadmUsers;
import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.DovecotSettings.Namespace;
import io.roost.dovecot.MailUser;
import io.roost.dovecot.TemplateUsers;
import io.roost.dovecot.UserDatabase;
import io.roost.dovecot.UserNames;
import io.roost.hostchange.HostChange;
import io.roost.hostchange.UserPaths;
import io.roost.hostchange.UserTree;
import picocli.CommandLine.Option;

/** Where users' list indexes lie, and what this host is called. Filled by picocli; asks Dovecot for what is left open, once. */
final class LayoutOptions {
    @Option(names = "--location", paramLabel = "LOCATION",
            description = "mail_location with LISTINDEX, such as "
            + "'mdbox:~/mdbox:LISTINDEX=/dev/shm/x/%%2.256Nu/%%u/dovecot.list.index'. "
                    + "Default: Dovecot's.")
    String location;

    @Option(names = "--home", paramLabel = "TEMPLATE",
            description = "Homes by a template such as '/mail/%%d/%%n'. Default: what Dovecot's userdb says.")
    String home;

    @Option(names = "--host", paramLabel = "NAME", description = "Name of this backend, unlike any other's. Default: the host "
            + "name.")
    String host;

    @Option(names = "--dovecot-config", paramLabel = "FILE", description = "Ask Dovecot with this dovecot.conf.")
    String dovecotConfig;

    private DovecotSettings settings;
    private UserDatabase users;

    String host() throws IOException {
        return HostChange.checkHost(host != null ? host : Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    }

    UserTree tree() throws IOException, CommandException {
        return UserTree.ofLocation(locationTemplate());
    }

    private Optional<String> config() {
        return Optional.ofNullable(dovecotConfig);
    }

    DovecotSettings settings() throws IOException, CommandException {
        if (settings == null) {
            if (!DovecotProgram.isInstalled("doveconf")) {
                throw new CommandException(ExitCode.PREREQUISITE_MISSING,
                        "Dovecot is not installed here, so that nobody knows where "
                        + "list indexes lie: give --location");
            }
            settings = DovecotSettings.ask(DovecotProgram.doveconf(config()));
        }
        return settings;
    }

    private String locationTemplate() throws IOException, CommandException {
        if (location != null) {
            return location;
        }
        Optional<String> ofNamespace = settings().inboxNamespace().flatMap(Namespace::location);
        return ofNamespace.orElse(settings().mailLocation());
    }

    /** Where a user's directories are. */
    UserPaths paths(String name) throws IOException, CommandException {
        String template = locationTemplate();
        boolean needsHome = template.contains("~") || template.contains("%h") || template.contains("{home")
                || template.contains("{userdb");
        MailUser user;
        if (!needsHome) {
            UserNames.check(name);
            user = MailUser.of(name, "/", -1, -1, Optional.empty(), Map.of());
        } else {
            user = users().find(name);
        }
        UserPaths paths = UserPaths.of(user.name(), user.location(template));
        return new UserPaths(user.name(), paths.index(), tree().pathOf(user.name()));
    }

    private UserDatabase users() throws IOException, CommandException {
        if (users == null) {
            users = home != null ? new TemplateUsers(home) : new DoveadmUsers(DovecotProgram.doveadm(config()));
        }
        return users;
    }
}
