package io.roost.cli.hostchange;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.roost.cli.screen.Align;
import io.roost.cli.screen.JsonLines;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;
import io.roost.hostchange.Inspector.Inspection;
import io.roost.hostchange.Inspector.State;
import io.roost.posix.ByteString;

/** What {@code check} found, for people a screenful at a time, or for scripts. */
final class InspectionReport {
    private static final int ROWS = 500;

    private final Screen screen;
    private final JsonLines json;
    private final Map<State, Long> states = new EnumMap<>(State.class);
    private final long now = System.currentTimeMillis() / 1000;
    private long bytes;
    private long unexplained;
    private Table table = table();

    /** @param json null for people */
    InspectionReport(Screen screen, JsonLines json) {
        this.screen = screen;
        this.json = json;
    }

    private static Table table() {
        return new Table().elasticColumn("User").column("State", Align.LEFT).column("Age", Align.RIGHT)
                .column("Size", Align.RIGHT).column("Why", Align.LEFT);
    }

    void user(Inspection found) {
        states.merge(found.state(), 1L, Long::sum);
        bytes += found.bytes();
        long age = found.newest() == 0 ? 0 : Math.max(0, now - found.newest());
        if (json != null) {
            json.object("list_index", found.user(), out -> {
                out.writeStringField("state", id(found.state()));
                out.writeStringField("reason", found.reason());
                out.writeStringField("path", ByteString.toText(found.path().path()));
                out.writeNumberField("files", found.files());
                out.writeNumberField("bytes", found.bytes());
                out.writeNumberField("age_seconds", age);
            });
            return;
        }
        Style style = found.state() == State.FRESH ? Style.GOOD : found.state() == State.NONE ? Style.PLAIN : Style.BAD;
        table.row(found.user(), new Span(style, id(found.state())), found.newest() == 0 ? "-" : Quantity.wholeSeconds(age),
                Quantity.bytes(found.bytes()), found.reason());
        if (table.size() == ROWS) {
            flush();
        }
    }

    void unexplained(String path) {
        unexplained++;
        String text = ByteString.toText(path);
        if (json != null) {
            json.object("unexplained", "", out -> out.writeStringField("path", text));
        } else {
            screen.message("not a user's directory by LISTINDEX, left alone: " + text);
        }
    }

    private void flush() {
        if (table.size() > 0) {
            screen.table(table);
            table = table();
        }
    }

    void end() {
        long users = states.values().stream().mapToLong(n -> n).sum();
        if (json != null) {
            json.object("summary", "", out -> {
                out.writeNumberField("users", users);
                out.writeObjectFieldStart("states");
                for (State state : State.values()) {
                    out.writeNumberField(id(state), states.getOrDefault(state, 0L));
                }
                out.writeEndObject();
                out.writeNumberField("bytes", bytes);
                out.writeNumberField("unexplained", unexplained);
            });
            return;
        }
        flush();
        StringBuilder line = new StringBuilder(Quantity.count(users, "user", "users"));
        states.forEach((state, n) -> line.append(", ").append(Quantity.count(n)).append(' ').append(id(state)));
        screen.line(line.append(": ").append(Quantity.bytes(bytes)).toString());
    }

    private static String id(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
