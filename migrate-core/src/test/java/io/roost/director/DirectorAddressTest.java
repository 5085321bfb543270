package io.roost.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.InvalidSettingException;

class DirectorAddressTest {
    @Test
    void readsSocketsAndPorts() throws InvalidSettingException {
        assertEquals("/run/dovecot/director-admin", DirectorAddress.parse("unix:/run/dovecot/director-admin").toString());
        assertEquals(new DirectorAddress("/a", "", 0), DirectorAddress.parse("/a"));
        assertEquals(new DirectorAddress("", "mail-1.example.org", 9095), DirectorAddress.parse("tcp:mail-1.example.org:9095"));
        assertEquals("[fd00::2]:9095", DirectorAddress.parse("[fd00::2]:9095").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":1", "host:0", "host:65536", "host:1x", "fd00::2:9095", "unix:relative", "unix:h:1",
        "tcp:/path:1", "a b:1", "a\nb:1", "/x\0y"})
    void refusesOthers(String text) {
        assertThrows(InvalidSettingException.class, () -> DirectorAddress.parse(text));
    }

    @Test
    void refusesPathsThatTheSystemWouldCut() {
        assertThrows(InvalidSettingException.class, () -> DirectorAddress.parse("/" + "x".repeat(107)));
    }
}
