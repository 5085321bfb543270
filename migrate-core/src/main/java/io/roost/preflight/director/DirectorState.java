package io.roost.preflight.director;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.MailHost;
import io.roost.director.RingMember;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.Hint;
import io.roost.preflight.SampleUser;
import io.roost.preflight.Topology;

/** What the director says: that it is there, knows this backend, agrees with its ring, and hashes names as Roost does. */
public final class DirectorState implements Check {
    static final DirectorAdmin.Limits LIMITS = new DirectorAdmin.Limits(Duration.ofSeconds(3), Duration.ofSeconds(10),
            Duration.ofSeconds(5));
    private static final int HASHED_USERS = 10;
    private static final Set<String> CONNECTED = Set.of("left", "right", "in", "out");

    private final DirectorSide director;

    public DirectorState(DirectorSide director) {
        this.director = director;
    }

    @Override
    public List<String> ids() {
        return List.of("director-reachable", "director-backend", "director-ring", "director-hash");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException {
        if (backend.topology() != Topology.DIRECTOR) {
            return List.of();
        }
        if (director.addresses().isEmpty()) {
            return List.of(reachable("the director").unknown("no address was given", "name it with --director HOST:PORT or "
                    + "--director /run/dovecot/director-admin"));
        }
        List<Finding> findings = new ArrayList<>();
        for (DirectorAddress address : director.addresses()) {
            look(backend, address, findings);
        }
        return findings;
    }

    private static Question reachable(String at) {
        return new Question("director-reachable", at, "it answers on its admin listener",
                "Roost pins users to their backend there, and "
                + "waits until they are alone");
    }

    private void look(Backend backend, DirectorAddress address, List<Finding> findings) throws IOException {
        String at = address.toString();
        try (DirectorAdmin admin = director.connect(address, LIMITS)) {
            List<MailHost> hosts;
            try {
                hosts = admin.hosts();
            } catch (IOException e) {
                findings.add(reachable(at).unsafe(e.getMessage(), "start it; its service director needs an inet_listener "
                        + "whose name ends in -admin, which this host can reach").with(new Hint(Hint.DOVECOT + " of the director",
                        "service director {\n  inet_listener roost-admin {\n    port = " + (address.port() > 0 ? address.port() : 9091)
                        + "\n  }\n}")));
                return;
            }
            findings.add(reachable(at).ok(hosts.size() + " backends"));
            if (!backend.isDirector()) {
                // a director knows no users, and serves none
                findings.add(thisHost(at, hosts));
            }
            findings.add(ring(at, admin.ring()));
            if (!backend.isDirector()) {
                findings.add(hash(at, admin, backend));
            }
        }
    }

    private static Finding thisHost(String at, List<MailHost> hosts) {
        Question question = new Question("director-backend", "backends of " + at, "this host among them, up",
                "a backend that the director does not know must not touch anybody's mail");
        List<MailHost> ours = hosts.stream().filter(host -> DirectorHosts.isOurs(host.ip())).toList();
        String all = String.join(", ", hosts.stream().map(h -> h.ip() + (h.up() ? "" : " (down)")).toList());
        if (ours.isEmpty()) {
            return question.unsafe("no address of this host among " + all,
                    "run Roost on a backend, or add this one, on the director: doveadm director add IP");
        }
        MailHost host = ours.get(0);
        return host.up() && host.vhosts() > 0 ? question.ok(host.ip() + " of " + all)
                : question.advice(host.ip() + (host.up() ? " takes no new users (0 vhosts)" : " is down"),
                "unless it is meant to be, on the "
                        + "director: " + (host.up() ? "doveadm director update " + host.ip() + " 100" : "doveadm director up "
                        + host.ip()));
    }

    private static Finding ring(String at, List<RingMember> members) {
        Question question = new Question("director-ring", "ring of " + at, "synced",
                "directors that do not agree send a user to two backends");
        List<RingMember> self = members.stream().filter(m -> m.type().equals("self")).toList();
        if (self.isEmpty()) {
            return question.unknown("it does not name itself among " + members.size() + " directors",
                    "look at doveadm director ring status");
        }
        Set<String> others = members.stream().filter(m -> !m.type().equals("self") && !m.type().equals("removed"))
                .map(RingMember::ip).filter(ip -> !ip.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
        String found = self.get(0).status() + ", " + (others.size() + 1) + (others.isEmpty() ? " director" : " directors");
        if (!self.get(0).isSynced()) {
            return question.unsafe(found, "look at doveadm director ring status, and wait");
        }
        // one is connected with its neighbours only, but always with one if there is any
        boolean alone = members.stream().noneMatch(m -> CONNECTED.contains(m.type()));
        return alone && !others.isEmpty() ? question.unknown("it is alone, without " + String.join(", ", others)
                + ": that is as it should be if they are down, and not if they only cannot reach each other",
                "start the others, or take them out of director_servers") : question.ok(found);
    }

    private Finding hash(String at, DirectorAdmin admin, Backend backend) throws IOException {
        Question question = new Question("director-hash", "director_username_hash of " + at, director.hash().format()
                + ", as Roost computes it", "with another hash Roost takes other users for colliding ones than the director");
        List<SampleUser> users = backend.users().stream().limit(HASHED_USERS).toList();
        for (SampleUser user : users) {
            if (!admin.agreesOnHash(user.name())) {
                return question.unsafe("another hash for " + user.name(),
                        "hand over the director's settings: doveconf -a there, and "
                        + "--director-settings FILE here");
            }
        }
        return users.isEmpty() ? backend.nobody(question)
                : question.ok("the same backend by name and by hash for " + users.size() + (users.size() == 1 ? " user"
                : " users"));
    }
}
