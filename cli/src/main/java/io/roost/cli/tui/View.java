package io.roost.cli.tui;

import java.util.List;

/** One screen. Called by the thread that draws, and by no other. */
interface View {
    /** As the title bar shows it. */
    String title();

    /** It comes to the front: says what it wants to see. */
    default void shown(RunFeed feed) {
    }

    /** Another one comes in front of it, or takes its place. */
    default void hidden() {
    }

    /** Whether something that it would show now has been asked for and has not come. */
    default boolean lacks() {
        return false;
    }

    /** Draws itself into the rows from {@code top} up to and without {@code bottom}. */
    void draw(Canvas canvas, int top, int bottom);

    /** @return whether the key means something here */
    boolean key(Key key);

    /** The mouse was clicked at a place of the screen, both from 0. */
    default void click(int row, int column) {
    }

    /** The keys that mean something here, beside those that mean the same everywhere. */
    List<Binding> bindings();
}
