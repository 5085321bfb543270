package io.roost.cli;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.roost.checkpoint.CheckpointStore;
import io.roost.engine.UserWork;
import io.roost.migrate.Account;
import io.roost.migrate.Event;
import io.roost.migrate.Settings;
import io.roost.migrate.UnfinishedMigration;
import io.roost.migrate.UserMigration;

/** One user of a site: asks who it is, and migrates. Thread-safe. */
final class SiteMigration implements UserWork {
    private final Site site;
    private final Settings settings;
    private final CheckpointStore store;
    private final MountWatch mounts;
    private final boolean restart;
    /** Those whose earlier attempts are thrown away: each once, not at every retry. */
    private final Set<String> restarted = ConcurrentHashMap.newKeySet();

    /**
     * @param mounts  told of every user before anything is written
     * @param restart whether what an unfinished run has copied is thrown away
     */
    SiteMigration(Site site, Settings settings, CheckpointStore store, MountWatch mounts, boolean restart) {
        this.site = site;
        this.settings = settings;
        this.store = store;
        this.mounts = mounts;
        this.restart = restart;
    }

    @Override
    public Migrated run(String user, int readers, Event.Sink events) throws Exception {
        Account account = site.account(user);
        mounts.watch(account);
        if (restart && !restarted.contains(user)) {
            UnfinishedMigration.discard(account, store);
            restarted.add(user);
        }
        return new Migrated(account, new UserMigration(account, settings.withReaders(readers), store, events).run());
    }
}
