package io.roost.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where the fields of extensions lie in a record, by Dovecot's own rule: fields sorted by alignment, largest first; from
 * offset 5 on, always the first field not yet placed whose alignment divides the offset; if none does, the offset is padded
 * to the smallest alignment still waiting. The record ends at a multiple of the largest alignment, at least 4.
 * Source: index-format reference §1.3, example checked in the test.
 *
 * @param extensions with their record offsets, in the order given
 * @param recordSize bytes of a record, at most 65535
 */
record RecordLayout(List<IndexExtension> extensions, int recordSize) {

    static RecordLayout of(List<IndexExtension> extensions) {
        List<Integer> waiting = new ArrayList<>();
        int largest = 4;
        for (int i = 0; i < extensions.size(); i++) {
            largest = Math.max(largest, extensions.get(i).recordAlign());
            if (extensions.get(i).recordSize() > 0) {
                waiting.add(i);
            }
        }
        waiting.sort(Comparator.comparing((Integer i) -> -extensions.get(i).recordAlign()));
        List<IndexExtension> placed = new ArrayList<>(extensions);
        int offset = IndexRecords.FIELDS_OFFSET;
        while (!waiting.isEmpty()) {
            int fitting = fitting(waiting, extensions, offset);
            if (fitting < 0) {
                // the last one waiting has the smallest alignment
                int smallest = extensions.get(waiting.get(waiting.size() - 1)).recordAlign();
                offset = roundUp(offset, smallest);
            } else {
                int i = waiting.remove(fitting);
                placed.set(i, extensions.get(i).withRecordOffset(offset));
                offset += extensions.get(i).recordSize();
            }
        }
        offset = roundUp(offset, largest);
        if (offset > 0xffff) {
            throw new IllegalArgumentException("a record of " + offset + " bytes");
        }
        return new RecordLayout(List.copyOf(placed), offset);
    }

    private static int fitting(List<Integer> waiting, List<IndexExtension> extensions, int offset) {
        for (int i = 0; i < waiting.size(); i++) {
            if (offset % extensions.get(waiting.get(i)).recordAlign() == 0) {
                return i;
            }
        }
        return -1;
    }

    private static int roundUp(int n, int align) {
        return (n + align - 1) / align * align;
    }
}
