package io.roost.hostchange;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.roost.dovecot.InvalidSettingException;

/**
 * IP addresses and networks who may ask: {@code 10.1.2.3}, {@code 10.1.0.0/16}, {@code 2001:db8::/32}. No names, which would
 * have to be looked up. Immutable and thread-safe.
 */
public final class AddressList {
    private final List<Network> networks;

    private record Network(byte[] address, int bits) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                if (((address[i / 8] ^ other[i / 8]) >> 7 - i % 8 & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private AddressList(List<Network> networks) {
        this.networks = networks;
    }

    /** @param entries none for nobody */
    public static AddressList of(List<String> entries) throws InvalidSettingException {
        List<Network> networks = new ArrayList<>();
        for (String entry : entries) {
            int slash = entry.indexOf('/');
            byte[] address = address(entry, slash < 0 ? entry : entry.substring(0, slash));
            int bits = address.length * 8;
            if (slash >= 0) {
                String prefix = entry.substring(slash + 1);
                if (!prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > bits) {
                    throw bad(entry);
                }
                bits = Integer.parseInt(prefix);
            }
            networks.add(new Network(address, bits));
        }
        return new AddressList(List.copyOf(networks));
    }

    private static byte[] address(String entry, String text) throws InvalidSettingException {
        boolean v4 = text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
        if (!v4 && !(text.matches("[0-9A-Fa-f:.]{2,45}") && text.contains(":"))) {
            throw bad(entry);
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            throw bad(entry);
        }
    }

    private static InvalidSettingException bad(String entry) {
        return new InvalidSettingException("--allow", entry, "an IP address or network, such as 10.1.2.3 or 10.1.0.0/16",
                "name the directors' addresses");
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return networks.stream().anyMatch(network -> network.contains(bytes));
    }
}
