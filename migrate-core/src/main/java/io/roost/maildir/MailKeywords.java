package io.roost.maildir;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The keywords of one mailbox and how its mails come to them: those that the index knows, in its order, then those that only
 * file names have, as they are met. Not thread-safe.
 */
final class MailKeywords {
    private static final BitSet NONE = new BitSet();

    private final KeywordsFile file;
    private final List<String> names;
    private final Map<String, Integer> positions = new HashMap<>();
    private final int[] letterPositions = new int[KeywordsFile.LETTERS];
    /** Keywords of the index for which no letter stands: file names say nothing about them. */
    private final BitSet indexOnly = new BitSet();

    MailKeywords(List<String> indexNames, KeywordsFile file) {
        this.file = file;
        names = new ArrayList<>(indexNames);
        for (int i = 0; i < names.size(); i++) {
            positions.putIfAbsent(KeywordsFile.lowerCase(names.get(i)), i);
            indexOnly.set(i, !file.isNamed(names.get(i)));
        }
    }

    /** Position of a keyword, which is added if it is new. */
    int position(String name) {
        return positions.computeIfAbsent(KeywordsFile.lowerCase(name), n -> {
            names.add(name);
            return names.size() - 1;
        });
    }

    /**
     * Keywords of a mail whose file name counts.
     *
     * @param letters of the file name, bit 0 for {@code a}
     * @param indexed what the index says, null if it does not know the mail; kept as far as no letter could say it
     */
    BitSet of(int letters, BitSet indexed) {
        if (letters == 0 && (indexed == null || indexed.isEmpty())) {
            return NONE;
        }
        BitSet all = new BitSet();
        if (indexed != null) {
            all.or(indexed);
            all.and(indexOnly);
        }
        for (int rest = letters; rest != 0; rest &= rest - 1) {
            int letter = Integer.numberOfTrailingZeros(rest);
            if (letterPositions[letter] == 0) {
                letterPositions[letter] = position(file.name(letter)) + 1;
            }
            all.set(letterPositions[letter] - 1);
        }
        return all;
    }

    List<String> names() {
        return names;
    }
}
