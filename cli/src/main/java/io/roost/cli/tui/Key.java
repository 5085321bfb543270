package io.roost.cli.tui;

/**
 * A key that was pressed.
 *
 * @param name      what sort it is
 * @param codePoint the character of {@link Name#CHARACTER}, else 0
 * @param row       of {@link Name#CLICK}, from 0
 * @param column    likewise
 */
record Key(Name name, int codePoint, int row, int column) {
    /** Sorts of keys. */
    enum Name {
        CHARACTER, UP, DOWN, LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, ENTER, ESCAPE, TAB, BACKSPACE, DELETE,
        INTERRUPT, REDRAW, KILL_LINE,
        /** Of the mouse, at a place of the screen. */
        CLICK, WHEEL_UP, WHEEL_DOWN,
        /** Around text that is pasted, from terminals that tell. */
        PASTE_BEGINS, PASTE_ENDS,
        /** Something that means nothing here. */
        OTHER,
        /** The terminal is gone. */
        GONE
    }

    static Key of(Name name) {
        return new Key(name, 0, 0, 0);
    }

    static Key character(int codePoint) {
        return new Key(Name.CHARACTER, codePoint, 0, 0);
    }

    boolean is(char c) {
        return name == Name.CHARACTER && codePoint == c;
    }
}
