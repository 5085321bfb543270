package io.roost.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.checkpoint.UserState;
import io.roost.testing.MaildirBuilder;
import io.roost.testing.SampleMail;

class MonthCountsTest {
    private static Map<String, Long> map(MonthCounts counts) {
        Map<String, Long> map = new TreeMap<>();
        counts.forEach((month, mails) -> map.put(month.toString(), mails));
        return map;
    }

    @Test
    void countsByMonth() {
        MonthCounts counts = new MonthCounts();
        counts.add(1_577_836_799L, 1);
        counts.add(1_577_836_800L, 2);
        counts.add(-5, 1);
        counts.add(Long.MAX_VALUE, 1);
        counts.addUndated(3);
        assertEquals(Map.of("1970-01", 1L, "2019-12", 1L, "2020-01", 2L, "2106-02", 1L), map(counts));
        assertEquals(8, counts.total());
        assertEquals(2, counts.of(YearMonth.of(2020, 1)));
        assertEquals(0, counts.of(YearMonth.of(1969, 12)) + counts.of(YearMonth.of(2200, 1)));
        MonthCounts sum = new MonthCounts();
        sum.add(1_577_836_800L, 5);
        sum.addAll(counts);
        sum.addAll(new MonthCounts());
        assertEquals(7, sum.of(YearMonth.of(2020, 1)));
        assertEquals(13, sum.total());
        assertEquals(3, sum.undated());
    }

    /** Copies share a record, what cannot be read is left out, an expunged mail counts on neither side. */
    @Test
    void aMigrationTellsBothSides(@TempDir Path temp) throws Exception {
        Path home = Files.createDirectory(temp.resolve("home"));
        MaildirBuilder maildir = MaildirBuilder.in(home.resolve("Maildir"));
        maildir.mailbox("INBOX").add(SampleMail.of("Subject: 1\n\ntext\n").received(1_577_836_799L))
                .add(SampleMail.of("Subject: 2\n\ntext\n").received(1_577_836_800L))
                .add(SampleMail.of("Subject: 3\n\ntext\n").received(1_577_836_801L).field('G', "same"));
        maildir.mailbox("Work").add(SampleMail.of("Subject: 3\n\ntext\n").received(1_577_836_801L).field('G', "same"))
                .add(SampleMail.of("Subject: 4\n\ntext\n").received(1_500_000_000L).base("1500000000.gone"));
        maildir.write();
        try (RandomAccessFile sparse = new RandomAccessFile(home.resolve("Maildir/cur/1500000005.too-large:2,").toFile(),
                "rw")) {
            sparse.setLength((4L << 30) + 1);
        }
        Migrations migrations = new Migrations(temp.resolve("state"));
        migrations.settings = Settings.defaults().withSkipUnreadable(true);
        migrations.onEvent = event -> {
            if (event instanceof Event.Reached e && e.state() == UserState.COPIED) {
                try (var files = Files.list(home.resolve("Maildir/.Work/cur"))) {
                    Files.delete(files.filter(f -> f.getFileName().toString().contains("gone")).findFirst().orElseThrow());
                }
            }
        };

        Result result = migrations.migrate(Migrations.account("anna", home));

        assertEquals(1, result.sharedMails());
        assertEquals(1, result.vanished());
        Event.Compared compared = migrations.events.stream().filter(Event.Compared.class::isInstance)
                .map(Event.Compared.class::cast).reduce((a, b) -> b).orElseThrow();
        assertEquals(Map.of("2019-12", 1L, "2020-01", 3L), map(compared.target()));
        assertEquals(Map.of("2019-12", 1L, "2020-01", 3L), map(compared.source()));
        assertEquals(1, compared.source().undated());
        assertEquals(result.mails(), compared.target().total());
    }
}
