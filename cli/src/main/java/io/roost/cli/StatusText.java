package io.roost.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.roost.checkpoint.MailboxRecord;
import io.roost.checkpoint.UserRecord;
import io.roost.checkpoint.UserState;
import io.roost.cli.screen.Align;
import io.roost.cli.screen.Quantity;
import io.roost.cli.screen.Screen;
import io.roost.cli.screen.Span;
import io.roost.cli.screen.Style;
import io.roost.cli.screen.Table;

/** Status for people. Users are printed a screenful at a time, so that any number of them passes. */
final class StatusText implements StatusOutput {
    private static final int ROWS = 500;

    private final Screen screen;
    private final Map<UserState, Long> states = new EnumMap<>(UserState.class);
    private final List<UserRecord> failed = new ArrayList<>();
    private final long now = System.currentTimeMillis();
    private Table table = table();

    StatusText(Screen screen) {
        this.screen = screen;
    }

    private static Table table() {
        return new Table().elasticColumn("User").column("State", Align.LEFT).column("Mails", Align.RIGHT)
                .column("of", Align.RIGHT).column("Size", Align.RIGHT).column("Started", Align.LEFT)
                .column("Updated", Align.LEFT);
    }

    @Override
    public void user(UserRecord user) {
        states.merge(user.state(), 1L, Long::sum);
        if (user.state() == UserState.FAILED) {
            failed.add(user);
        }
        table.row(user.name(), state(user.state()), Quantity.count(user.mailsPlaced()), Quantity.count(user.mailsTotal()),
                Quantity.bytes(user.bytesPlaced()), Quantity.when(user.started(), now), Quantity.when(user.updated(), now));
        if (table.size() == ROWS) {
            flush();
        }
    }

    private void flush() {
        if (table.size() > 0) {
            screen.table(table);
            failed.forEach(u -> screen.paragraph(u.name() + ": ", "    ", u.error()));
            failed.clear();
            table = table();
        }
    }

    static Span state(UserState state) {
        Style style = switch (state) {
            case DONE -> Style.GOOD;
            case FAILED -> Style.BAD;
            default -> Style.PLAIN;
        };
        return new Span(style, JsonFields.id(state));
    }

    @Override
    public void end(String store) {
        flush();
        long users = states.values().stream().mapToLong(n -> n).sum();
        if (users == 0) {
            screen.line("No users in " + store + " yet.");
            return;
        }
        List<String> parts = new ArrayList<>();
        states.forEach((state, count) -> parts.add(Quantity.count(count) + " " + JsonFields.id(state)));
        screen.line();
        screen.line(Quantity.count(users, "user", "users") + ": " + String.join(", ", parts));
    }

    @Override
    public void details(UserRecord user, List<MailboxRecord> mailboxes, List<String> problems) {
        screen.line(Style.HEADING.of(user.name()), Span.plain(": "), state(user.state()));
        item("placed", Quantity.count(user.mailsPlaced()) + " of " + Quantity.count(user.mailsTotal(), "mail", "mails") + ", "
                + Quantity.bytes(user.bytesPlaced()));
        item("started", Quantity.time(user.started()));
        item("updated", Quantity.time(user.updated()));
        item("finished", Quantity.time(user.finished()));
        if (!user.error().isEmpty()) {
            item("error", user.error());
        }
        if (!mailboxes.isEmpty()) {
            screen.line();
            Table boxes = new Table().elasticColumn("Mailbox").column("Mails", Align.RIGHT);
            mailboxes.forEach(m -> boxes.row(m.displayName(), Quantity.count(m.mails())));
            screen.table(boxes, "  ");
        }
        if (!problems.isEmpty()) {
            screen.line();
            screen.line(Style.HEADING.of("Problems"));
            problems.forEach(p -> screen.paragraph("  - ", "    ", p));
        }
    }

    private void item(String name, String value) {
        screen.paragraph("  " + String.format("%-9s", name), " ".repeat(11), value);
    }
}
