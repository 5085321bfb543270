package io.roost.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.RunRecord;
import io.roost.migrate.Settings;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The run as the store remembers it: its settings, so that another one does not go on with what these have copied without
 * knowing, and its arguments, so that {@code roost resume} can.
 */
final class RecordedRun {
    /** Which users, where the store is, and what was meant for that one time. */
    private static final Set<String> NOT_REPEATED = Set.of("--users-file", "--all", "--match", "--exclude-file", "--unfinished",
            "--state", "--continue", "--restart", "--dry-run");

    private final CheckpointStore store;
    private final RunRecord record;

    private RecordedRun(CheckpointStore store, RunRecord record) {
        this.store = store;
        this.record = record;
    }

    /**
     * What the run goes by.
     *
     * @throws CommandException if an unfinished one had other settings and the administrator has not said what to do about it
     */
    static Map<String, String> decisive(CheckpointStore store, RunOptions run, Site site, Settings settings)
            throws CommandException, IOException {
        Map<String, String> decisive = site.decisive();
        decisive.put("skip-unreadable", Boolean.toString(settings.skipUnreadable()));
        decisive.put("no-cache", Boolean.toString(!settings.carryCache()));
        Optional<RunRecord> earlier = store.run().filter(RunRecord::isUnfinished);
        if (earlier.isPresent() && !run.goOn && !run.restart) {
            requireSame(store, earlier.get(), decisive);
        }
        return decisive;
    }

    /** Records that a run begins, and its users. */
    static RecordedRun begin(CheckpointStore store, Map<String, String> decisive, ParseResult parsed, List<String> users) {
        long now = System.currentTimeMillis();
        RunRecord record = new RunRecord(now, 0, users.size(), decisive, arguments(parsed));
        store.register(users, now);
        store.putRun(record);
        return new RecordedRun(store, record);
    }

    private static void requireSame(CheckpointStore store, RunRecord earlier, Map<String, String> now) throws CommandException {
        List<String> differences = new ArrayList<>();
        Map<String, String> all = new LinkedHashMap<>(earlier.settings());
        all.putAll(now);
        for (String name : all.keySet()) {
            String then = earlier.settings().getOrDefault(name, "not known");
            String today = now.getOrDefault(name, "not known");
            if (!then.equals(today)) {
                differences.add(name + ": then " + then + ", now " + today);
            }
        }
        if (!differences.isEmpty()) {
            throw CommandException.usage("refused: the state directory " + store.path() + " has an unfinished run with other settings ("
                    + String.join("; ", differences) + "). Go on with its settings with roost resume, with those given now with "
                    + "--continue, or begin anew with --restart");
        }
    }

    /** What would say the same again, users and state directory aside. */
    static List<String> arguments(ParseResult parsed) {
        List<String> arguments = new ArrayList<>();
        for (ArgSpec arg : parsed.matchedArgs()) {
            if (!(arg instanceof OptionSpec option) || NOT_REPEATED.contains(option.longestName())) {
                continue;
            }
            for (String value : option.originalStringValues()) {
                arguments.add(option.longestName() + "=" + value);
            }
        }
        return arguments;
    }

    /** @param left users who are neither done nor failed */
    void end(int left) {
        store.putRun(record.ended(System.currentTimeMillis(), left));
    }
}
