package io.roost.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class StateOptionTest {
    @Test
    void rootHasTheSystemsPlaceOthersTheirOwn() throws CommandException {
        assertEquals("/var/lib/roost", StateOption.defaultDirectory(true, "/x", "/root"));
        assertEquals("/x/roost", StateOption.defaultDirectory(false, "/x", "/home/a"));
        assertEquals("/home/a/.local/state/roost", StateOption.defaultDirectory(false, null, "/home/a"));
        assertEquals("/home/a/.local/state/roost", StateOption.defaultDirectory(false, "relative", "/home/a"));
        assertThrows(CommandException.class, () -> StateOption.defaultDirectory(false, null, null));
    }

    @Test
    void theOptionWins() throws CommandException {
        StateOption option = new StateOption();
        option.state = "/elsewhere";
        assertEquals("/elsewhere", option.directory());
        option.state = "";
        assertThrows(CommandException.class, option::directory);
    }
}
