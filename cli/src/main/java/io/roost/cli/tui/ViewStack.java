package io.roost.cli.tui;

import java.util.ArrayDeque;
import java.util.Deque;

/** The screens that lie upon each other; the one in front is seen. For the thread that draws. */
final class ViewStack {
    private final View bottom;
    private final RunFeed feed;
    private final Deque<View> views = new ArrayDeque<>();

    /** @param bottom where Esc ends */
    ViewStack(View bottom, RunFeed feed) {
        this.bottom = bottom;
        this.feed = feed;
        put(bottom);
    }

    private void put(View view) {
        views.push(view);
        view.shown(feed);
    }

    View front() {
        return views.peek();
    }

    boolean canGoBack() {
        return views.size() > 1;
    }

    /** In front of the others; Esc goes back. */
    void open(View view) {
        views.peek().hidden();
        put(view);
    }

    /** One of the main screens; Esc goes to the bottom from there. */
    void show(View view) {
        views.peek().hidden();
        views.clear();
        if (view != bottom) {
            views.push(bottom);
        }
        put(view);
    }

    void back() {
        if (canGoBack()) {
            views.pop().hidden();
            views.peek().shown(feed);
        }
    }
}
