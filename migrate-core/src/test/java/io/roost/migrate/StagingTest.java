package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.checkpoint.CheckpointStore;
import io.roost.migrate.MigrationException.Kind;
import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** Staging and publication of several trees, and what a run that stops in between leaves to the next. */
class StagingTest {
    @TempDir
    Path temp;
    private CheckpointStore store;
    private CheckpointStore otherStore;
    private Account account;
    private TargetPaths paths;

    @BeforeEach
    void open() throws Exception {
        store = CheckpointStore.open(temp.resolve("state").toString());
        otherStore = CheckpointStore.open(temp.resolve("other-state").toString());
        Files.createDirectory(temp.resolve("home"));
        account = Migrations.account("anna", temp.resolve("home"), "maildir:~/Maildir", "mdbox:~/mdbox:INDEX=~/index:CONTROL=~/control");
        paths = new TargetPaths(account.target());
    }

    @AfterEach
    void close() {
        store.close();
        otherStore.close();
    }

    private Staging staging() throws Exception {
        return Staging.open(account, paths, Ownership.PRIVATE, store);
    }

    /** What the home holds, files and directories, without what is below {@code storage} and {@code mailboxes}. */
    private List<String> home() throws IOException {
        try (Stream<Path> all = Files.walk(temp.resolve("home"), 2)) {
            return all.map(p -> temp.resolve("home").relativize(p).toString()).filter(p -> !p.isEmpty()).sorted().toList();
        }
    }

    private static void fill(Staging staging, TargetPaths paths) throws Exception {
        for (String directory : List.of(paths.storage(), paths.mapIndex(), paths.control())) {
            try (OpenDirectory dir = staging.directory(directory)) {
                String name = directory.equals(paths.storage()) ? "m.1" : directory.equals(paths.mapIndex()) ? "dovecot.map.index"
                        : "subscriptions";
                if (dir.status(name).isEmpty()) {
                    dir.create(name, 0600).close();
                }
            }
        }
        staging.sync();
    }

    private static final List<String> PUBLISHED = List.of("control", "control/.roost-staging", "control/subscriptions", "index",
            "index/.roost-staging", "index/storage", "mdbox", "mdbox/.roost-staging", "mdbox/storage");
    private static final List<String> DONE = PUBLISHED.stream().filter(p -> !p.contains("roost")).toList();
    private static final List<String> STAGED = List.of(".control.roost", ".control.roost/.roost-staging",
            ".control.roost/subscriptions", ".index.roost", ".index.roost/.roost-staging", ".index.roost/storage", ".mdbox.roost",
            ".mdbox.roost/.roost-staging", ".mdbox.roost/storage");

    @Test
    void treesAreBuiltAsideAndRenamed() throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
            assertEquals(STAGED, home());
            assertFalse(Staging.isPublishedBy(store, account));
            staging.publish();
        }
        assertEquals(PUBLISHED, home());
        assertTrue(Staging.isPublishedBy(store, account));
        assertFalse(Staging.isPublishedBy(otherStore, account));
        Staging.removeMarkers(account, paths);
        assertEquals(DONE, home());
        Staging.removeMarkers(account, paths);
        assertFalse(Staging.isPublishedBy(store, account));
    }

    /** The state that a run leaves which is killed after so many renames: a rename that the next needs fails. */
    @ParameterizedTest
    @CsvSource({"control", "index", "mdbox"})
    void whatAStoppedPublicationHasRenamedIsTakenBack(String obstacle) throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
            // Nothing is renamed over a file; this stops publish() where a kill would.
            Files.createFile(temp.resolve("home/" + obstacle));
            assertThrows(IOException.class, staging::publish);
        }
        Files.delete(temp.resolve("home/" + obstacle));
        assertEquals(obstacle.equals("control"), home().equals(STAGED), () -> "renamed before " + obstacle);
        try (Staging again = staging()) {
            assertEquals(STAGED, home());
            fill(again, paths);
            again.publish();
        }
        Staging.removeMarkers(account, paths);
        assertEquals(DONE, home());
    }

    @Test
    void intoDirectoriesThatExistOnlyOurNamesGoAndComeBack() throws Exception {
        for (String tree : List.of("index", "control")) {
            Files.createFile(Files.createDirectory(temp.resolve("home").resolve(tree)).resolve("theirs"));
        }
        try (Staging staging = staging()) {
            fill(staging, paths);
            Files.createFile(temp.resolve("home/mdbox"));
            assertThrows(IOException.class, staging::publish);
        }
        Files.delete(temp.resolve("home/mdbox"));
        assertEquals(List.of(".control.roost", ".control.roost/.roost-staging", ".index.roost", ".index.roost/.roost-staging",
                ".mdbox.roost", ".mdbox.roost/.roost-staging", ".mdbox.roost/storage", "control", "control/subscriptions",
                "control/theirs", "index", "index/storage", "index/theirs"), home());
        try (Staging again = staging()) {
            assertEquals(List.of("control", "control/theirs", "index", "index/theirs"),
                    home().stream().filter(p -> !p.startsWith(".")).toList());
            again.publish();
        }
        Staging.removeMarkers(account, paths);
        assertEquals(List.of("control", "control/subscriptions", "control/theirs", "index", "index/storage", "index/theirs", "mdbox",
                "mdbox/storage"), home());
    }

    @Test
    void aPublicationThatFailsCanBeRemovedAltogether() throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
            Files.createFile(temp.resolve("home/mdbox"));
            assertThrows(IOException.class, staging::publish);
            staging.remove();
        }
        assertEquals(List.of("mdbox"), home());
    }

    @Test
    void aPublishedMdboxIsNotRemoved() throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
            staging.publish();
            staging.remove();
        }
        assertEquals(PUBLISHED, home());
    }

    @Test
    void aRemovalThatWasKilledLeavesWhatIsKnownAsOurs() throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
        }
        // As after the removal of all but the marker.
        try (OpenDirectory root = OpenDirectory.open(ByteString.ofText(temp.resolve("home/.mdbox.roost").toString()))) {
            root.removeTree("storage");
        }
        try (Staging again = staging()) {
            again.remove();
        }
        assertEquals(List.of(), home());
    }

    @Test
    void aStagingDirectoryIsGoneOnWith() throws Exception {
        try (Staging staging = staging()) {
            fill(staging, paths);
        }
        try (Staging again = staging()) {
            assertEquals(STAGED, home());
            again.publish();
        }
        assertEquals(PUBLISHED, home());
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whatAKilledCreatorLeavesIsTakenOver(boolean withEmptyMarker) throws Exception {
        for (String tree : List.of("mdbox", "index")) {
            Path directory = Files.createDirectory(temp.resolve("home/." + tree + ".roost"));
            if (withEmptyMarker) {
                Files.createFile(directory.resolve(StagingMarker.NAME));
            }
        }
        try (Staging staging = staging()) {
            fill(staging, paths);
            assertEquals(STAGED, home());
        }
    }

    private MigrationException refusal() throws Exception {
        List<String> before = home();
        MigrationException e = assertThrows(MigrationException.class, () -> staging().close());
        assertEquals(before, home(), "a refusal leaves nothing behind");
        return e;
    }

    @ParameterizedTest
    @CsvSource({"mdbox", "index", "control"})
    void aStagingDirectoryWithoutMarkerIsRefused(String tree) throws Exception {
        Path directory = Files.createDirectory(temp.resolve("home/." + tree + ".roost"));
        Files.createFile(directory.resolve("precious"));
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertEquals(directory + " exists and has no marker of Roost's: expected nothing or a staging directory; look at it, and move "
                + "it away", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"file", "link", "dangling"})
    void aStagingPlaceThatIsNoDirectoryIsRefused(String kind) throws Exception {
        Path place = temp.resolve("home/.mdbox.roost");
        switch (kind) {
            case "file" -> Files.createFile(place);
            case "link" -> Files.createSymbolicLink(place, Files.createDirectory(temp.resolve("elsewhere")));
            default -> Files.createSymbolicLink(place, temp.resolve("nowhere"));
        }
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertTrue(e.getMessage().startsWith(place + " exists and has no marker"), e.getMessage());
    }

    @Test
    void aDamagedMarkerIsRefused() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("home/.mdbox.roost"));
        Files.writeString(directory.resolve(StagingMarker.NAME), "something else\n");
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertTrue(e.getMessage().startsWith(directory + " has a damaged marker: "), e.getMessage());
        assertTrue(e.getMessage().endsWith("look at the directory, and move it away"), e.getMessage());
    }

    @Test
    void stagingOfAnotherStoreOrUserIsRefused() throws Exception {
        Staging.open(account, paths, Ownership.PRIVATE, otherStore).close();
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertEquals(temp.resolve("home/.mdbox.roost") + " belongs to the user anna and the state directory " + temp.resolve("other-state")
                + ", expected anna and " + temp.resolve("state") + ": go on with that state directory, or remove the staging directory",
                e.getMessage());
        account = new Account("bert", account.home(), -1, -1, account.source(), account.target());
        assertTrue(refusal().getMessage().contains("belongs to the user anna"));
    }

    @Test
    void anotherMigrationsIndexTreeIsRefused() throws Exception {
        Account neighbour = Migrations.account("bert", temp.resolve("home"), "maildir:~/Maildir", "mdbox:~/mdbox2:INDEX=~/index");
        Staging.open(neighbour, new TargetPaths(neighbour.target()), Ownership.PRIVATE, store).close();
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertTrue(e.getMessage().startsWith(temp.resolve("home/.index.roost") + " belongs to another migration, of the user bert"),
                e.getMessage());
    }

    @Test
    void twoAtOnceAreRefused() throws Exception {
        try (Staging first = staging()) {
            MigrationException e = assertThrows(MigrationException.class, () -> staging().close());
            assertEquals(Kind.BUSY, e.kind());
            assertEquals("another process is migrating anna (" + temp.resolve("home/.mdbox.roost") + " is locked)", e.getMessage());
            fill(first, paths);
            first.publish();
        }
        assertEquals(PUBLISHED, home());
    }

    @ParameterizedTest
    @CsvSource({"directory", "file", "link", "dangling"})
    void aTargetThatExistsIsRefused(String kind) throws Exception {
        Path target = temp.resolve("home/mdbox");
        switch (kind) {
            case "directory" -> Files.createFile(Files.createDirectory(target).resolve("something"));
            case "file" -> Files.createFile(target);
            case "link" -> Files.createSymbolicLink(target, Files.createDirectory(temp.resolve("empty")));
            default -> Files.createSymbolicLink(target, temp.resolve("nowhere"));
        }
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertEquals(target + " already exists: Roost never writes into a mailbox that somebody may use; move it away, or check with "
                + "\"roost verify\" whether the user is migrated already", e.getMessage());
    }

    @Test
    void anEmptyTargetDirectoryIsReplaced() throws Exception {
        for (String tree : List.of("mdbox", "index", "control")) {
            Files.createDirectory(temp.resolve("home").resolve(tree));
        }
        try (Staging staging = staging()) {
            fill(staging, paths);
            staging.publish();
        }
        assertEquals(PUBLISHED, home());
    }

    @ParameterizedTest
    @CsvSource({"index, storage", "index, mailboxes", "control, dovecot-uidvalidity", "control, dovecot-uidvalidity.5f000000",
        "control, subscriptions"})
    void aTreeThatHoldsAnMdboxAlreadyIsRefused(String tree, String name) throws Exception {
        Path directory = Files.createDirectory(temp.resolve("home").resolve(tree));
        Files.createDirectory(directory.resolve(name));
        MigrationException e = refusal();
        assertEquals(Kind.TARGET, e.kind());
        assertEquals(directory + " already holds " + name + ", which the mdbox needs: it must not share this directory with another "
                + "location; move it away, or name another " + tree.toUpperCase(java.util.Locale.ROOT) + " for the mdbox", e.getMessage());
    }

    @Test
    void aTreeThatIsNoDirectoryIsRefused() throws Exception {
        Files.createFile(temp.resolve("home/index"));
        assertEquals(temp.resolve("home/index") + " already exists and is no directory: move it away, or name another INDEX for the mdbox",
                refusal().getMessage());
    }

    @Test
    void withoutTheDirectoryThatItLiesInItIsRefused() throws Exception {
        Files.delete(temp.resolve("home"));
        MigrationException e = assertThrows(MigrationException.class, () -> staging().close());
        assertEquals(Kind.TARGET, e.kind());
        assertTrue(e.getMessage().contains(temp.resolve("home").toString()) && e.getMessage().contains("mounted?"), e.getMessage());
        assertFalse(Staging.isPublishedBy(store, account));
    }

    @Test
    void aPublishedMarkerThatIsDamagedIsNobodys() throws Exception {
        Files.writeString(Files.createDirectory(temp.resolve("home/mdbox")).resolve(StagingMarker.NAME), "?");
        assertFalse(Staging.isPublishedBy(store, account));
        assertTrue(refusal().getMessage().contains("already exists"));
    }
}
