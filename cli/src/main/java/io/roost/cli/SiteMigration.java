package io.roost.cli;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.roost.checkpoint.CheckpointStore;
import io.roost.checkpoint.UserState;
import io.roost.cutover.Night;
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
    private final Optional<Night> night;
    /** Those whose earlier attempts are thrown away: each once, not at every retry. */
    private final Set<String> restarted = ConcurrentHashMap.newKeySet();

    /**
     * @param mounts  told of every user before anything is written
     * @param restart whether what an unfinished run has copied is thrown away
     * @param night   how users are pinned and cut over; empty to publish their mdboxes and leave the rest to the administrator
     */
    SiteMigration(Site site, Settings settings, CheckpointStore store, MountWatch mounts, boolean restart, Optional<Night> night) {
        this.night = night;
        this.site = site;
        this.settings = settings;
        this.store = store;
        this.mounts = mounts;
        this.restart = restart;
    }

    @Override
    public Migrated run(String user, int readers, Event.Sink events) throws Exception {
        Account account = site.account(user, store);
        if (night.map(Night::cutsOver).orElse(false)) {
            site.requireInUse(account, store.user(account.user()).filter(record -> record.state() == UserState.DONE).isPresent());
        }
        mounts.watch(account);
        Event.Sink watched = event -> {
            if (event instanceof Event.Scanned) {
                // between that look and the migration's own hold of the directories the mount may have gone
                mounts.interruptIfVanished();
            }
            events.event(event);
        };
        if (restart && !restarted.contains(user)) {
            UnfinishedMigration.discard(account, store);
            restarted.add(user);
        }
        if (night.isPresent()) {
            return new Migrated(account, night.get().run(account, settings.withReaders(readers), watched));
        }
        return new Migrated(account, new UserMigration(account, settings.withReaders(readers), store, watched).run());
    }
}
