package io.roost.hostchange;

import java.io.IOException;

import io.roost.posix.ByteString;
import io.roost.posix.Datagram;

/**
 * Tells a service manager how it is with this process, by the protocol of {@code sd_notify(3)}: datagrams of lines
 * {@code NAME=value} to the socket that the environment names in {@code NOTIFY_SOCKET}. Without that variable nothing is sent.
 * Thread-safe.
 */
final class Readiness {
    private final String socket;
    private final Notes notes;

    /** @param socket value of NOTIFY_SOCKET; null or empty for none */
    Readiness(String socket, Notes notes) {
        this.socket = socket == null ? "" : ByteString.ofText(socket);
        this.notes = notes;
    }

    void ready(String status) {
        send("READY=1\nSTATUS=" + status.replace('\n', ' '));
    }

    void status(String status) {
        send("WATCHDOG=1\nSTATUS=" + status.replace('\n', ' '));
    }

    void stopping() {
        send("STOPPING=1");
    }

    private void send(String text) {
        if (!socket.isEmpty()) {
            try {
                Datagram.send(socket, text);
            } catch (IOException | IllegalArgumentException e) {
                notes.warning("the service manager cannot be told: " + e.getMessage());
            }
        }
    }
}
