package io.roost.cli.tui;

/**
 * A key, what it does, and why it does not at the moment.
 *
 * @param keys     as shown
 * @param what     a word or two, for the bottom line
 * @param help     a sentence
 * @param disabled the reason, empty if it works
 */
record Binding(String keys, String what, String help, String disabled) {
    static Binding of(String keys, String what, String help) {
        return new Binding(keys, what, help, "");
    }

    boolean isEnabled() {
        return disabled.isEmpty();
    }
}
