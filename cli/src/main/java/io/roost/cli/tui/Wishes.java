package io.roost.cli.tui;

import java.util.List;

import io.roost.cli.control.ControlClient;
import io.roost.cli.control.ControlException;
import io.roost.cli.control.JsonObject;
import io.roost.cli.control.RefusedException;

/**
 * What the screen in front wants to see, beside what always comes.
 *
 * @param users    a part of the list of users, null for none
 * @param failures those that need attention, null for none
 * @param user     all that is known of one, null for none
 * @param cluster  whether the backends are wanted
 */
record Wishes(UsersQuery users, UsersQuery failures, String user, boolean cluster) {
    private static final int MOST = 1_000;
    static final Wishes NONE = new Wishes(null, null, null, false);

    static Wishes forUsers(UsersQuery query) {
        return new Wishes(query, null, null, false);
    }

    static Wishes forFailures(UsersQuery query) {
        return new Wishes(null, query, null, false);
    }

    static Wishes forUser(String name) {
        return new Wishes(null, null, name, false);
    }

    static Wishes forCluster() {
        return new Wishes(null, null, null, true);
    }

    /** What is worth knowing of a run that has ended, beside these. */
    Wishes atTheEnd() {
        return new Wishes(users, UsersQuery.failures(MOST), user, true);
    }

    /**
     * What has come of them, null for what was not wanted.
     *
     * @param status of the run, taken right after the rest: the counts belong to the lists
     */
    record Seen(RunModel.UsersPage users, RunModel.UsersPage failures, RunModel.UserPage user, List<JsonObject> cluster,
            JsonObject status) {
        /** Without what is not wanted any more. */
        Seen only(Wishes now) {
            return new Seen(now.users == null ? null : users, now.failures == null ? null : failures,
                    user != null && user.name().equals(now.user) ? user : null, now.cluster ? cluster : null, status);
        }
    }

    /** Asks for all of them. */
    Seen look(ControlClient run) throws ControlException, RefusedException {
        return new Seen(page(run, users), page(run, failures), user(run, user), cluster ? cluster(run) : null,
                run.objects("status").get(0));
    }

    private static RunModel.UsersPage page(ControlClient run, UsersQuery query) throws ControlException {
        if (query == null) {
            return null;
        }
        List<JsonObject> objects;
        try {
            objects = run.objects(query.request());
        } catch (RefusedException e) {
            // such as by a run of an older Roost, which knows less
            return new RunModel.UsersPage(query, List.of(), 0, e.getMessage());
        }
        int rows = Math.max(0, objects.size() - 1);
        int total = objects.isEmpty() ? 0 : (int) objects.get(rows).number("total");
        return new RunModel.UsersPage(query, List.copyOf(objects.subList(0, rows)), total);
    }

    private static RunModel.UserPage user(ControlClient run, String name) throws ControlException {
        if (name == null) {
            return null;
        }
        try {
            List<JsonObject> objects = run.objects("user " + name);
            return new RunModel.UserPage(name, objects.get(0), objects.subList(1, objects.size()), "");
        } catch (RefusedException e) {
            return new RunModel.UserPage(name, null, List.of(), e.getMessage());
        }
    }

    /** All that the answer has; a run of an older Roost has no such verb. */
    private static List<JsonObject> cluster(ControlClient run) throws ControlException {
        try {
            return run.objects("backends");
        } catch (RefusedException e) {
            return List.of();
        }
    }
}
