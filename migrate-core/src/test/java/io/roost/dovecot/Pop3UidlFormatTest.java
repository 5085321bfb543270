package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.testing.DovecotInstance;
import io.roost.testing.Pop3Client;
import io.roost.testing.RequiresDovecot;

class Pop3UidlFormatTest {
    @ParameterizedTest
    @CsvSource({"%08Xu%08Xv, 0000001b6b045a5f", "%u, 27", "%v-%u, 1795447391-27", "%g, guid.1", "%f, '1600000001.M1P1.h,S=9'",
        "%Mf, 56adc56ddbb0dc81fc93c3e4cbe8db13", "UID%u%%, UID27%", "%5.4f, 0000", "%Xv.%u, 6b045a5f.27"})
    void expands(String format, String expected) throws Exception {
        String found = Pop3UidlFormat.of(format).expand(27, 1_795_447_391L, "guid.1", "1600000001.M1P1.h,S=9");
        assertEquals(format.equals("%Mf") ? VariableHash.md5Hex("1600000001.M1P1.h,S=9") : expected, found);
    }

    @Test
    void whatItNeeds() throws Exception {
        assertFalse(Pop3UidlFormat.of(Pop3UidlFormat.DEFAULT).changesOnMdbox());
        assertTrue(Pop3UidlFormat.of("%08Xv%Mf").changesOnMdbox());
        assertTrue(Pop3UidlFormat.of("%g").usesGuid());
        assertFalse(Pop3UidlFormat.of("%g").changesOnMdbox());
        assertTrue(Pop3UidlFormat.of("%m%u").unsupported());
        assertFalse(Pop3UidlFormat.of("%f").unsupported());
        assertThrows(InvalidSettingException.class, () -> Pop3UidlFormat.of("%m").expand(1, 1, "g", "f"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "%%", "%x", "%{uid}", "%u%n", "%08X", "%u%L"})
    void refused(String format) {
        assertTrue(assertThrows(InvalidSettingException.class, () -> Pop3UidlFormat.of(format)).getMessage()
                .startsWith("pop3_uidl_format"));
    }

    /** UIDLs that a POP3 session shows for a Maildir, for each format; mails have GUIDs of both kinds. */
    @Test
    @RequiresDovecot
    void asTheRunningDovecotShowsThem() throws Exception {
        List<String> names = List.of("1600000001.M1P1.host,S=13", "1600000002.M1P1.host", "odd name+x,W=16");
        List<String> guids = List.of("0123456789abcdef0123456789abcdef", names.get(1), names.get(2));
        for (String format : List.of("%08Xu%08Xv", "%u", "%v-%u", "%g", "%f", "%Mf", "%Xu.%MXv", "x%3.5f%%", "%.100Nf-%u", "%Ug",
                "%-5.5g%u")) {
            try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").users("u")
                    .config("pop3_uidl_format = " + format).start()) {
                write(dovecot.home("u").resolve("Maildir"), names, guids.get(0));
                dovecot.own(dovecot.home("u"));
                List<String> expected = new ArrayList<>();
                for (int i = 0; i < names.size(); i++) {
                    expected.add(i + 1 + " "
                            + Pop3UidlFormat.of(format).expand(27 + i, 1_795_447_391L, guids.get(i), names.get(i)));
                }
                try (Pop3Client pop3 = dovecot.pop3("u")) {
                    assertEquals(expected, pop3.uidl(), format);
                }
            }
        }
    }

    private static void write(Path maildir, List<String> names, String firstGuid) throws IOException {
        for (String sub : List.of("cur", "new", "tmp")) {
            Files.createDirectories(maildir.resolve(sub));
        }
        StringBuilder uidlist = new StringBuilder("3 V1795447391 N40 G0123456789abcdef0123456789abcdee\n");
        for (int i = 0; i < names.size(); i++) {
            Files.writeString(maildir.resolve("cur").resolve(names.get(i) + ":2,S"), "Subject: a\n\nb");
            uidlist.append(27 + i).append(i == 0 ? " G" + firstGuid : "").append(" :").append(names.get(i)).append(":2,S\n");
        }
        Files.writeString(maildir.resolve("dovecot-uidlist"), uidlist);
    }
}
