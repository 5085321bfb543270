package io.roost.cli.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All verbs. Another group of them is one line more here. */
public final class Verbs {
    private static final Map<String, Verb> BY_NAME = new LinkedHashMap<>();

    static {
        List<Verb> all = new ArrayList<>();
        all.addAll(RunVerbs.ALL);
        all.addAll(UserVerbs.ALL);
        all.addAll(CutoverVerbs.ALL);
        all.addAll(BackendVerbs.ALL);
        all.add(new Verb("help", "", "List the verbs.", Verb.Kind.LOOK, (run, history, argument, answer) -> help(answer)));
        all.forEach(verb -> BY_NAME.put(verb.name(), verb));
    }

    private Verbs() {
    }

    /** In the order of the help. */
    public static List<Verb> all() {
        return List.copyOf(BY_NAME.values());
    }

    public static Optional<Verb> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    private static void help(Answer answer) {
        for (Verb verb : all()) {
            answer.item("verb", "", json -> {
                json.writeStringField("name", verb.name());
                json.writeStringField("arguments", verb.arguments());
                json.writeStringField("help", verb.help());
            }, () -> List.of((verb.name() + " " + verb.arguments()).strip(), "    " + verb.help()));
        }
        answer.say("json before a verb gives JSON Lines; docs/scripting.md describes them");
    }
}
