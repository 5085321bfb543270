package io.roost.cli.hostchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.UserHash;
import io.roost.hostchange.AddressList;
import io.roost.hostchange.HostChangeService;
import io.roost.hostchange.Notes;
import io.roost.hostchange.UserTree;
import io.roost.testing.DirectorCluster;
import io.roost.testing.DovecotNode;

/** A director and two backends that keep list indexes in memory: real tmpfs, a directory of its own for each backend. */
final class MovingUsers implements AutoCloseable, Notes {
    private static final int FLUSH_PORT = 31093;

    final DirectorCluster cluster;
    final Path memory;
    final List<String> infos = Collections.synchronizedList(new ArrayList<>());
    final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    private final List<HostChangeService> services = new ArrayList<>();

    /** What keeps list indexes fresh. */
    enum With { NOTHING, FLUSH, FLUSH_OVER_UNIX, POST_LOGIN, POST_LOGIN_AND_LMTP }

    MovingUsers(With with, boolean veryDirtySyncs, String... users) throws IOException {
        memory = Files.createTempDirectory(Path.of("/dev/shm"), "rt-");
        Files.setPosixFilePermissions(memory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path script = memory.resolve("postlogin.sh");
        DirectorCluster.Builder builder = DirectorCluster.with().users(users)
                .mailLocation("mdbox:~/mdbox:LISTINDEX=" + memory + "/%IP%/%2.256Nu/%u/dovecot.list.index")
                .backendConfig("mailbox_list_index = yes\nmailbox_list_index_very_dirty_syncs = "
                + (veryDirtySyncs ? "yes" : "no") + "\nlmtp_save_to_detail_mailbox = yes\nlda_mailbox_autocreate = yes")
                .directorConfig("director_user_kick_delay = 0");
        if (with == With.FLUSH) {
            builder.directorConfig("director_flush_socket = tcp:%i:" + FLUSH_PORT);
        } else if (with == With.FLUSH_OVER_UNIX) {
            // below base_dir, which the director is chrooted to
            builder.directorConfig("director_flush_socket = unix:/flush.%i");
        } else if (with == With.POST_LOGIN || with == With.POST_LOGIN_AND_LMTP) {
            for (String protocol : List.of("imap", "pop3")) {
                builder.backendConfig("""
                        service %1$s {
                          executable = %1$s %1$s-postlogin
                        }
                        service %1$s-postlogin {
                          executable = script-login -d %2$s
                          user = root
                          # Java reserves more addresses than the default allows
                          vsz_limit = 0
                          unix_listener %1$s-postlogin {
                          }
                        }
                        """.formatted(protocol, script));
            }
            if (with == With.POST_LOGIN_AND_LMTP) {
                builder.backendConfig(Launcher.beforeLmtp(memory, script, "%DIR%/home", memory + "/%IP%"));
            }
        }
        try {
            cluster = builder.start();
        } catch (IOException | RuntimeException e) {
            delete(memory);
            throw e;
        }
        for (DovecotNode node : cluster.backends()) {
            cluster.own(Files.createDirectory(memory.resolve(node.ip())));
        }
        if (with == With.POST_LOGIN || with == With.POST_LOGIN_AND_LMTP) {
            // the backends share a host name here, so that each gets one of its own
            Launcher.postLogin(script, Launcher.of(cluster.directory()),
                    "host=${HOSTCHANGE_LISTINDEX%/*/*/*}\nhost=be${host##*/}");
            for (String user : users) {
                cluster.setMail(user, "mdbox:~/mdbox:LISTINDEX=" + memory + "/%{real_lip}/%2.256Nu/%u/dovecot.list.index"
                        + " userdb_hostchange_index=" + cluster.home(user) + "/mdbox userdb_hostchange_listindex=" + memory
                        + "/%{real_lip}/%2.256Nu/%u/dovecot.list.index");
            }
        }
        if (with == With.FLUSH || with == With.FLUSH_OVER_UNIX) {
            for (DovecotNode node : cluster.backends()) {
                HostChangeService service = service(node, Duration.ofHours(1), Optional.empty());
                services.add(service);
                service.start();
            }
        }
    }

    /** The daemon of a backend, not started. */
    HostChangeService service(DovecotNode node, Duration watchEvery, Optional<Path> metrics) throws IOException {
        UserHash hash = new UserHash(UserHash.DEFAULT_FORMAT);
        Director director = new DirectorAdmin(List.of(DirectorAddress.parse(cluster.adminAddress())), hash,
                DirectorAdmin.Limits.defaults());
        return new HostChangeService(new HostChangeService.Config(tree(node), hash, 
                List.of(cluster.director().baseDirectory().resolve("flush." + node.ip())), 0666,
                Optional.of(new InetSocketAddress(InetAddress.getByName(node.ip()), FLUSH_PORT)),
                AddressList.of(List.of("127.0.0.0/8")), node.ip(), watchEvery, Duration.ZERO, Duration.ofHours(1), metrics,
                Optional.empty()), Optional.of(director), this);
    }

    UserTree tree(DovecotNode node) throws IOException {
        return UserTree.of(memory + "/" + node.ip() + "/%2.256Nu/%u/dovecot.list.index");
    }

    Path directoryOf(DovecotNode node, String user) throws IOException {
        return Path.of(tree(node).pathOf(user).path());
    }

    @Override
    public void info(String line) {
        infos.add(line);
    }

    @Override
    public void warning(String line) {
        warnings.add(line);
    }

    @Override
    public void close() throws IOException {
        for (HostChangeService service : services) {
            service.close();
        }
        cluster.close();
        delete(memory);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
