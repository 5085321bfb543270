package io.roost.dovecot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.testing.DovecotInstance;
import io.roost.testing.RequiresDovecot;

class ModifiedUtf7Test {
    @ParameterizedTest
    @CsvSource({"INBOX, INBOX", "Bär & Co, B&AOQ-r &- Co", "Ünï, &ANw-n&AO8-", "&, &-", "&&, &-&-", "-, -", "台北, '&U,BTFw-'",
        "日本語, &ZeVnLIqe-", "~peter/mail/台北, '~peter/mail/&U,BTFw-'", "😀, &2D3eAA-", "a😀b, a&2D3eAA-b", "ä-ö, &AOQ--&APY-",
        "ä&ö, &AOQ-&-&APY-", "'', ''", "ääää, &AOQA5ADkAOQ-", "äää, &AOQA5ADk-", "€, &IKw-"})
    void encodesAndDecodes(String text, String encoded) {
        assertEquals(encoded, ModifiedUtf7.encode(text));
        assertEquals(Optional.of(text), ModifiedUtf7.decode(encoded));
    }

    @Test
    void controlCharacters() {
        assertEquals("a&AAkACg-b&AH8-", ModifiedUtf7.encode("a\t\nb\u007f"));
        assertEquals(Optional.of("a\t\nb\u007f"), ModifiedUtf7.decode("a&AAkACg-b&AH8-"));
    }

    /**
     * Unterminated, not base 64, odd bytes, printable ASCII or NUL encoded, needless shifts, lone surrogates, padding bits,
     * bytes.
     */
    @ParameterizedTest
    @ValueSource(strings = {"inv&alid", "&", "a&b", "&AOQ", "&AO?-", "&AO/-", "&A-", "&AO-", "&AGE-", "&AAAA-", "&AAA-",
            "&AOQ-&APY-", "&2D0-", "&3gA-", "&2D0AYQ-", "&AOR-", "&AOQA-", "\u00e4", "\u00c3\u00a4", "a\u0001", "a\u007f",
            "&AOQA5-", "&AOQ=-"})
    void refuses(String bytes) {
        assertEquals(Optional.empty(), ModifiedUtf7.decode(bytes));
    }

    @Test
    void loneSurrogatesCannotBeEncoded() {
        assertThrows(IllegalArgumentException.class, () -> ModifiedUtf7.encode("a\ud83d"));
        assertThrows(IllegalArgumentException.class, () -> ModifiedUtf7.encode("\ude00b"));
    }

    @Test
    void randomTextComesBack() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String text = randomText(random);
            assertEquals(Optional.of(text), ModifiedUtf7.decode(ModifiedUtf7.encode(text)));
        }
    }

    /** What decodes is spelled in the only way there is. */
    @Test
    void randomBytes() {
        Random random = new Random(8);
        int decoded = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder bytes = new StringBuilder();
            for (int j = random.nextInt(10); j >= 0; j--) {
                bytes.append("&&-AOQ5D,+a\u00e4\u0001 ".charAt(random.nextInt(14)));
            }
            Optional<String> text = ModifiedUtf7.decode(bytes.toString());
            if (text.isPresent()) {
                assertEquals(bytes.toString(), ModifiedUtf7.encode(text.get()));
                decoded++;
            }
        }
        assertEquals(true, decoded > 1000);
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int j = 1 + random.nextInt(12); j > 0; j--) {
            int c = switch (random.nextInt(4)) {
                case 0 -> 0x20 + random.nextInt(0x5f);
                case 1 -> 0x80 + random.nextInt(0x700);
                case 2 -> 0x4e00 + random.nextInt(0x5000);
                default -> 0x10000 + random.nextInt(0x10000);
            };
            text.appendCodePoint(c);
        }
        return text.toString();
    }

    @Test
    @RequiresDovecot
    void asTheRunningDovecotEncodes() throws Exception {
        try (DovecotInstance dovecot = DovecotInstance.with("maildir:~/Maildir").start()) {
            Random random = new Random(9);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                // doveadm takes a leading dash for an option, and splits its output at line ends
                texts.add("x" + randomText(random).replaceAll("[\\p{Cntrl}\u0085\u2028\u2029]", ""));
            }
            List<String> command = new ArrayList<>(List.of("mailbox", "mutf7"));
            command.addAll(texts);
            String[] encoded = DovecotProgramTest.doveadm(dovecot).run(command.toArray(String[]::new)).requireSuccess().output()
                    .split("\n");
            for (int i = 0; i < texts.size(); i++) {
                assertEquals(encoded[i], ModifiedUtf7.encode(texts.get(i)));
                assertEquals(Optional.of(texts.get(i)), ModifiedUtf7.decode(encoded[i]));
            }
        }
    }
}
