package io.roost.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import io.roost.cli.report.RunSummary.Throttling;
import io.roost.engine.Phase;
import io.roost.maildir.SourceProblem;
import io.roost.migrate.MigrationException;
import io.roost.migrate.MonthCounts;

class HtmlReportTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Pattern VOID = Pattern.compile("<(meta)([^>]*)>");

    /** The page as XML: what is written is stricter than HTML asks for, but for the two void elements. */
    private static Document parse(String page) {
        try {
            String xml = VOID.matcher(page.replace("<!DOCTYPE html>", "")).replaceAll("<$1$2/>");
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
        } catch (Exception e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private static String page(RunSummary summary) {
        return HtmlReport.page(summary, BERLIN);
    }

    private static List<String> texts(Document page, String tag) {
        List<String> texts = new ArrayList<>();
        NodeList nodes = page.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent().replace('\u00a0', ' '));
        }
        return texts;
    }

    @Test
    void tellsOfThreeUsers() {
        Document page = parse(page(Runs.three()));
        assertEquals(List.of("Migration to mdbox: 3 users"), texts(page, "h1"));
        assertEquals(List.of("Users", "Failures", "Throughput over time", "Mails per month, before and after", "Slowest users",
                "How it was run", "Users that failed", "Mails not carried over"), texts(page, "h2"));
        String all = page.getDocumentElement().getTextContent().replace('\u00a0', ' ');
        for (String text : List.of("✗ 1 of 3 users failed.", "there is an mdbox at /mail/carla/mdbox already",
                "/mail/bert@example.org/Maildir/cur/1700000000.M1P2.mx1:2,S", "left out, as --skip-unreadable says",
                "1 of them could not be read", "mail7.example.org", "--users-file /root/night1.txt")) {
            assertTrue(all.contains(text), () -> text + " in " + all);
        }
    }

    @Test
    void tellsOfANight() {
        String written = page(Runs.night());
        assertTrue(written.length() < 2 << 20, "two megabytes at most: " + written.length());
        Document page = parse(written);
        String all = page.getDocumentElement().getTextContent().replace('\u00a0', ' ');
        for (String text : List.of("■ Ended early: the maintenance window is over.", "500 users failed.",
                "1,000 users were not reached",
                "✓ The same number of mails in every month", "Stale file handle", "user not migrated", "1 h 0 min",
                "120 users were locked out")) {
            assertTrue(all.contains(text), () -> text);
        }
        assertEquals(500, texts(page, "td").stream().filter("when told to"::equals).count(), "each of them by name");
    }

    @Test
    void everyTableHasHeadingsAndEveryPictureWords() {
        for (RunSummary summary : List.of(Runs.three(), Runs.night(), nothing())) {
            Document page = parse(page(summary));
            for (Element table : elements(page, "table")) {
                int columns = table.getElementsByTagName("thead").item(0).getChildNodes().item(0).getChildNodes().getLength();
                assertEquals(1, table.getElementsByTagName("caption").getLength());
                NodeList rows = table.getElementsByTagName("tbody").item(0).getChildNodes();
                for (int i = 0; i < rows.getLength(); i++) {
                    if (rows.item(i) instanceof Element row) {
                        assertEquals("th", row.getFirstChild().getNodeName());
                        assertEquals(columns, row.getChildNodes().getLength(), row.getTextContent());
                    }
                }
            }
            for (Element heading : elements(page, "th")) {
                assertTrue(Set.of("row", "col").contains(heading.getAttribute("scope")));
            }
            for (Element picture : elements(page, "svg")) {
                assertTrue(picture.getAttribute("role").equals("img")
                        && !(picture.getAttribute("aria-label") + picture.getAttribute("aria-labelledby")).isEmpty()
                        || picture.getAttribute("aria-hidden").equals("true"));
            }
        }
    }

    private static List<Element> elements(Document page, String tag) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = page.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    @Test
    void loadsNothingAndRunsNothing() {
        String page = page(Runs.night());
        Matcher outside = Pattern.compile("(?i)<script|<link|<img|<iframe|<object|src=|href=.[^#]|url\\(|@import|https?:|"
                + "\\son[a-z]+=")
                .matcher(page);
        assertFalse(outside.find(), () -> outside.group());
        assertTrue(page.contains("default-src 'none'"));
    }

    private static RunSummary nothing() {
        return new RunRecorder(Runs::explain).summary(Runs.run(0, -1, ""),
                Runs.status(Runs.STARTED, new EnumMap<>(Phase.class), 0, 0),
                Throttling.NONE);
    }

    @Test
    void aRunThatHasJustBegunHasAPage() {
        String all = parse(page(nothing())).getDocumentElement().getTextContent();
        assertTrue(all.contains("Running") && all.contains("still running at"), all);
    }

    /** Names are a stranger's, everywhere. */
    @Test
    void namesCannotBecomeMarkup() {
        String evil = "<script>alert(1)</script>\"'&lt;\u202egpj\u0007\ud800]]>--><b>";
        RunRecorder recorder = new RunRecorder(Runs::explain);
        SourceProblem problem = new SourceProblem(SourceProblem.Kind.UNREADABLE, evil,
                evil.replaceAll("[^\0-\u00ff]", "\u00ff"), evil);
        Runs.done(recorder, evil, Runs.result(5, 10, List.of(problem)), new MonthCounts(), new MonthCounts());
        recorder.event(Runs.failed(evil + "2", MigrationException.Kind.SOURCE, evil, List.of(problem), 1, 0));
        recorder.lockedOut(evil, 3);
        RunSummary.Run run = new RunSummary.Run(evil, evil, Runs.STARTED, 1, evil, List.of(new RunSummary.Setting(evil, evil)),
                evil);
        RunSummary summary = recorder.summary(run, Runs.status(Runs.STARTED, Runs.users(1, 1, 0), 1, 1), Throttling.NONE);
        String page = page(summary);
        Document parsed = parse(page);
        assertEquals(0, parsed.getElementsByTagName("script").getLength() + parsed.getElementsByTagName("b").getLength());
        Set<String> tags = new HashSet<>();
        for (Element element : elements(parsed, "*")) {
            tags.add(element.getTagName());
        }
        assertTrue(Set.of("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "dl", "div", "dt",
                "dd", "small", "main", "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "svg", "rect",
                "nav", "a",
                "footer").containsAll(tags),
                tags::toString);
        assertTrue(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;lt;\\u{202e}gpj\\x07\\u{d800}]]&gt;"
                + "--&gt;&lt;b&gt;"));
    }

    @Test
    void whatIsTooMuchIsCountedAndPointsToTheEvents() {
        RunRecorder recorder = new RunRecorder(Runs::explain);
        List<SourceProblem> problems = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            problems.add(Runs.unreadable("anna", "17" + i));
        }
        for (int i = 0; i < 12; i++) {
            Runs.done(recorder, "u" + i, Runs.result(5, 10, problems), new MonthCounts(), new MonthCounts());
        }
        for (int i = 0; i < 10_700; i++) {
            recorder.event(Runs.failed("f" + i, MigrationException.Kind.IO, "broken", List.of(), 1, 0));
        }
        String all = page(recorder.summary(Runs.run(Runs.STARTED, 1, ""),
                Runs.status(Runs.STARTED, Runs.users(12, 10_700, 0), 1, 1),
                Throttling.NONE));
        assertTrue(all.contains("12,000 in all, each by name. 2,000 more are not listed here; all are in the JSON events"),
                "mails");
        assertTrue(all.contains("unchanged. 700 more are not listed here"), "users");
        assertEquals(Map.of("io", 10_700L), recorder.summary(Runs.run(0, -1, ""),
                Runs.status(Runs.STARTED, Runs.users(0, 0, 0), 1, 1),
                Throttling.NONE).failedKinds());
    }

    @Test
    void aMonthThatDiffersIsMarked() {
        MonthCounts before = new MonthCounts();
        before.add(Runs.STARTED / 1000, 1_204);
        MonthCounts after = new MonthCounts();
        after.add(Runs.STARTED / 1000, 1_203);
        RunRecorder recorder = new RunRecorder(Runs::explain);
        Runs.done(recorder, "anna", Runs.result(1_203, 10, List.of()), before, after);
        String page = page(recorder.summary(Runs.run(Runs.STARTED, 0, ""), Runs.status(Runs.STARTED, Runs.users(1, 0, 0), 1, 1),
                Throttling.NONE));
        assertTrue(page.contains("<td class=\"n differs\">1,204 → 1,203</td>"), page);
        assertTrue(page.contains("✗ 1,204 mails before, 1,203 after"), page);
    }

    @Test
    void isWrittenAtOnceAndForTheOwnerAndGroup(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("night.html"), "the one before");
        HtmlReport.write(file, Runs.three());
        assertTrue(Files.readString(file).endsWith("</html>\n"));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(List.of(file), files.toList());
        }
        IOException none = assertThrows(IOException.class, () -> HtmlReport.write(dir.resolve("no/night.html"), Runs.three()));
        assertEquals("cannot write " + dir.resolve("no/night.html") + ": there is no directory " + dir.resolve("no"),
                none.getMessage());
        IOException directory = assertThrows(IOException.class,
                () -> HtmlReport.write(Files.createDirectories(dir.resolve("d/e")).getParent(),
                Runs.three()));
        assertTrue(directory.getMessage().startsWith("cannot write " + dir.resolve("d")), directory.getMessage());
        try (Stream<Path> files = Files.list(dir)) {
            assertEquals(2, files.count(), "nothing is left of the attempt");
        }
    }
}
