package io.roost.cli.tui;

/**
 * How a piece of a screen stands out. Colour is never the only sign of anything: without colours the words and marks remain.
 */
enum Look {
    PLAIN("", ""), BOLD("1", "1"), GOOD("32", ""), WARNING("33", ""), BAD("1;31", "1"), FAINT("2", ""), KEY("1;36", "1"),
    /** Title and selected row. */
    BAR("7", "7"), SELECTED("7", "7");

    private final String coloured;
    private final String plain;

    Look(String coloured, String plain) {
        this.coloured = coloured;
        this.plain = plain;
    }

    /** SGR parameters, empty for none; of the 16 colours only. */
    String code(boolean colours) {
        return colours ? coloured : plain;
    }

    Piece of(String text) {
        return new Piece(this, text);
    }
}
