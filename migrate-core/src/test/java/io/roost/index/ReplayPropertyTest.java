package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.posix.ByteString;
import io.roost.posix.OpenDirectory;
import io.roost.posix.Ownership;

/** Random logs, sometimes rotated, replayed and compared with a plain model of a mailbox. */
class ReplayPropertyTest {
    private static final long ID = 42;

    @TempDir
    Path temp;

    private static final class Mail {
        int flags;
        final Set<String> keywords = new TreeSet<>();
        int x;
        long modseq;
    }

    private final TreeMap<Long, Mail> mails = new TreeMap<>();
    private long nextUid = 1;
    private long modseq = 5;

    @Test
    void replayAgreesWithTheModel() throws Exception {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            mails.clear();
            nextUid = 1;
            modseq = 5;
            Path home = Files.createDirectory(temp.resolve("s" + seed));
            try (OpenDirectory dir = OpenDirectory.open(ByteString.ofText(home.toString()))) {
                run(random, home, dir, seed);
            }
        }
    }

    private void run(Random random, Path home, OpenDirectory dir, int seed) throws Exception {
        IndexWriter writer = new IndexWriter(List.of(IndexExtension.ofField("x", 4, 4), IndexWriter.modseqExtension(modseq)));
        for (int i = random.nextInt(50); i > 0; i--) {
            Mail mail = new Mail();
            mail.modseq = modseq;
            writer.putLong(writer.append(nextUid, 0), 1, 0, modseq);
            mails.put(nextUid, mail);
            nextUid += 1 + random.nextInt(2);
        }
        writer.write(dir, "i", new IndexWriter.Base(ID, 5, nextUid, 1, modseq, 0), Ownership.PRIVATE);
        Path log = home.resolve("i.log");
        LogBuilder builder = new LogBuilder(Files.readAllBytes(log));
        int operations = random.nextInt(200);
        int rotation = random.nextInt(400);
        for (int n = 0; n < operations; n++) {
            if (n == rotation) {
                builder.write(home.resolve("i.log.2"));
                builder = new LogBuilder(ID, 3, 2, builder.size(), modseq);
            }
            operation(random, builder);
        }
        builder.write(log);
        compare(MailIndex.read(dir, "i").orElseThrow(), "seed " + seed);
    }

    private void operation(Random random, LogBuilder log) {
        long uid1 = 1 + random.nextInt((int) nextUid + 3);
        long uid2 = uid1 + random.nextInt(10);
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                Mail mail = new Mail();
                mail.flags = random.nextInt(32);
                mail.modseq = ++modseq;
                nextUid += random.nextInt(3);
                mails.put(nextUid, mail);
                log.append(nextUid++, mail.flags);
            }
            case 2 -> {
                int add = random.nextInt(32);
                int remove = random.nextInt(32);
                log.flags(random.nextBoolean() ? 0 : LogBuilder.EXTERNAL, uid1, uid2, add, remove);
                modseq += (add | remove) != 0 ? 1 : 0;
                for (Mail mail : mails.subMap(uid1, uid2 + 1).values()) {
                    mail.flags = mail.flags & ~remove | add;
                    mail.modseq = (add | remove) != 0 ? modseq : mail.modseq;
                }
            }
            case 3 -> {
                boolean external = random.nextInt(3) > 0;
                log.expunge(external ? LogBuilder.EXTERNAL : 0, uid1, uid1 + 2);
                if (external) {
                    modseq++;
                    mails.subMap(uid1, uid1 + 3).clear();
                }
            }
            case 4 -> {
                String keyword = "k" + random.nextInt(20);
                boolean add = random.nextInt(3) > 0;
                log.keyword(LogBuilder.EXTERNAL, add, keyword, uid1, uid2);
                keyword(keyword, add, uid1, uid2);
            }
            case 5 -> {
                int value = random.nextInt();
                log.intro(-1, "x", 0, 0, 4, 4, 0);
                if (uid1 < nextUid) {
                    log.extRecord(uid1, LogBuilder.u32(value));
                    if (mails.containsKey(uid1)) {
                        mails.get(uid1).x = value;
                    }
                }
            }
            default -> {
                log.keywordReset(uid1, uid2);
                modseq++;
                if (!knownKeywords.isEmpty()) {
                    for (Mail mail : mails.subMap(uid1, uid2 + 1).values()) {
                        mail.keywords.clear();
                        mail.modseq = modseq;
                    }
                }
            }
        }
    }

    private final List<String> knownKeywords = new ArrayList<>();

    private void keyword(String keyword, boolean add, long uid1, long uid2) {
        modseq++;
        if (!knownKeywords.contains(keyword)) {
            knownKeywords.add(keyword);
        }
        for (Mail mail : mails.subMap(uid1, uid2 + 1).values()) {
            if (add) {
                mail.keywords.add(keyword);
            } else {
                mail.keywords.remove(keyword);
            }
            mail.modseq = modseq;
        }
    }

    private void compare(MailIndex index, String seed) {
        assertEquals(mails.size(), index.size(), seed);
        assertEquals(nextUid, index.header().nextUid(), seed);
        assertEquals(modseq, index.highestModseq(), seed);
        assertEquals(mails.values().stream().filter(m -> (m.flags & 8) != 0).count(), index.header().seenMessagesCount(), seed);
        IndexExtension x = index.extension("x").orElseThrow();
        int i = 0;
        for (var entry : mails.entrySet()) {
            String what = seed + " uid " + entry.getKey();
            Mail mail = entry.getValue();
            assertEquals(entry.getKey(), index.uid(i), what);
            assertEquals(mail.flags, index.flags(i), what);
            assertEquals(mail.x, index.recordInt(x, i, 0), what);
            Set<String> keywords = new TreeSet<>();
            index.keywords(i).stream().forEach(k -> keywords.add(index.keywordNames().get(k)));
            assertEquals(mail.keywords, keywords, what);
            i++;
        }
        i = 0;
        for (Mail mail : mails.values()) {
            assertEquals(mail.modseq, index.modseq(i), seed + " modseq of uid " + index.uid(i));
            i++;
        }
        knownKeywords.clear();
    }
}
