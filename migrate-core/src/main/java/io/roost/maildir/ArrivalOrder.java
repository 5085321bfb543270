package io.roost.maildir;

import java.util.Arrays;

/**
 * Sorts files by {@link MailFileName#compareArrival}. A merge sort of its own, because that order is none in the strict
 * sense and {@code java.util} may refuse to sort by it.
 */
final class ArrivalOrder {
    private final MailFiles files;

    ArrivalOrder(MailFiles files) {
        this.files = files;
    }

    /** Sorts positions of files, stably. */
    void sort(int[] positions) {
        sort(positions, new int[positions.length], 0, positions.length);
    }

    private void sort(int[] a, int[] temporary, int from, int to) {
        if (to - from < 2) {
            return;
        }
        int middle = from + to >>> 1;
        sort(a, temporary, from, middle);
        sort(a, temporary, middle, to);
        if (compare(a[middle - 1], a[middle]) <= 0) {
            return;
        }
        System.arraycopy(a, from, temporary, from, to - from);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            boolean takeLeft = right == to || left < middle && compare(temporary[left], temporary[right]) <= 0;
            a[i] = temporary[takeLeft ? left++ : right++];
        }
    }

    private int compare(int a, int b) {
        NameStore names = files.names();
        int aFrom = names.position(files.offset(a));
        int bFrom = names.position(files.offset(b));
        byte[] aBytes = names.chunk(files.offset(a));
        byte[] bBytes = names.chunk(files.offset(b));
        int order = MailFileName.compareArrival(aBytes, aFrom, aFrom + files.length(a), bBytes, bFrom, bFrom + files.length(b));
        // Without a base, or with one base for both, the rest decides: it must not depend on the file system.
        return order != 0 ? order
                : Arrays.compareUnsigned(aBytes, aFrom, aFrom + files.length(a), bBytes, bFrom, bFrom + files.length(b));
    }
}
