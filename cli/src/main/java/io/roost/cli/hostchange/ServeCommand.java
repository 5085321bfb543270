package io.roost.cli.hostchange;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.roost.cli.CommandException;
import io.roost.cli.ExitCode;
import io.roost.cli.screen.Screen;
import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.UserHash;
import io.roost.hostchange.AddressList;
import io.roost.hostchange.HostChangeService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code roost hostchange serve}: the daemon. */
@Command(name = "serve", header = "Answer the director's flushes, and free the memory of users who left.",
        description = "The daemon of a backend, for director_flush_socket. Logs on standard error, tells systemd when it is "
        + "ready, and ends softly on SIGTERM. See samples/hostchange for a unit and Dovecot's settings.",
        footer = {"", "Example:",
            "  roost hostchange serve --listen 10.1.0.11:9093 --allow 10.1.0.0/24 \\",
            "      --director 10.1.0.1:9091 --self 10.1.0.11 --max-age 7d"})
final class ServeCommand extends HostCommand {
    @Mixin
    private final LayoutOptions layout = new LayoutOptions();

    @Option(names = "--socket", paramLabel = "PATH", description = "Listen on this unix socket. May be given several times.")
    private List<Path> sockets = List.of();

    @Option(names = "--socket-mode", paramLabel = "MODE", defaultValue = "0600", description = "Its mode. Default: 0600.")
    private String socketMode;

    @Option(names = "--listen", paramLabel = "IP:PORT", description = "Listen on TCP.")
    private String listen;

    @Option(names = "--passed", description = "Listen on the socket that is standard input, as systemd passes it with "
            + "StandardInput=socket. No flush is lost then while this is being started again.")
    private boolean passed;

    @Option(names = "--allow", paramLabel = "IP[/BITS]", split = ",", description = "Who may connect over TCP: the directors.")
    private List<String> allow = List.of();

    @Option(names = "--director", paramLabel = "ADDRESS", split = ",", description = "director-admin of the directors, as "
            + "IP:PORT or path of a socket: frees the memory of users who are elsewhere. Needs --self.")
    private List<String> directors = List.of();

    @Option(names = "--self", paramLabel = "IP", description = "This backend's address as the director knows it.")
    private String self;

    @Option(names = "--watch-every", paramLabel = "TIME", defaultValue = "60s",
            description = "How often the director is asked. "
            + "Default: 60s.")
    private String watchEvery;

    @Option(names = "--username-hash", paramLabel = "TEMPLATE", description = "The directors' director_username_hash. "
            + "Default: %%Lu.")
    private String usernameHash;

    @Option(names = "--max-age", paramLabel = "TIME", defaultValue = "0s",
            description = "Delete what has not been used for longer, "
            + "such as 7d. Default: nothing.")
    private String maxAge;

    @Option(names = "--sweep-every", paramLabel = "TIME", defaultValue = "6h", description = "How often that is looked for. "
            + "Default: 6h.")
    private String sweepEvery;

    @Option(names = "--metrics", paramLabel = "FILE", description = "Textfile for Prometheus' node exporter, *.prom.")
    private Path metrics;

    @Option(names = "--quiet", description = "Log nothing but warnings.")
    private boolean quiet;

    ServeCommand(Screen screen) {
        super(screen);
    }

    @Override
    ExitCode run() throws Exception {
        if (sockets.isEmpty() && listen == null && !passed) {
            throw CommandException.usage("name a socket with --socket, or an address with --listen, or give --passed");
        }
        Optional<ServerSocketChannel> inherited = inherited();
        boolean overTcp = listen != null
                || inherited.isPresent() && inherited.get().getLocalAddress() instanceof InetSocketAddress;
        if (overTcp && allow.isEmpty()) {
            throw CommandException.usage("--listen needs --allow: whoever may connect can delete list indexes");
        }
        if (directors.isEmpty() != (self == null)) {
            throw CommandException.usage("--director and --self are given together or not at all");
        }
        UserHash hash = new UserHash(usernameHash == null ? UserHash.DEFAULT_FORMAT : usernameHash);
        HostChangeService.Config config = new HostChangeService.Config(layout.tree(), hash, sockets, mode(), address(),
                AddressList.of(allow), self == null ? "" : self, Ages.parse("--watch-every", watchEvery),
                Ages.parse("--max-age", maxAge), Ages.parse("--sweep-every", sweepEvery), Optional.ofNullable(metrics),
                Optional.ofNullable(System.getenv("NOTIFY_SOCKET")));
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Thread hook = new Thread(() -> {
            stop.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (HostChangeService service = new HostChangeService(config, director(hash), notes(!quiet))) {
            service.start(inherited);
            stop.await();
            screen.message("stopping");
        } finally {
            closed.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // it is what ends this
            }
        }
        return ExitCode.DONE;
    }

    private Optional<ServerSocketChannel> inherited() throws Exception {
        if (!passed) {
            return Optional.empty();
        }
        if (System.inheritedChannel() instanceof ServerSocketChannel socket) {
            return Optional.of(socket);
        }
        throw CommandException.usage("--passed: standard input is no socket that listens; start this by roost-hostchange.socket");
    }

    private Optional<Director> director(UserHash hash) throws Exception {
        if (directors.isEmpty()) {
            return Optional.empty();
        }
        List<DirectorAddress> addresses = new ArrayList<>();
        for (String director : directors) {
            addresses.add(DirectorAddress.parse(director));
        }
        return Optional.of(new DirectorAdmin(addresses, hash, DirectorAdmin.Limits.defaults()));
    }

    private int mode() throws CommandException {
        if (!socketMode.matches("0?[0-7]{3}")) {
            throw CommandException.usage("--socket-mode: found \"" + socketMode
                    + "\", expected three octal digits, such as 0660");
        }
        return Integer.parseInt(socketMode, 8);
    }

    private Optional<InetSocketAddress> address() throws Exception {
        if (listen == null) {
            return Optional.empty();
        }
        int colon = listen.lastIndexOf(':');
        String ip = colon < 0 ? "" : listen.substring(0, colon).replace("[", "").replace("]", "");
        String port = listen.substring(colon + 1);
        if (!ip.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*") || !port.matches("[0-9]{1,5}")
                || Integer.parseInt(port) > 65535) {
            throw CommandException.usage("--listen: found \"" + listen + "\", expected IP:PORT, such as 10.1.0.11:9093");
        }
        return Optional.of(new InetSocketAddress(InetAddress.getByName(ip), Integer.parseInt(port)));
    }
}
