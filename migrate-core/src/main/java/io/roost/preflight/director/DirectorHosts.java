package io.roost.preflight.director;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.MailHost;
import io.roost.director.RingMember;

/**
 * The machines that a director names, without this one.
 *
 * @param backends  IP addresses
 * @param directors IP addresses of the ring
 */
public record DirectorHosts(List<String> backends, List<String> directors) {
    /**
     * Asks the first director that answers.
     *
     * @param ours whether an IP address is this machine's
     * @throws IOException if none answers
     */
    public static DirectorHosts of(DirectorSide director, Predicate<String> ours) throws IOException {
        IOException first = new IOException("no director was named");
        for (DirectorAddress address : director.addresses()) {
            try (DirectorAdmin admin = director.connect(address, DirectorState.LIMITS)) {
                Set<String> backends = new LinkedHashSet<>();
                Set<String> directors = new LinkedHashSet<>();
                admin.hosts().stream().map(MailHost::ip).filter(ours.negate()).forEach(backends::add);
                admin.ring().stream().filter(m -> !m.type().equals("removed")).map(RingMember::ip)
                        .filter(ip -> !ip.isEmpty()).filter(ours.negate()).forEach(directors::add);
                return new DirectorHosts(List.copyOf(backends), List.copyOf(directors));
            } catch (IOException e) {
                first = e;
            }
        }
        throw first;
    }

    /** An address is ours if we can listen on it; interfaces do not list all that is theirs. */
    public static boolean isOurs(String ip) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(ip), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
