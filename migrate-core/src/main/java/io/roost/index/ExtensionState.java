package io.roost.index;

/** An extension while an index is read: what {@link IndexExtension} says, changeable, and its field of all records. */
final class ExtensionState {
    final String name;
    long resetId;
    byte[] header;
    int recordSize;
    int recordAlign;
    final int recordOffset;
    /** The field of record i at {@code i * recordSize}; room for more records than there are. */
    byte[] column;

    ExtensionState(IndexExtension e) {
        name = e.name();
        resetId = e.resetId();
        header = e.header();
        recordSize = e.recordSize();
        recordAlign = e.recordAlign();
        recordOffset = e.recordOffset();
        column = new byte[0];
    }

    IndexExtension toExtension() {
        return new IndexExtension(name, resetId, header, recordOffset, recordSize, recordAlign);
    }
}
