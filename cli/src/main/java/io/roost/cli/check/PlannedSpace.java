package io.roost.cli.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.roost.cli.screen.Quantity;
import io.roost.migrate.Account;
import io.roost.migrate.Plan;
import io.roost.migrate.Planner;
import io.roost.migrate.Settings;
import io.roost.posix.ByteString;
import io.roost.posix.FileSystemStatus;
import io.roost.preflight.Backend;
import io.roost.preflight.Check;
import io.roost.preflight.Finding;
import io.roost.preflight.Finding.Question;
import io.roost.preflight.MailPaths;
import io.roost.preflight.Mount;

/**
 * Whether the targets' file systems have room for all that were named, while their Maildirs are still there. Reads the
 * Maildirs.
 */
public final class PlannedSpace implements Check {
    private final List<Account> accounts;
    private final Settings settings;

    /** @param accounts those who are not migrated yet */
    public PlannedSpace(List<Account> accounts, Settings settings) {
        this.accounts = List.copyOf(accounts);
        this.settings = settings;
    }

    private static final class Need {
        private long bytes;
        private long files;
        private FileSystemStatus space;
        private int users;
    }

    @Override
    public List<String> ids() {
        return List.of("space");
    }

    @Override
    public List<Finding> look(Backend backend) throws IOException, InterruptedException {
        Map<String, Need> needs = new LinkedHashMap<>();
        for (Account account : accounts) {
            Plan plan = new Planner(account, settings).plan();
            if (plan.space().isEmpty()) {
                return List.of(question("target of " + account.user()).unknown("its directory is not there",
                        "mount or create it"));
            }
            String at = backend.mounts().find(MailPaths.parentOf(account.target().root())).map(Mount::mountPoint).orElse("?");
            Need need = needs.computeIfAbsent(at, a -> new Need());
            need.bytes += plan.dataBytes() + plan.indexBytes();
            need.files += plan.files();
            need.space = plan.space().get();
            need.users++;
        }
        List<Finding> findings = new ArrayList<>();
        needs.forEach((at, need) -> findings.add(judge(ByteString.toText(at), need)));
        if (findings.isEmpty() && !backend.users().isEmpty()) {
            // all of them are moved
            return List.of();
        }
        return findings.isEmpty() ? List.of(question("targets").unknown("no user was given who has a Maildir",
                "name all users of the migration")) : findings;
    }

    private static Question question(String at) {
        return new Question("space", at, "room and inodes for an mdbox beside each Maildir",
                "a full file system stops deliveries too");
    }

    private static Finding judge(String at, Need need) {
        String found = Quantity.bytes(need.bytes) + " and " + Quantity.count(need.files) + " files to come for "
                + Quantity.count(need.users, "user", "users") + ", " + Quantity.bytes(need.space.freeBytes()) + " free"
                + (need.space.totalInodes() == 0 ? "" : ", " + Quantity.count(need.space.freeInodes()) + " inodes");
        boolean fits = need.bytes <= need.space.freeBytes()
                && (need.space.totalInodes() == 0 || need.files <= need.space.freeInodes());
        return fits ? question(at).ok(found) : question(at).unsafe(found,
                "make room, or migrate in parts and retire Maildirs between them");
    }
}
