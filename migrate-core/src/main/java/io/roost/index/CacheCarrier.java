package io.roost.index;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.roost.posix.FileStatus;
import io.roost.posix.OpenDirectory;
import io.roost.posix.OpenFile;
import io.roost.posix.Ownership;
import io.roost.posix.PosixException;

/**
 * Carries a {@link CacheFile} over to a new index of the same mails, so that clients' first look after a migration reads no
 * mail. The file is copied as it is, but for the index id in its header; the new index gets an extension {@code cache} with
 * the reset id of the old one, and each mail's record the offset that the old one had. Only mails whose stored bytes stay the
 * same may have one: cached MIME parts hold byte offsets, and with others Dovecot would serve wrong bytes. Source:
 * index-format reference §4.1.
 */
public final class CacheCarrier {
    private static final int BUFFER = 1 << 20;
    /** Few are kept, and each thread has its own. */
    private static final ThreadLocal<ByteBuffer> BUFFERS =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN));

    private CacheCarrier() {
    }

    /**
     * Copies a cache, if it is still the one meant, also after copying. On disk when this returns true; when it does not, or
     * throws, the target has no cache.
     *
     * @param source     directory of the cache
     * @param identity   that it must have
     * @param maxSize    bytes above which it is not copied
     * @param prefix     of both indexes, {@code dovecot.index}
     * @param target     directory of the new index, without a cache yet
     * @param newIndexId index id of the new index
     * @return false if there is nothing to carry
     */
    public static boolean carry(OpenDirectory source, CacheIdentity identity, long maxSize, String prefix, OpenDirectory target,
            long newIndexId, Ownership ownership) throws IOException {
        String name = prefix + CacheFile.SUFFIX;
        try (OpenFile in = source.openFile(name)) {
            FileStatus status = in.status();
            if (!status.isFile() || status.size() > maxSize) {
                return false;
            }
            ByteBuffer buffer = read(in, 0, status.size());
            if (!CacheFile.belongs(buffer, identity)) {
                return false;
            }
            buffer.putInt(CacheFile.INDEX_ID_OFFSET, (int) newIndexId);
            boolean whole = false;
            try (OpenFile out = ownership.createFile(target, name)) {
                long at = 0;
                while (buffer.position() > 0) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new InterruptedIOException("interrupted");
                    }
                    at += buffer.position();
                    out.write(buffer.flip());
                    buffer = read(in, at, status.size());
                }
                out.sync();
                // Whoever finds a cache damaged may mark it so in place.
                whole = at == status.size() && CacheFile.belongs(read(in, 0, CacheFile.HEADER_SIZE), identity);
                return whole;
            } finally {
                if (!whole) {
                    target.removeFile(name);
                }
            }
        } catch (PosixException e) {
            if (e.isNotFound() && e.path().equals(source.pathOf(name))) {
                return false;
            }
            throw e;
        }
    }

    /** The next piece of a file of this size; its position tells how much there was. */
    private static ByteBuffer read(OpenFile in, long at, long size) throws PosixException {
        ByteBuffer buffer = BUFFERS.get().clear();
        buffer.limit((int) Math.min(buffer.capacity(), Math.max(0, size - at)));
        in.preadFully(buffer, at);
        return buffer;
    }
}
