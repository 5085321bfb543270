package io.roost.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

class RecordLayoutTest {
    private static String layout(IndexExtension... extensions) {
        RecordLayout layout = RecordLayout.of(List.of(extensions));
        StringBuilder text = new StringBuilder();
        for (IndexExtension e : layout.extensions()) {
            text.append(e.name()).append('@').append(e.recordOffset()).append(' ');
        }
        return text.append(layout.recordSize()).toString();
    }

    /** What doveadm dump showed of an mdbox that doveadm backup made. */
    @Test
    void placesFieldsWhereDovecotDoes() {
        IndexExtension mdbox = IndexExtension.ofField("mdbox", 8, 4);
        IndexExtension guid = IndexExtension.ofField("guid", 16, 1);
        assertEquals("uidl@0 modseq@24 cache@32 mdbox@36 guid@5 keywords@21 48", layout(
                IndexExtension.ofHeader("uidl", new byte[4]), IndexExtension.ofField("modseq", 8, 8),
                IndexExtension.ofField("cache", 4, 4), mdbox, guid, IndexExtension.ofField("keywords", 2, 1)));
        assertEquals("mdbox@24 guid@5 32", layout(mdbox, guid));
        assertEquals("map@8 ref@6 20", layout(IndexExtension.ofField("map", 12, 4), IndexExtension.ofField("ref", 2, 2)));
        assertEquals("8", layout());
    }
}
