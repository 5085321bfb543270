package io.roost.cli;

import java.io.IOException;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.roost.cli.screen.Screen;
import io.roost.cutover.Backend;
import io.roost.cutover.RemoteBackend;
import io.roost.director.CollidingUsers;
import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.DoveadmServer;
import io.roost.director.MailHost;
import io.roost.director.NoDirector;
import io.roost.director.UserHash;
import io.roost.dovecot.DovecotProgram;
import picocli.CommandLine.Option;

/** What keeps users on this backend, and which other backends there are. Filled by picocli. */
final class DirectorOptions {
    private static final String WHY_ONE = "refused: an mdbox is damaged when two backends write to it, so that each user has to stay on "
            + "one backend. With a director, name it with --director, and Roost maps users here through it. Without one and with "
            + "more than one backend, stay with Maildir. If no other server touches the mail of these users, say so with "
            + "--single-backend";

    /** A name that no user has. */
    private static final String NOBODY = "roost-asks-who";

    /** Of two backends, a wrong hash leads to the right one every second time. */
    private static final int ASKED_USERS = 10;
    private static final int TOLD_GROUPS = 20;
    private static final int TOLD_USERS = 10;

    @Option(names = "--single-backend", description = "No other server touches the mail of these users.")
    boolean singleBackend;

    @Option(names = "--director", paramLabel = "ADDR", split = ",", description = "Keep users on this backend through the director: its "
            + "socket director-admin, or HOST:PORT. Several are tried in turn.")
    List<String> directors = List.of();

    @Option(names = "--here", paramLabel = "IP", description = "This backend, as the director has it. Default: the backend that has one of "
            + "this machine's addresses.")
    String here;

    @Option(names = "--director-username-hash", paramLabel = "FORMAT", description = "director_username_hash there. Default: %%Lu.")
    String usernameHash = UserHash.DEFAULT_FORMAT;

    @Option(names = "--other-backend", paramLabel = "HOST:PORT", split = ",",
            description = "Doveadm port of another backend, to be kicked and "
            + "asked too. Default: every other backend of the director, if doveadm_port and doveadm_password are set here.")
    List<String> otherBackends = List.of();

    /** Refuses what does not go together, before anything is asked. */
    void check() throws CommandException {
        if (singleBackend == !directors.isEmpty()) {
            throw CommandException.usage(singleBackend ? "--single-backend and --director exclude each other" : WHY_ONE);
        }
    }

    Director director() throws IOException {
        if (directors.isEmpty()) {
            return new NoDirector();
        }
        List<DirectorAddress> addresses = new ArrayList<>();
        for (String address : directors) {
            addresses.add(DirectorAddress.parse(address));
        }
        return new DirectorAdmin(addresses, new UserHash(usernameHash), DirectorAdmin.Limits.defaults());
    }

    /** The one of the director's backends that this machine is; empty if there is no director. */
    String thisBackend(Director director) throws IOException, CommandException {
        if (director.isSingleBackend()) {
            return "";
        }
        List<String> hosts = director.hosts().stream().map(MailHost::ip).toList();
        if (here != null) {
            if (!hosts.contains(here)) {
                throw CommandException.usage("--here: the director does not know " + here + ", its backends are " + hosts);
            }
            return here;
        }
        Set<String> own = new HashSet<>();
        for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            Collections.list(card.getInetAddresses()).forEach(ip -> own.add(ip.getHostAddress().replaceFirst("%.*", "")));
        }
        List<String> mineOfThem = hosts.stream().filter(own::contains).toList();
        if (mineOfThem.size() != 1) {
            throw CommandException.usage("which of the director's backends " + hosts + " is this machine? Say it with --here");
        }
        return mineOfThem.get(0);
    }

    /** The doveadm ports of the other backends. */
    List<DoveadmServer> others(Site site, Director director, String ip) throws IOException {
        // doveconf shows secrets only to who asks for them.
        String password = otherBackends.isEmpty() && site.dovecot().get("doveadm_password").isEmpty() ? ""
                : DovecotProgram.doveconf(site.dovecotConfig()).run("-P", "-h", "doveadm_password").requireSuccess().outputText().strip();
        List<String> others = new ArrayList<>(otherBackends);
        String port = site.dovecot().get("doveadm_port");
        if (others.isEmpty() && !password.isEmpty() && !port.isEmpty() && !port.equals("0")) {
            director.hosts().stream().map(MailHost::ip).filter(host -> !host.equals(ip))
                    .forEach(host -> others.add((host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port));
        }
        List<DoveadmServer> servers = new ArrayList<>();
        for (String other : others) {
            servers.add(new DoveadmServer(DirectorAddress.parse("tcp:" + other), password));
        }
        return servers;
    }

    /** This backend first, then the others; who does not answer is told. */
    static List<Backend> backends(Site site, DovecotProgram doveadm, List<DoveadmServer> others, Screen screen) throws IOException {
        List<Backend> backends = new ArrayList<>(List.of(GateOptions.thisBackend(site.dovecot(), doveadm)));
        for (DoveadmServer other : others) {
            Backend remote = new RemoteBackend(other);
            try {
                // A wrong password is told before anybody is locked out.
                remote.sessions(NOBODY);
            } catch (Backend.Unreachable e) {
                screen.message("roost: note: " + e.getMessage() + "; sessions there can be neither seen nor ended");
            }
            backends.add(remote);
        }
        return backends;
    }

    /**
     * Says which of the users are one to the director: whoever pins or moves one of them moves the others.
     *
     * @throws CommandException if the director has another hash than it was said to have
     */
    void tellCollisions(Director director, Collection<String> users, Screen screen) throws IOException, CommandException {
        if (!(director instanceof DirectorAdmin admin)) {
            return;
        }
        for (String user : users.stream().limit(ASKED_USERS).toList()) {
            if (!admin.agreesOnHash(user)) {
                throw CommandException.usage("--director-username-hash: " + usernameHash + " makes another hash of " + user + " than the "
                        + "director: give what doveconf director_username_hash says there");
            }
        }
        CollidingUsers colliding = new CollidingUsers(new UserHash(usernameHash));
        for (String user : users) {
            colliding.add(user);
        }
        Collection<List<String>> groups = colliding.groups();
        groups.stream().limit(TOLD_GROUPS).forEach(group -> screen.message("roost: note: to the director these are one user, who is moved "
                + "with all that they have open: " + String.join(", ", group.subList(0, Math.min(group.size(), TOLD_USERS)))
                + (group.size() > TOLD_USERS ? " and " + (group.size() - TOLD_USERS) + " more" : "")));
        if (groups.size() > TOLD_GROUPS) {
            screen.message("roost: note: and " + (groups.size() - TOLD_GROUPS) + " more groups of users with the same director hash");
        }
    }
}
