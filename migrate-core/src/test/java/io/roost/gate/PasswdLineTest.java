package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.InvalidSettingException;

class PasswdLineTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a:p:1:2|a:p:1:2::::userdb_mail=M",
        "a:p:1:2:g:/h|a:p:1:2:g:/h::userdb_mail=M",
        "a:p:1:2:g:/h:s:|a:p:1:2:g:/h:s:userdb_mail=M",
        "a:p:1:2:g:/h:s::|a:p:1:2:g:/h:s:userdb_mail=M",
        "a:p:1:2:g:/h:s:x=y  z|a:p:1:2:g:/h:s:x=y  z userdb_mail=M",
        "a:p:1:2:g:/h:s:x userdb_mail=old:~/m:K=v z|a:p:1:2:g:/h:s:x userdb_mail=M z",
        "a:p:1:2:g:/h:s:userdb_mail=1 userdb_mail=2|a:p:1:2:g:/h:s:userdb_mail=M userdb_mail=M",
        "a:p:1:2:g:/h:s::maildir:~/old|a:p:1:2:g:/h:s:userdb_mail=M",
        "a:p:::::s:nologin userdb_mailx=1|a:p:::::s:nologin userdb_mailx=1 userdb_mail=M"})
    void mailIsSet(String line, String expected) {
        assertEquals(expected, PasswdLine.parse(line).orElseThrow().withMail(Optional.of("M")).text());
        assertEquals(expected + "\r", PasswdLine.parse(line + "\r").orElseThrow().withMail(Optional.of("M")).text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "a:p:1:2:g:/h:s:|''",
        "a:p:1:2|''",
        "a:p:1:2:g:/h:s:userdb_mail=a:b x|a:b",
        "a:p:1:2:g:/h:s:userdb_mail=1 userdb_mail=2|2",
        "a:p:1:2:g:/h:s::maildir:~/old|maildir:~/old"})
    void mailIsRead(String line, String expected) {
        assertEquals(expected, PasswdLine.parse(line).orElseThrow().mail().orElse(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:p", "a:p:1", ":::x:"})
    void noUserdbEntry(String line) {
        assertEquals(line.equals(":::x:"), PasswdLine.parse(line).isPresent());
    }

    @Test
    void backAgain() {
        Random random = new Random(7);
        String parts = "a: =_\\%/\"'";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder line = new StringBuilder("name:pw:1:2:x:/home:shell:f");
            for (int k = random.nextInt(20); k > 0; k--) {
                line.append(parts.charAt(random.nextInt(parts.length())));
            }
            line.append(random.nextBoolean() ? " userdb_mail=maildir:~/x" : "");
            PasswdLine parsed = PasswdLine.parse(line.toString()).orElseThrow();
            assertEquals(line.toString(), parsed.text());
            PasswdLine switched = PasswdLine.parse(parsed.withMail(Optional.of("mdbox:~/m")).text()).orElseThrow();
            assertEquals(Optional.of("mdbox:~/m"), switched.mail());
            assertEquals(line.toString(), switched.withMail(parsed.mail()).text());
        }
    }

    @Test
    void values() throws Exception {
        assertEquals("mdbox:~/m:INDEX=/i/100%%", PasswdLine.value("mdbox:~/m:INDEX=/i/100%"));
        for (String bad : new String[] {"", "mdbox:/a b", "mdbox:~/m\nroot::0:0", "mdbox:\t", "mdbox:\u007f"}) {
            assertThrows(InvalidSettingException.class, () -> PasswdLine.value(bad));
        }
    }
}
