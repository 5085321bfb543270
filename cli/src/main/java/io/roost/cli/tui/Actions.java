package io.roost.cli.tui;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;
import io.roost.cli.control.RefusedException;
import io.roost.cli.control.Verb;
import io.roost.cli.control.Verbs;

/** What an operator can have done, and what is asked before. The run decides; its answer is what is shown. */
final class Actions {
    private static final long LEAST_BYTES = 1_000;
    private static final long PLENTY_BYTES = 2_000_000_000L;

    private final Session session;
    private final RunModel model;
    private final RunFeed feed;
    private final String state;
    private final boolean readOnly;

    Actions(Session session, RunModel model, RunFeed feed, String stateDirectory, boolean readOnly) {
        this.session = session;
        this.model = model;
        this.feed = feed;
        state = stateDirectory;
        this.readOnly = readOnly;
    }

    /** Why a verb cannot be used now, empty if it can. */
    String whyNot(String verb) {
        if (!model.trouble().isEmpty()) {
            return "there is no run";
        }
        if (model.hasEnded()) {
            return "the run has ended";
        }
        if (readOnly) {
            return "this session only looks (--read-only)";
        }
        return model.verbs().contains(verb) ? "" : "this run knows no " + verb;
    }

    /** A key that does what a verb does. */
    Binding binding(String verb, String keys, String what, String help, String alsoDisabled) {
        String why = whyNot(verb);
        return new Binding(keys, what, help, why.isEmpty() ? alsoDisabled : why);
    }

    void openUser(String name) {
        session.open(new UserView(model, this, name));
    }

    /** Asks for something at once and shows what the run says. */
    void send(String verb, String request) {
        String why = whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        feed.send(request, reply -> session.say(reply.isRefused() ? Look.BAD : Look.GOOD, reply.isRefused() ? verb + ": "
                + reply.refusal() : String.join("; ", reply.lines())));
    }

    void pauseOrResume() {
        JsonObject status = model.status();
        boolean paused = status != null && status.text("state").equals("paused");
        send(paused ? "resume" : "pause", paused ? "resume" : "pause");
    }

    /** Halves the rate, or sets one of half of what is read now. */
    void slower() {
        JsonObject status = model.status();
        if (status == null) {
            return;
        }
        long limit = limit(status);
        long half = (limit > 0 ? limit : status.number("bytes_per_second")) / 2;
        send("rate", "rate " + rounded(Math.max(LEAST_BYTES, half)));
    }

    /** Doubles the rate, and lifts it where that is more than anything needs. */
    void faster() {
        JsonObject status = model.status();
        if (status == null) {
            return;
        }
        long limit = limit(status);
        if (limit == 0) {
            session.say(Look.WARNING, "faster: no operator's limit is set" + (status.object("throttle").text("reason").isEmpty() ? ""
                    : "; what holds the run back is " + status.object("throttle").text("reason")));
            return;
        }
        send("rate", "rate " + (limit * 2 > PLENTY_BYTES ? "full" : rounded(limit * 2)));
    }

    /** Bytes per second that operators allow, 0 if they set no limit. */
    private static long limit(JsonObject status) {
        return status.object("throttle").objects("sources").stream().filter(s -> s.text("source").equals("limit"))
                .mapToLong(s -> s.number("bytes_per_second")).findFirst().orElse(0);
    }

    /** Two digits that matter, as the verb takes them. */
    static String rounded(long bytes) {
        long unit = 1;
        while (bytes / unit >= 100) {
            unit *= 10;
        }
        long value = Math.max(LEAST_BYTES, bytes / unit * unit);
        if (value >= 1_000_000) {
            return String.format(Locale.ROOT, value % 1_000_000 == 0 ? "%.0fMB/s" : "%.1fMB/s", value / 1e6);
        }
        return String.format(Locale.ROOT, value % 1_000 == 0 ? "%.0fkB/s" : "%.1fkB/s", value / 1e3);
    }

    void retry(List<String> users, Runnable done) {
        each("retry", users, "try " + named(users) + " again before all others", done);
    }

    void skip(List<String> users, Runnable done) {
        each("skip", users, "take " + named(users) + " out of this run (another run may do it)", done);
    }

    private static String named(List<String> users) {
        return users.size() == 1 ? users.get(0) : users.size() + " marked users";
    }

    private void each(String verb, List<String> users, String what, Runnable done) {
        String why = users.isEmpty() ? "no user is under the bar" : whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        session.confirm(what + "?", () -> {
            int[] counts = new int[2];
            String[] lastRefusal = {""};
            for (String user : users) {
                feed.send(verb + " " + user, reply -> {
                    counts[reply.isRefused() ? 1 : 0]++;
                    lastRefusal[0] = reply.isRefused() ? reply.refusal() : lastRefusal[0];
                    session.say(counts[1] > 0 ? Look.BAD : Look.GOOD, verb + ": " + (users.size() == 1 && counts[0] == 1
                            ? String.join("; ", reply.lines()) : counts[0] + " of " + users.size())
                            + (counts[1] > 0 ? ", refused " + counts[1] + ": " + lastRefusal[0] : ""));
                });
            }
            done.run();
        });
    }

    void stop() {
        String why = whyNot("stop");
        if (!why.isEmpty()) {
            session.say(Look.WARNING, "stop: " + why);
            return;
        }
        session.confirm("end the whole run; users in flight end at a safe step?", () -> send("stop", "stop"));
    }

    /** Writes a list of users to a file that is named then. */
    void save(UsersQuery list) {
        session.ask("save to file: ", "", path -> {
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
        try {
            List<String> lines = new ArrayList<>(List.of("user\tphase\tattempts\tmails_done\tmails_total\tbytes_total\terror"));
            for (JsonObject row : RunFeed.all(state, list)) {
                lines.add(String.join("\t", row.user(), row.text("phase"), String.valueOf(row.number("attempts")), String.valueOf(row
                        .number("mails_done")), String.valueOf(row.number("mails_total")), String.valueOf(row.number("bytes_total")),
                        row.text("error").replaceAll("\\p{Cntrl}", " ")));
            }
            Files.write(Path.of(path), lines, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return "written: " + path + ", " + (lines.size() - 1) + " users";
        } catch (FileAlreadyExistsException e) {
            return "not written: " + path + " exists already; name another file";
        } catch (ControlException | RefusedException e) {
            return "not written: " + e.getMessage();
        } catch (IOException | RuntimeException e) {
            return "not written: " + path + ": " + e.getMessage();
        }
    }

    /** A line of the {@code :} prompt. */
    void command(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return;
        }
        int blank = text.indexOf(' ');
        String verb = blank < 0 ? text : text.substring(0, blank);
        if (session.local(verb, blank < 0 ? "" : text.substring(blank + 1).strip())) {
            return;
        }
        Verb.Kind kind = Verbs.named(verb).map(Verb::kind).orElse(Verb.Kind.LOOK);
        String why = kind == Verb.Kind.LOOK ? "" : whyNot(verb);
        if (!why.isEmpty()) {
            session.say(Look.WARNING, verb + ": " + why);
            return;
        }
        Runnable send = () -> feed.send(text, reply -> show(verb, reply));
        if (kind == Verb.Kind.USER || kind == Verb.Kind.END) {
            session.confirm(text + "?", send);
        } else {
            send.run();
        }
    }

    private void show(String verb, RunFeed.Reply reply) {
        if (reply.isRefused()) {
            session.say(Look.BAD, verb + ": " + reply.refusal());
        } else if (reply.lines().size() > 1) {
            session.open(new TextView(verb, canvas -> {
                List<Piece> lines = new ArrayList<>();
                reply.lines().forEach(line -> canvas.glyphs().wrap(line, canvas.columns() - 2).forEach(part -> lines.add(
                        Piece.plain(part))));
                return lines;
            }));
        } else {
            session.say(Look.GOOD, reply.lines().isEmpty() ? verb + ": ok" : reply.lines().get(0));
        }
    }

    /** What a line of the {@code :} prompt may become. */
    List<String> completions(String begun) {
        int blank = begun.indexOf(' ');
        if (blank < 0) {
            List<String> names = new ArrayList<>(model.verbs());
            names.addAll(Session.LOCAL);
            return names.stream().distinct().filter(name -> name.startsWith(begun)).sorted().map(name -> name + " ").toList();
        }
        String verb = begun.substring(0, blank);
        String name = begun.substring(blank + 1);
        boolean takesUser = verb.equals("user") || Verbs.named(verb).filter(v -> v.kind() == Verb.Kind.USER).isPresent();
        return takesUser ? session.knownUsers().stream().filter(user -> user.startsWith(name)).sorted().distinct()
                .map(user -> verb + " " + user).toList() : List.of();
    }
}
