package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** What a real Dovecot does beside it is in {@link OwnershipTest}. */
class TargetOwnershipTest {
    private static FileStatus directory(String mode, int uid, int gid) {
        return new FileStatus(FileStatus.Kind.DIRECTORY, Integer.parseInt(mode, 8), uid, gid, 2, 1, 1, 4096, 0, 0, 0, 0, 0);
    }

    private static Account account(int uid, int gid, String home) throws Exception {
        Account a = Migrations.account("anna", Path.of("/mail/anna"));
        return new Account(a.user(), home, uid, gid, a.source(), a.target());
    }

    @ParameterizedTest
    @CsvSource({
        // parent's mode, below the home: directories, files
        "0755, true, 0700, 0600", "0777, true, 0700, 0600", "2700, true, 2700, 0600", "2750, true, 2750, 0640", "2770, true, 2770, 0660",
        "2775, true, 2775, 0664", "2740, true, 2750, 0640", "2720, true, 2730, 0620", "2570, true, 2770, 0660", "2770, false, 2700, 0600"})
    void modesAreThoseOfDovecot(String mode, boolean home, String directories, String files) throws Exception {
        Ownership o = TargetOwnership.of(account(-1, -1, home ? "/mail/anna" : "/other"), directory("0700", 5000, 5001),
                directory(mode, 1, 6000));
        assertEquals(directories, String.format("%04o", o.directoryMode()));
        assertEquals(files, String.format("%04o", o.fileMode()));
    }

    /** Root gives what it creates away; everybody else keeps what he is, and touches only his own. */
    @Test
    void theOwnerIsThatOfTheAccountOrTheMaildir() throws Exception {
        int own = OpenDirectory.effectiveUid();
        FileStatus source = directory("0700", own == 0 ? 5000 : own, 5001);
        FileStatus parent = directory("0755", 1, 6000);
        Account account = account(-1, -1, "/mail/anna");
        assertDoesNotThrow(() -> TargetOwnership.requirePermitted(account, source));
        if (own == 0) {
            assertEquals(new Ownership(5000, 5001, 0600, 0700), TargetOwnership.of(account, source, parent));
            assertEquals(new Ownership(7000, 7001, 0600, 0700), TargetOwnership.of(account(7000, 7001, "/mail/anna"), source, parent));
            assertEquals(new Ownership(7000, 6000, 0644, 02755),
                    TargetOwnership.of(account(7000, 7001, "/mail/anna"), source, directory("2755", 1, 6000)));
        } else {
            assertEquals(new Ownership(-1, -1, 0600, 0700), TargetOwnership.of(account, source, parent));
            assertThrows(MigrationException.class, () -> TargetOwnership.requirePermitted(account, directory("0777", own + 1, 1)));
            assertThrows(MigrationException.class, () -> TargetOwnership.requirePermitted(account(own + 1, -1, "/mail/anna"), source));
        }
    }
}
