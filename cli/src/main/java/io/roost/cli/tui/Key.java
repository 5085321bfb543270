package io.roost.cli.tui;

/**
 * A key that was pressed.
 *
 * @param name      what sort it is
 * @param codePoint the character of {@link Name#CHARACTER}, else 0
 */
record Key(Name name, int codePoint) {
    /** Sorts of keys. */
    enum Name {
        CHARACTER, UP, DOWN, LEFT, RIGHT, PAGE_UP, PAGE_DOWN, HOME, END, ENTER, ESCAPE, TAB, BACKSPACE, DELETE, INTERRUPT, REDRAW,
        KILL_LINE,
        /** Something that means nothing here. */
        OTHER,
        /** The terminal is gone. */
        GONE
    }

    static Key of(Name name) {
        return new Key(name, 0);
    }

    static Key character(int codePoint) {
        return new Key(Name.CHARACTER, codePoint);
    }

    boolean is(char c) {
        return name == Name.CHARACTER && codePoint == c;
    }
}
