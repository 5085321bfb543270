package io.roost.cutover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.DovecotProgram;
import io.roost.dovecot.DovecotSettings;
import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

@RequiresDovecot
class QuotaRecalculationTest {
    @Test
    void sumsAreCorrected() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("mdbox:~/mdbox").users("anna")
                .config("mail_plugins = quota\nplugin {\n  quota = dict:User quota::file:%h/quota-sums\n  quota_rule = *:storage=1G\n}")
                .start()) {
            Optional<String> config = Optional.of(dovecot.config().toString());
            QuotaRecalculation quota = new QuotaRecalculation(DovecotProgram.doveadm(config),
                    DovecotSettings.ask(DovecotProgram.doveconf(config)));
            assertTrue(quota.isNeeded());
            dovecot.lmtp("anna", "Subject: one\n\none\n");
            dovecot.lmtp("anna", "Subject: two\n\ntwo\n");
            // the sums of the Maildir that the user had
            Files.writeString(dovecot.home("anna").resolve("quota-sums"), "priv/quota/messages\n77\npriv/quota/storage\n77000000\n");
            assertEquals("77", messages(dovecot));
            quota.run("anna");
            assertEquals("2", messages(dovecot));
            assertThrows(IOException.class, () -> quota.run("nobody"));
        }
        assertFalse(new QuotaRecalculation(null, DovecotSettings.parse("")).isNeeded());
    }

    private static String messages(DovecotInstance dovecot) throws IOException {
        return dovecot.doveadm("-f", "tab", "quota", "get", "-u", "anna").lines().stream().map(l -> l.split("\t"))
                .filter(f -> f[1].equals("MESSAGE")).findFirst().orElseThrow()[2];
    }
}
