package io.roost.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserState;

/**
 * The users that the command line means: named, from files, from Dovecot or from the store, those that match, without the
 * excluded ones, each once, in the order in which they were found. Everything is read and checked before anything is begun.
 */
final class UserSelection {
    private final UserOptions options;
    private final InputStream standardInput;

    UserSelection(UserOptions options, InputStream standardInput) {
        this.options = options;
        this.standardInput = standardInput;
    }

    /** @throws CommandException if nobody is named at all */
    void requireSome() throws CommandException {
        if (options.users.isEmpty() && options.files.isEmpty() && !options.all && options.globs.isEmpty() && !options.unfinished) {
            throw CommandException.usage("no users: name some, or give --users-file FILE, --all, --match GLOB or --unfinished");
        }
    }

    /** Whether exactly one user is meant, by name: somebody sits and waits. */
    boolean isOneByName() {
        return options.users.size() == 1 && options.files.isEmpty() && !options.all && options.globs.isEmpty() && !options.unfinished;
    }

    /**
     * @param site  asked for {@code --all}
     * @param store asked for {@code --unfinished}; may be null if that was not given
     */
    List<String> resolve(Site site, CheckpointStore store) throws CommandException, IOException {
        requireSome();
        UserList list = new UserList();
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < options.users.size(); i++) {
            list.add(options.users.get(i), "argument " + (i + 1), names);
        }
        for (String file : options.files) {
            list.read("--users-file", file, standardInput, names);
        }
        boolean named = !options.users.isEmpty() || !options.files.isEmpty() || options.unfinished;
        if (options.all || !named) {
            for (String name : site.allUsers()) {
                list.add(name, "Dovecot's userdb", names);
            }
        }
        if (options.unfinished && store != null) {
            store.users(user -> {
                if (user.state() != UserState.DONE) {
                    names.add(user.name());
                }
            });
        }
        Set<String> excluded = new LinkedHashSet<>();
        for (String file : options.excludeFiles) {
            list.read("--exclude-file", file, standardInput, excluded);
        }
        list.requireWellFormed();
        names.removeAll(excluded);
        if (!options.globs.isEmpty()) {
            List<Pattern> patterns = options.globs.stream().map(UserSelection::pattern).toList();
            names.removeIf(name -> patterns.stream().noneMatch(pattern -> pattern.matcher(name).matches()));
        }
        return new ArrayList<>(names);
    }

    static Pattern pattern(String glob) {
        StringBuilder regex = new StringBuilder();
        glob.codePoints().forEach(c -> regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c))));
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
