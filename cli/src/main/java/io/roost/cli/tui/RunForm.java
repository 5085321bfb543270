package io.roost.cli.tui;

import java.util.ArrayList;
import java.util.List;

/** What a run is to be, before it is started: users and options, and the command line that they make. Not thread-safe. */
final class RunForm {
    /** One line of the form. */
    static final class Field {
        final String label;
        final String help;
        /** What may be chosen; empty if any text may be typed. */
        final List<String> choices;
        String value;

        private Field(String label, String help, String value, String... choices) {
            this.label = label;
            this.help = help;
            this.value = value;
            this.choices = List.of(choices);
        }

        void next() {
            value = choices.get((choices.indexOf(value) + 1) % choices.size());
        }

        private boolean isOn() {
            return value.equals("yes");
        }
    }

    private final String state;
    private final Field source = new Field("Users from", "where their names come from", "file", "file", "glob", "names",
            "Dovecot");
    private final Field users = new Field("Which", "a file with a name a line; a glob such as *@example.org; names with blanks "
            + "between them; nothing for all that Dovecot lists", "");
    private final Field single = new Field("One backend only", "whether no other server touches the mail of these users", "no",
            "no", "yes");
    private final Field unreadable = new Field("Skip unreadable", "whether to go on without mails that cannot be carried over, "
            + "and list them", "no", "no", "yes");
    private final Field workers = new Field("Workers", "users at the same time; nothing for the default", "");
    private final Field rate = new Field("Rate", "read no faster than this, such as 20MB/s; nothing for no limit", "");
    private final Field until = new Field("Until", "stop at this time of day, such as 06:00; nothing for no end", "");
    private final Field further = new Field("Further options", "as after roost migrate; quotes hold words together", "");

    /** @param options as for {@code roost migrate}, to begin with */
    RunForm(String stateDirectory, String options) {
        state = stateDirectory;
        further.value = options;
    }

    List<Field> fields() {
        return List.of(source, users, single, unreadable, workers, rate, until, further);
    }

    /** Why there can be neither plan nor run yet, empty if there can. */
    String missing() {
        if (users.value.isBlank() && !source.value.equals("Dovecot")) {
            return "Which: nothing is named";
        }
        return "";
    }

    /** The users, in words. */
    String whom() {
        String which = users.value.strip();
        return switch (source.value) {
            case "file" -> "the users in " + which;
            case "glob" -> "the users that match " + which;
            case "Dovecot" -> "all users that Dovecot lists";
            default -> words(which).size() == 1 ? which : words(which).size() + " users";
        };
    }

    /** Whether users are locked out and switched. */
    boolean cutsOver() {
        return words(further.value).contains("--cutover");
    }

    /** Arguments of Roost for a run, or for its plan. */
    List<String> arguments(boolean dryRun) {
        List<String> all = new ArrayList<>(List.of("migrate"));
        if (dryRun) {
            all.addAll(List.of("--dry-run", "--json"));
        } else {
            all.add("--state=" + state);
        }
        switch (source.value) {
            case "file" -> all.add("--users-file=" + users.value.strip());
            case "glob" -> all.add("--match=" + users.value.strip());
            case "Dovecot" -> all.add("--all");
            default -> all.addAll(words(users.value));
        }
        if (single.isOn() && !dryRun) {
            all.add("--single-backend");
        }
        if (unreadable.isOn()) {
            all.add("--skip-unreadable");
        }
        option(all, "--workers", workers);
        option(all, "--max-rate", rate);
        option(all, "--until", until);
        all.addAll(words(further.value));
        return all;
    }

    private static void option(List<String> all, String name, Field field) {
        if (!field.value.isBlank()) {
            all.add(name + "=" + field.value.strip());
        }
    }

    /** Words with blanks between them; single and double quotes hold blanks. */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (char c : line.toCharArray()) {
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                inWord = true;
            } else if (c == ' ') {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                }
                inWord = false;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** As one would type it. */
    static String commandLine(List<String> arguments) {
        List<String> quoted = new ArrayList<>(List.of("roost"));
        for (String argument : arguments) {
            quoted.add(argument.matches("[A-Za-z0-9_@%+=:,./~-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'");
        }
        return String.join(" ", quoted);
    }
}
