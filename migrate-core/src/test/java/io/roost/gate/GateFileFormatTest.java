package io.roost.gate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.roost.dovecot.InvalidSettingException;
import io.roost.gate.GateFileFormat.Line;

class GateFileFormatTest {
    private static final RunIdentity OWNER = new RunIdentity("mail1.example.org", 4711, "0123abcd-4026531836-1234567");

    private static GateEntry entry(String user, String reason) {
        return new GateEntry(user, reason, OWNER, Instant.ofEpochSecond(1_700_000_000), Instant.ofEpochSecond(1_700_000_600));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void layout() {
        assertEquals("anna:::::::userdb_tempfail userdb_reason=100%%\tsure roost_host=mail1.example.org roost_pid=4711 "
                + "roost_run=0123abcd-4026531836-1234567 roost_closed=1700000000 roost_expires=1700000600\n",
                new String(GateFileFormat.write(List.of(GateFileFormat.line(entry("anna", "100% sure")))), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"anna@example.org", "anna smith", "o'brien", "say \"hi\"", "back\\slash", "\\", "jürgen", "a=b", "a#"})
    void readsWhatItWrites(String user) throws Exception {
        GateEntry entry = entry(PasswdFileName.check(user), GateFileFormat.checkReason("%u: your mail is moved (5%), ~2 minutes"));
        List<Line> read = GateFileFormat.read(GateFileFormat.write(List.of(GateFileFormat.line(entry))));
        assertEquals(List.of(Optional.of(entry)), read.stream().map(Line::entry).toList());
        assertEquals(PasswdFileName.of(user), read.get(0).name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a\tb", "a\nb", "a\rb", "#a", " a", "a\0", "../x", "..", "a*", "\ud800"})
    void refusedNames(String user) {
        assertThrows(InvalidSettingException.class, () -> PasswdFileName.check(user));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a ", " a", "a  b", "a\tb", "a\r\nb", "ä"})
    void refusedReasons(String reason) {
        assertThrows(InvalidSettingException.class, () -> GateFileFormat.checkReason(reason));
    }

    @Test
    void otherLinesStayAsTheyAre() {
        String text = "# comment roost_host=x\n\nadmin:::::::userdb_tempfail\n\0\u0001:\n:::\n bert:x\nanna:::::::userdb_tempfail"
                + " userdb_reason=x roost_host=y\nend";
        List<Line> lines = GateFileFormat.read(bytes(text));
        assertEquals(text + "\n", new String(GateFileFormat.write(lines), StandardCharsets.UTF_8));
        assertTrue(lines.stream().allMatch(line -> line.entry().isEmpty()));
        assertEquals(List.of("", "", "admin", "\0\u0001", "", " bert", "anna", "end"), lines.stream().map(Line::name).toList());
        assertEquals(List.of("/f is damaged at offset " + text.indexOf("anna") + ": expected an entry as Roost writes it, in this "
                + "line, found \"anna:::::::userdb_tempfail userdb_reason=x roost_host=y\""),
                lines.stream().flatMap(line -> line.damage("/f").stream()).map(Exception::getMessage).toList());
        assertTrue(lines.get(6).isRoosts());
        assertFalse(lines.get(0).isRoosts());
    }

    @Test
    void oneByteOpens() {
        String others = "# mine\n#anna:::::::userdb_tempfail userdb_reason=x\n";
        for (String name : List.of("a", "anna", "\u00fcmit", "'quote")) {
            byte[] content = (others + new String(GateFileFormat.write(List.of(GateFileFormat.line(entry(name, "your mail")))),
                    StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
            Line line = GateFileFormat.read(content).get(2);
            assertFalse(line.isOpened());
            assertEquals(name, line.entry().orElseThrow().user());
            content[(int) line.offset()] = '#';
            List<Line> lines = GateFileFormat.read(content);
            assertTrue(lines.get(2).isOpened() && lines.get(2).entry().isEmpty() && !lines.get(2).isRoosts(), name);
            assertEquals(others, new String(GateFileFormat.write(lines), StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void anyBytesCanBeRead() {
        byte[] valid = GateFileFormat.write(List.of(GateFileFormat.line(entry("anna", "your mail")),
                GateFileFormat.line(entry("o'brien", "moved"))));
        Random random = new Random(41);
        int whole = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = valid.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : ":\n\t\\ #="
                        .charAt(random.nextInt(7)));
            }
            List<Line> lines = GateFileFormat.read(bytes);
            whole += lines.stream().filter(line -> line.entry().isPresent()).count();
            byte[] again = GateFileFormat.write(lines);
            String expected = lines.stream().filter(line -> !line.isOpened()).map(line -> line.bytes() + "\n")
                    .collect(Collectors.joining());
            assertEquals(expected, new String(again, StandardCharsets.ISO_8859_1));
            // what is taken for an entry is written as it was read, but for a number's leading zeros
            for (Line line : lines) {
                line.entry().ifPresent(entry -> assertEquals(entry, GateFileFormat.read(GateFileFormat.write(List.of(
                        GateFileFormat.line(entry)))).get(0).entry().orElseThrow()));
            }
        }
        assertTrue(whole > 150 && whole < 6_000, "" + whole);
    }
}
