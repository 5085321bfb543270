package io.roost.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.roost.posix.OpenFile;
import io.roost.posix.PosixException;

/**
 * Looks whether all pages that a transaction of an LMDB data file uses are in the file. LMDB maps the file into memory, and a
 * page that is not there ends the process. The file's length alone does not tell: LMDB counts pages that a transaction took at
 * the end and gave back, and never writes them, so a file in perfect order may be shorter than its header says.
 *
 * <p>The file consists of pages, numbered from 0, in the byte order of the machine:
 *
 * <table>
 * <caption>Offsets within a page</caption>
 * <tr><td>0</td><td>u64 its number</td></tr>
 * <tr><td>10</td><td>u16 type: 1 branch, 2 leaf, 4 overflow, 8 meta</td></tr>
 * <tr><td>12</td><td>branch and leaf: u16 end of the table of node offsets; overflow: u32 number of pages</td></tr>
 * <tr><td>16</td><td>branch and leaf: table of u16 node offsets</td></tr>
 * <tr><td>40, 88</td><td>meta: the tree of free pages, the tree of named trees</td></tr>
 * <tr><td>144</td><td>meta: u64 transaction</td></tr>
 * </table>
 *
 * Pages 0 and 1 are meta pages of the last two transactions. A tree is described by 48 bytes, of which 6 is its u16 depth and
 * 40 the u64 root page, all ones if it is empty. A node has u16 low and u16 high of its data's size, u16 flags (1: the data is
 * the number of an overflow page, 2: the data describes a tree), u16 length of the key, key, data; in a branch the first three
 * fields are the child's number instead. Source: {@code mdb.c} of LMDB 0.9.
 */
final class LmdbFile {
    private static final int BRANCH = 1;
    private static final int LEAF = 2;
    private static final int OVERFLOW = 4;
    private static final int META = 8;
    private static final int BIG_DATA = 1;
    private static final int SUB_TREE = 2;
    private static final int HEADER = 16;
    private static final int NODE_HEADER = 8;
    private static final int TREE_SIZE = 48;
    private static final int MAX_DEPTH = 32;
    private static final long EMPTY = -1;

    private final OpenFile file;
    private final long pages;
    private final ByteBuffer page;
    private long visited;

    /** Thrown from the depth of a tree. */
    private static final class Damaged extends Exception {
        Damaged(String why) {
            super(why, null, false, false);
        }
    }

    private LmdbFile(OpenFile file, int pageSize) throws PosixException {
        this.file = file;
        pages = file.status().size() / pageSize;
        page = ByteBuffer.allocateDirect(pageSize).order(ByteOrder.nativeOrder());
    }

    /**
     * What is wrong with the file, empty if all is there.
     *
     * @param pageSize    bytes
     * @param transaction one that is kept from being overwritten meanwhile by an open read transaction
     */
    static Optional<String> problem(OpenFile file, int pageSize, long transaction) throws PosixException {
        LmdbFile lmdb = new LmdbFile(file, pageSize);
        try {
            for (int meta = 0; meta < 2; meta++) {
                lmdb.read(meta, META);
                if (lmdb.page.getLong(144) == transaction) {
                    ByteBuffer trees = lmdb.copy(40, 2 * TREE_SIZE);
                    lmdb.tree(trees, 0);
                    lmdb.tree(trees, TREE_SIZE);
                    return Optional.empty();
                }
            }
            return Optional.of("transaction " + transaction + " is in neither of its first two pages");
        } catch (Damaged e) {
            return Optional.of(e.getMessage());
        }
    }

    private void tree(ByteBuffer in, int at) throws Damaged, PosixException {
        int depth = Short.toUnsignedInt(in.getShort(at + 6));
        long root = in.getLong(at + 40);
        if (root != EMPTY) {
            if (depth < 1 || depth > MAX_DEPTH) {
                throw new Damaged("a tree of depth " + depth + ", expected 1 to " + MAX_DEPTH);
            }
            walk(root, depth);
        }
    }

    private void walk(long number, int depth) throws Damaged, PosixException {
        read(number, depth > 1 ? BRANCH : LEAF);
        int[] nodes = nodes(number);
        if (depth > 1) {
            long[] children = new long[nodes.length];
            for (int i = 0; i < nodes.length; i++) {
                children[i] = size(nodes[i]) | (long) Short.toUnsignedInt(page.getShort(nodes[i] + 4)) << 32;
            }
            for (long child : children) {
                walk(child, depth - 1);
            }
            return;
        }
        List<ByteBuffer> trees = new ArrayList<>();
        List<Long> overflows = new ArrayList<>();
        for (int node : nodes) {
            int data = node + NODE_HEADER + Short.toUnsignedInt(page.getShort(node + 6));
            int flags = page.getShort(node + 4);
            if ((flags & SUB_TREE) != 0) {
                trees.add(copy(data, TREE_SIZE));
            } else if ((flags & BIG_DATA) != 0) {
                overflows.add(copy(data, Long.BYTES).getLong(0));
            } else {
                copy(data, 0);
            }
        }
        for (long overflow : overflows) {
            read(overflow, OVERFLOW);
            long end = overflow + Integer.toUnsignedLong(page.getInt(12));
            if (end > pages) {
                throw new Damaged("a value ends on page " + (end - 1) + " of " + pages);
            }
        }
        for (ByteBuffer tree : trees) {
            tree(tree, 0);
        }
    }

    /** Offsets of the nodes in the page just read. */
    private int[] nodes(long number) throws Damaged {
        int end = Short.toUnsignedInt(page.getShort(12));
        if (end < HEADER || end > page.capacity()) {
            throw new Damaged("page " + number + " has a table of nodes up to " + end);
        }
        int[] nodes = new int[(end - HEADER) / 2];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = Short.toUnsignedInt(page.getShort(HEADER + 2 * i));
            if (nodes[i] < end || nodes[i] > page.capacity() - NODE_HEADER) {
                throw new Damaged("page " + number + " has a node at " + nodes[i]);
            }
        }
        return nodes;
    }

    private long size(int node) {
        return Short.toUnsignedLong(page.getShort(node)) | Short.toUnsignedLong(page.getShort(node + 2)) << 16;
    }

    private ByteBuffer copy(int from, int length) throws Damaged {
        if (from > page.capacity() - length) {
            throw new Damaged("page " + page.getLong(0) + " has data beyond its end");
        }
        return ByteBuffer.allocate(length).order(ByteOrder.nativeOrder()).put(page.slice(from, length)).flip();
    }

    private void read(long number, int type) throws Damaged, PosixException {
        if (number < 0 || number >= pages) {
            throw new Damaged("page " + Long.toUnsignedString(number) + " is used, and there are " + pages);
        }
        if (++visited > pages) {
            throw new Damaged("its trees run in a circle");
        }
        page.clear();
        file.preadFully(page, number * page.capacity());
        if (page.hasRemaining() || page.getLong(0) != number || (page.getShort(10) & type) == 0) {
            throw new Damaged("page " + number + " is not of type " + type);
        }
    }
}
