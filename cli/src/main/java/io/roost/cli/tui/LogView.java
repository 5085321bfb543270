package io.roost.cli.tui;

import java.util.List;

import io.roost.cli.control.JsonObject;

/** What happened, the newest at the bottom. */
final class LogView implements View {
    private final RunModel model;
    /** Events below the last one shown; 0 follows. */
    private int below;
    private int sizeThen;
    private int page = 10;

    LogView(RunModel model) {
        this.model = model;
    }

    @Override
    public String title() {
        return below == 0 ? "log, following" : "log, " + below + " events below";
    }

    @Override
    public void shown(RunFeed feed) {
        feed.want(Wishes.NONE);
    }

    @Override
    public void draw(Canvas canvas, int top, int bottom) {
        page = Math.max(1, bottom - top);
        int size = model.logSize();
        if (below > 0) {
            // what comes does not move what is being read
            below = Math.min(below + Math.max(0, size - sizeThen), Math.max(0, size - page));
        }
        sizeThen = size;
        List<JsonObject> events = model.log(page, below);
        int row = top;
        for (JsonObject event : events) {
            canvas.line(row++, Piece.plain(" "), EventLine.of(event));
        }
        if (events.isEmpty()) {
            canvas.line(top, Look.FAINT.of(" nothing has happened yet"));
        }
    }

    @Override
    public boolean key(Key key) {
        int most = Math.max(0, model.logSize() - page);
        switch (key.name()) {
            case UP -> below = Math.min(most, below + 1);
            case DOWN -> below = Math.max(0, below - 1);
            case PAGE_UP -> below = Math.min(most, below + page);
            case PAGE_DOWN -> below = Math.max(0, below - page);
            case HOME -> below = most;
            case END -> below = 0;
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public List<Binding> bindings() {
        return List.of(
                Binding.of("Up Down PgUp PgDn", "scroll", "Go through what has happened; it stands still while you read."),
                Binding.of("End", "follow", "Follow what happens."));
    }
}
