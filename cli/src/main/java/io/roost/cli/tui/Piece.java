package io.roost.cli.tui;

/** A piece of a line: text from anybody, and how it stands out. */
record Piece(Look look, String text) {
    static Piece plain(String text) {
        return new Piece(Look.PLAIN, text);
    }
}
