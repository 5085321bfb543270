package io.roost.testing;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A mounted file system whose server, another process, keeps what file servers promise, but for one thing. It has one directory
 * with empty files and speaks the kernel's FUSE protocol 7.31: what a program meets there, it meets through real system calls.
 * For tests that {@link Requires} {@code FUSE}; unmounted by {@link #close}.
 *
 * <pre>
 *   request = length:4 opcode:4 unique:8 node:8 uid:4 gid:4 pid:4 4 bytes, arguments; answer = length:4 -errno:4 unique:8, result
 *   attr    = ino:8 size:8 blocks:8 atime:8 mtime:8 ctime:8 nanoseconds:4*3 mode:4 nlink:4 uid:4 gid:4 rdev:4 blksize:4 flags:4
 *   entry   = node:8 generation:8 valid:8 attr-valid:8 nanoseconds:4*2 attr; valid 0: the kernel asks each time
 * </pre>
 * The machine's byte order. Source: {@code include/uapi/linux/fuse.h}.
 */
public final class UnreliableFileServer implements AutoCloseable {
    /** What is wrong with it. */
    public enum Fault {
        NONE,
        /** No lock can be had: {@code ENOLCK}, as of an NFS client whose lock manager is not there. */
        NO_LOCKS,
        /** Everybody gets every lock. */
        LOCKS_FOR_ALL,
        /** Whoever asks for a lock waits until they give up. */
        SILENT_LOCKS,
        /** {@code O_EXCL} opens what exists: a new name is unknown until it was made twice. */
        NO_EXCLUSIVE,
        /** Its clock is five seconds ahead. */
        CLOCK_AHEAD,
        /** What root makes belongs to uid 65534, and root may not give it away. */
        ROOT_IS_NOBODY
    }

    private static final int PATIENCE_SECONDS = 60;
    private static final int NOBODY = 65_534;
    private static final int ENOENT = 2;
    private static final int EPERM = 1;
    private static final int EINTR = 4;
    private static final int ENOSYS = 38;
    private static final int ENOLCK = 37;
    private static final int LOCKS_BY_SERVER = 1 << 1;
    private static final long ROOT = 1;

    private final Path point;
    private final Process server;

    private UnreliableFileServer(Path point, Fault fault) throws IOException {
        this.point = Files.createDirectories(point);
        String mount = "exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,allow_other "
                + "server:/mail \"$0\" && exec \"$@\" <&3 >&3 3<&-";
        server = new ProcessBuilder("sh", "-c", mount, point.toString(),
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "-Xmx32m", "-cp",
                System.getProperty("java.class.path"), UnreliableFileServer.class.getName(), fault.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Mounts it, and waits until it answers. */
    public static UnreliableFileServer at(Path point, Fault fault) throws IOException, InterruptedException {
        UnreliableFileServer mounted = new UnreliableFileServer(point, fault);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + point + " ")) {
            if (!mounted.server.isAlive() || System.nanoTime() > deadline) {
                mounted.server.destroyForcibly();
                throw new IOException("not mounted: " + point);
            }
            Thread.sleep(5);
        }
        Files.exists(point.resolve("waits-for-the-first-answer"));
        return mounted;
    }

    public Path point() {
        return point;
    }

    @Override
    public void close() throws IOException {
        Process umount = new ProcessBuilder("umount", "-l", point.toString()).inheritIO().start();
        try {
            umount.waitFor();
            server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            server.destroyForcibly();
        }
    }

    /** The server: {@code /dev/fuse} is its standard input and output. */
    public static void main(String[] args) throws IOException {
        Server server = new Server(Fault.valueOf(args[0]));
        try (FileInputStream in = new FileInputStream(FileDescriptor.in);
                FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            byte[] request = new byte[1 << 18];
            while (true) {
                int length;
                try {
                    length = in.read(request);
                } catch (IOException e) {
                    // it was unmounted
                    return;
                }
                byte[] answer = server.answer(ByteBuffer.wrap(request, 0, length).order(ByteOrder.nativeOrder()));
                if (answer.length > 0) {
                    out.write(answer);
                }
            }
        }
    }

    private static final class Server {
        private record File(long node, int mode, int uid, int gid, long made) { }

        private final Fault fault;
        private final Map<Long, File> files = new HashMap<>();
        private final Map<String, Long> names = new HashMap<>();
        private final Set<String> hidden = new HashSet<>();
        private final ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
        private long next = ROOT + 1;

        Server(Fault fault) {
            this.fault = fault;
            files.put(ROOT, new File(ROOT, 0040777, 0, 0, now()));
        }

        private long now() {
            return System.currentTimeMillis() + (fault == Fault.CLOCK_AHEAD ? 5_000 : 0);
        }

        /** Empty if none is expected. */
        byte[] answer(ByteBuffer in) {
            in.getInt();
            int opcode = in.getInt();
            long unique = in.getLong();
            long node = in.getLong();
            int uid = in.getInt();
            int gid = in.getInt();
            in.position(40);
            if (opcode == 2 || opcode == 42 || fault == Fault.SILENT_LOCKS && (opcode == 32 || opcode == 33)) {
                // FORGET and BATCH_FORGET; SETLK
                return new byte[0];
            }
            out.clear().position(16);
            int error;
            if (opcode == 36) { // INTERRUPT of the request that is named
                unique = in.getLong();
                error = EINTR;
            } else {
                error = result(opcode, node, uid, gid, in);
            }
            int length = error == 0 ? out.position() : 16;
            out.putInt(0, length).putInt(4, -error).putLong(8, unique);
            byte[] answer = new byte[length];
            out.get(0, answer);
            return answer;
        }

        private int result(int opcode, long node, int uid, int gid, ByteBuffer in) {
            switch (opcode) {
                case 26 -> init(in); // INIT
                case 1 -> { // LOOKUP
                    String name = name(in);
                    if (!names.containsKey(name) || hidden.contains(name)) {
                        return ENOENT;
                    }
                    entry(files.get(names.get(name)));
                }
                case 3 -> attributes(files.get(node)); // GETATTR
                case 4 -> { // SETATTR
                    return setAttributes(files.get(node), uid, in);
                }
                case 35 -> create(uid, gid, in); // CREATE
                case 10 -> names.remove(name(in)); // UNLINK
                case 14, 27 -> opened(); // OPEN, OPENDIR
                case 28 -> { } // READDIR: empty
                case 17 -> { // STATFS
                    out.putLong(1 << 20).putLong(1 << 20).putLong(1 << 20).putLong(1 << 20).putLong(1 << 20);
                    out.putInt(4096).putInt(255).putInt(4096).putInt(0).put(new byte[24]);
                }
                case 31, 32, 33 -> { // GETLK, SETLK, SETLKW
                    return fault == Fault.NO_LOCKS ? ENOLCK : 0;
                }
                case 18, 20, 25, 29, 30, 34, 38 -> { } // RELEASE, FSYNC, FLUSH, RELEASEDIR, FSYNCDIR, ACCESS, DESTROY
                default -> {
                    return ENOSYS;
                }
            }
            return 0;
        }

        private void init(ByteBuffer in) {
            in.getInt();
            in.getInt();
            int readAhead = in.getInt();
            boolean locks = fault == Fault.NO_LOCKS || fault == Fault.LOCKS_FOR_ALL || fault == Fault.SILENT_LOCKS;
            out.putInt(7).putInt(31).putInt(readAhead).putInt(locks ? LOCKS_BY_SERVER : 0);
            out.putShort((short) 12).putShort((short) 9).putInt(1 << 17).putInt(1).putShort((short) 32).putShort((short) 0);
            out.put(new byte[32]);
        }

        private void create(int uid, int gid, ByteBuffer in) {
            in.getInt();
            int mode = in.getInt();
            in.position(in.position() + 8);
            String name = name(in);
            File file = files.get(names.getOrDefault(name, 0L));
            if (file == null) {
                file = new File(next++, 0100000 | mode & 07777, fault == Fault.ROOT_IS_NOBODY ? NOBODY : uid, gid, now());
                files.put(file.node(), file);
                names.put(name, file.node());
                if (fault == Fault.NO_EXCLUSIVE) {
                    hidden.add(name);
                }
            } else {
                hidden.remove(name);
            }
            entry(file);
            opened();
        }

        private int setAttributes(File file, int uid, ByteBuffer in) {
            int start = in.position();
            int valid = in.getInt();
            if ((valid & 2) != 0 && fault == Fault.ROOT_IS_NOBODY) {
                return EPERM;
            }
            File changed = new File(file.node(), (valid & 1) == 0 ? file.mode() : file.mode() & ~07777 | in.getInt(start + 68) & 07777,
                    (valid & 2) == 0 ? file.uid() : in.getInt(start + 76), (valid & 4) == 0 ? file.gid() : in.getInt(start + 80),
                    file.made());
            files.put(file.node(), changed);
            attributes(changed);
            return 0;
        }

        private static String name(ByteBuffer in) {
            byte[] rest = new byte[in.remaining()];
            in.get(rest);
            String text = new String(rest, StandardCharsets.ISO_8859_1);
            return text.substring(0, text.indexOf(0));
        }

        private void opened() {
            out.putLong(0).putInt(0).putInt(0);
        }

        private void entry(File file) {
            out.putLong(file.node()).putLong(0).putLong(0).putLong(0).putInt(0).putInt(0);
            attr(file);
        }

        private void attributes(File file) {
            out.putLong(0).putInt(0).putInt(0);
            attr(file);
        }

        private void attr(File file) {
            long seconds = Math.floorDiv(file.made(), 1000);
            int nanos = (int) Math.floorMod(file.made(), 1000L) * 1_000_000;
            out.putLong(file.node()).putLong(0).putLong(0).putLong(seconds).putLong(seconds).putLong(seconds);
            out.putInt(nanos).putInt(nanos).putInt(nanos).putInt(file.mode()).putInt(1).putInt(file.uid()).putInt(file.gid());
            out.putInt(0).putInt(4096).putInt(0);
        }
    }
}
