package io.roost.dovecot;

import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.DoveconfOutput.Block;

/**
 * A {@code service NAME { }} of Dovecot's settings.
 *
 * @param name       {@code lmtp}, {@code director}...
 * @param executable program and arguments; relative to {@code libexec_dir} unless absolute
 * @param sockets    unix sockets; fifos are left out
 * @param ports      listeners on TCP
 */
public record DovecotService(String name, String executable, List<UnixListener> sockets, List<InetListener> ports) {
    /**
     * @param path absolute; {@code base_dir} is put in front of a relative one
     * @param mode as configured, {@code 0600}; {@code 0} is switched off
     */
    public record UnixListener(String path, String mode) { }

    /**
     * @param name    such as {@code http}; may be empty
     * @param address empty for those of {@code listen}
     * @param port    0 if it is switched off
     */
    public record InetListener(String name, String address, int port) { }

    /** All services, in doveconf's order. */
    public static List<DovecotService> of(DovecotSettings settings) {
        String base = settings.get("base_dir");
        return settings.blocks("service").stream().map(block -> service(block, base)).toList();
    }

    private static DovecotService service(Block block, String base) {
        List<UnixListener> sockets = new ArrayList<>();
        List<InetListener> ports = new ArrayList<>();
        for (Block listener : block.blocks()) {
            if (listener.name().equals("unix_listener")) {
                String path = listener.argument();
                sockets.add(new UnixListener(path.startsWith("/") ? path : base + "/" + path,
                        listener.values().getOrDefault("mode", "")));
            } else if (listener.name().equals("inet_listener")) {
                String port = listener.values().getOrDefault("port", "0");
                ports.add(new InetListener(listener.argument(), listener.values().getOrDefault("address", ""),
                        port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0));
            }
        }
        return new DovecotService(block.argument(), block.values().getOrDefault("executable", ""), List.copyOf(sockets),
                List.copyOf(ports));
    }

    /** Whether anybody can connect to it. */
    public boolean listens() {
        return ports.stream().anyMatch(p -> p.port() > 0) || sockets.stream().anyMatch(s -> !s.mode().matches("0*"));
    }
}
