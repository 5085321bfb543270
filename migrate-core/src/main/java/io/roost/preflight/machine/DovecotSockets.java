package io.roost.preflight.machine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DovecotService;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;

/** The sockets of the running Dovecot that Roost talks to, by connecting: the userdb, anvil (who is logged in), doveadm. */
public final class DovecotSockets implements Check {
    /** Service, socket below {@code base_dir}, and what for. */
    private static final List<List<String>> NEEDED = List.of(
            List.of("auth-userdb", "Roost asks the userdb where mail is"),
            List.of("anvil", "Roost waits until nobody is logged in"),
            List.of("doveadm-server", "doveadm kick, purge and index go through it"));

    @Override
    public List<String> ids() {
        return List.of("socket-auth-userdb", "socket-anvil", "socket-doveadm-server");
    }

    @Override
    public boolean isOfSettings() {
        return true;
    }

    @Override
    public List<Finding> look(Backend backend) {
        List<Finding> findings = new ArrayList<>();
        String base = backend.settings().get("base_dir");
        for (List<String> needed : NEEDED) {
            String path = base + "/" + needed.get(0);
            Question question = new Question("socket-" + needed.get(0), path, "a socket that answers", needed.get(1));
            findings.add(backend.live() ? connect(backend, question, path)
                    : question.unknown("the settings are from a file, of another Dovecot perhaps",
                    "run without --settings on the backend"));
        }
        return findings;
    }

    private static Finding connect(Backend backend, Question question, String path) {
        boolean configured = DovecotService.of(backend.settings()).stream().flatMap(s -> s.sockets().stream())
                .anyMatch(s -> s.path().equals(path) && !s.mode().matches("0*"));
        if (!configured) {
            return question.unsafe("no unix_listener " + path.substring(path.lastIndexOf('/') + 1),
                    "take the line out that switches it off");
        }
        Path socket = Path.of(path);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            if (path.endsWith("/doveadm-server")) {
                // it would log an error about whoever leaves without a word
                channel.write(StandardCharsets.US_ASCII.encode("VERSION\tdoveadm-server\t1\t0\n"));
                channel.shutdownOutput();
            }
            return question.ok("it takes connections");
        } catch (IOException e) {
            String said = String.valueOf(e.getMessage());
            if (!Files.exists(socket)) {
                return Files.isExecutable(socket.getParent()) || !Files.exists(socket.getParent())
                        ? question.unsafe("it is not there: Dovecot does not run", "start Dovecot")
                        : question.unknown("this user may not look into " + socket.getParent(), "run as root");
            }
            return said.contains("ermission") ? question.unknown(said, "run as root") : question.unsafe(said, "start Dovecot");
        }
    }
}
