package io.roost.cli.tui;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;
import io.roost.cli.control.RefusedException;

/**
 * A list of users as a file: a line a user, tabs between the columns, names of these in the first line; control characters are
 * blanks. Users stand in the order of the run, each once, as they were when their turn came.
 */
final class TableFile {
    private static final String HEADING = String.join("\t", "user", "phase", "attempts", "mails_done", "mails_total",
            "bytes_total", "seconds", "changed", "error") + "\n";

    private final Session session;
    private final RunModel model;
    private final String state;

    TableFile(Session session, RunModel model, String stateDirectory) {
        this.session = session;
        this.model = model;
        state = stateDirectory;
    }

    /** Asks for a name, and writes the list to a file of that name, on a thread of its own. */
    void save(UsersQuery list) {
        session.dialogue().ask(Dialogue.Line.of("save to file: ", ""), path -> {
            if (path.isBlank()) {
                return;
            }
            Thread thread = new Thread(() -> {
                String said = write(list, path.strip());
                model.post(() -> session.say(said.startsWith("written") ? Look.GOOD : Look.BAD, said));
            }, "tui-save");
            thread.setDaemon(true);
            thread.start();
        });
    }

    private String write(UsersQuery list, String path) {
        long[] users = new long[1];
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(path), StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
            out.write(HEADING);
            RunFeed.all(state, list, row -> {
                try {
                    out.write(line(row));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                users[0]++;
            });
        } catch (FileAlreadyExistsException e) {
            return "not written, that file exists already: " + path;
        } catch (ControlException | RefusedException e) {
            return "NOT COMPLETE: " + e.getMessage() + ": " + path;
        } catch (IOException | RuntimeException e) {
            return "not written: " + path + ": " + e.getMessage();
        }
        return "written: " + path + ", " + users[0] + (users[0] == 1 ? " user" : " users");
    }

    private static String line(JsonObject row) {
        return String.join("\t", field(row.user()), row.text("phase"), String.valueOf(row.number("attempts")),
                String.valueOf(row.number("mails_done")), String.valueOf(row.number("mails_total")),
                String.valueOf(row.number("bytes_total")), String.valueOf(row.decimal("seconds")), row.text("changed"),
                field(row.text("error"))) + "\n";
    }

    private static String field(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }
}
