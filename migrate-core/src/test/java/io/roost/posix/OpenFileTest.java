package io.roost.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFileTest {
    private static final byte[] ACL = ByteString.terminated("system.posix_acl_access");
    private static final int ACL_SIZE = 4 + 5 * 8;

    @TempDir
    Path temp;

    @Test
    void modificationTime() throws Exception {
        try (OpenDirectory directory = OpenDirectory.open(temp.toString()); OpenFile file = directory.create("f", 0600)) {
            file.setModified(4_000_000_000L);
            assertEquals(4_000_000_000L, file.status().mtime());
            assertEquals(0, file.status().mtimeNanos());
            assertEquals(FileTime.fromMillis(4_000_000_000_000L), Files.getLastModifiedTime(temp.resolve("f")));
        }
    }

    /** A file that one more user may read: the mode does not say so. */
    @Test
    void accessIsCopied() throws Exception {
        try (OpenDirectory directory = OpenDirectory.open(temp.toString());
                OpenFile plain = directory.create("plain", 0640);
                OpenFile listed = directory.create("listed", 0640);
                OpenFile copy = directory.create("copy", 0640)) {
            plain.copyAccessTo(copy);
            assertThrows(PosixException.class, () -> acl("copy"));
            assumeTrue(setAcl(), "the file system has no access control lists");
            listed.copyAccessTo(copy);
            assertEquals(acl("listed"), acl("copy"));
        }
    }

    /** {@code user::rw- user:4711:r-- group::--- mask::r-- other::---}: u32 version 2, then u16 tag, u16 permissions, u32 id. */
    private boolean setAcl() throws Exception {
        ByteBuffer acl = ByteBuffer.allocateDirect(ACL_SIZE).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
        acl.putShort((short) 1).putShort((short) 6).putInt(-1).putShort((short) 2).putShort((short) 4).putInt(4711);
        acl.putShort((short) 4).putShort((short) 0).putInt(-1).putShort((short) 16).putShort((short) 4).putInt(-1);
        acl.putShort((short) 32).putShort((short) 0).putInt(-1).flip();
        try {
            return call("listed", fd -> (long) Libc.C.fsetxattr(fd, ACL, acl, ACL_SIZE, 0)) == 0;
        } catch (PosixException e) {
            if (e.errno() == PosixException.EOPNOTSUPP) {
                return false;
            }
            throw e;
        }
    }

    private String acl(String name) throws Exception {
        ByteBuffer acl = ByteBuffer.allocateDirect(100);
        long size = call(name, fd -> Libc.C.fgetxattr(fd, ACL, acl, 100));
        byte[] bytes = new byte[(int) size];
        acl.get(bytes);
        return ByteString.of(bytes, 0, bytes.length);
    }

    private interface FileCall {
        long on(int fd);
    }

    private long call(String name, FileCall call) throws PosixException {
        byte[] path = ByteString.terminated(temp.resolve(name).toString());
        int fd = Call.of("open", name, () -> Libc.C.openat(Libc.AT_FDCWD, path, Libc.O_RDWR, 0));
        try {
            return Call.ofLong("access list of", name, () -> call.on(fd));
        } finally {
            Libc.C.close(fd);
        }
    }
}
