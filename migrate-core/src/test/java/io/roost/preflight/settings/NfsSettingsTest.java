package io.roost.preflight.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.preflight.Configured;
import io.roost.preflight.Finding;
import io.roost.preflight.Severity;
import io.roost.preflight.Topology;
import io.roost.testing.CheckSides;
import io.roost.testing.RequiresDovecot;

@RequiresDovecot
@CheckSides.Shown
class NfsSettingsTest {
    private static final NfsSettings CHECK = new NfsSettings();
    private static final String FINE = "mmap_disable = yes\nmail_fsync = always\n";

    @Test
    void whatTheGuideAsksForIsFine() throws Exception {
        assertEquals(List.of("OK mmap-disable", "OK mail-fsync", "OK mail-nfs-index", "OK mail-nfs-storage", "OK lock-method",
                "OK dotlock-use-excl"), Configured.by(FINE).look(CHECK));
    }

    @Test
    void dovecotsDefaultsAreUnsafeOnNfs() throws Exception {
        Configured defaults = Configured.by("");
        assertEquals(Severity.UNSAFE, defaults.severity(CHECK, "mmap-disable"));
        assertEquals(Severity.UNSAFE, defaults.severity(CHECK, "mail-fsync"));
        assertEquals("mail_fsync = always", defaults.finding(CHECK, "mail-fsync").hint().orElseThrow().text());
    }

    @Test
    void whereMailIsKnownToBeLocalNothingIsDemanded() throws Exception {
        Configured local = Configured.by("").userAt(Path.of("/var/empty-home"));
        assertTrue(local.look(CHECK).stream().allMatch(f -> f.startsWith("OK ")), local.look(CHECK)::toString);
    }

    @Test
    void aProtocolMayNotSetItOtherwise() throws Exception {
        Finding finding = Configured.by(FINE + "protocol imap {\n  mail_fsync = optimized\n}\n").finding(CHECK, "mail-fsync");
        assertEquals(Severity.UNSAFE, finding.severity());
        assertEquals("optimized in protocol imap", finding.found());
        assertTrue(finding.remedy().contains("protocol imap"), finding.remedy());
        Finding not = Configured.by(FINE + "protocol !lda {\n  mmap_disable = no\n}\n").finding(CHECK, "mmap-disable");
        assertEquals("no in protocol !lda", not.found());
    }

    @Test
    void cachesAreDroppedWithoutADirectorAndKeptWithOne() throws Exception {
        String dropped = FINE + "mail_nfs_index = yes\nmail_nfs_storage = yes\n";
        for (String id : List.of("mail-nfs-index", "mail-nfs-storage")) {
            assertEquals(Severity.SLOW, Configured.by(dropped).severity(CHECK, id));
            assertEquals(Severity.OK, Configured.by(dropped).topology(Topology.NO_DIRECTOR).severity(CHECK, id));
            assertEquals(Severity.UNSAFE, Configured.by(FINE).topology(Topology.NO_DIRECTOR).severity(CHECK, id));
            assertEquals(Severity.UNKNOWN, Configured.by(FINE).topology(Topology.UNKNOWN).severity(CHECK, id));
            assertEquals(Severity.OK, Configured.by(FINE).topology(Topology.SINGLE_BACKEND).severity(CHECK, id));
        }
    }

    @Test
    void locks() throws Exception {
        assertEquals(Severity.UNSAFE, Configured.by(FINE + "lock_method = flock\n").severity(CHECK, "lock-method"));
        assertEquals(Severity.SLOW, Configured.by(FINE + "lock_method = dotlock\n").severity(CHECK, "lock-method"));
        assertEquals(Severity.SLOW, Configured.by(FINE + "dotlock_use_excl = no\n").severity(CHECK, "dotlock-use-excl"));
    }
}
