package io.roost.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.roost.dovecot.CorruptFileException;
import io.roost.posix.ByteString;
import io.roost.testing.Requires;
import io.roost.testing.Requires.Ability;
import io.roost.testing.SmallFileSystem;

class MountTableTest {
    private static final String NFS = "512 29 0:47 / /srv/mail rw,noatime shared:7 master:3 - nfs 10.77.0.1:/srv/mail "
            + "rw,vers=3,rsize=262144,hard,nordirplus,acregmin=60,local_lock=none,addr=10.77.0.1\n";

    private static MountTable parse(String text) throws CorruptFileException {
        return MountTable.parse("mountinfo", text);
    }

    @Test
    void readsALine() throws IOException {
        Mount mount = parse(NFS).byId(512).orElseThrow();
        assertEquals(new Mount(512, 29, 47, "/", "/srv/mail", "rw,noatime", "nfs", "10.77.0.1:/srv/mail",
                "rw,vers=3,rsize=262144,hard,nordirplus,acregmin=60,local_lock=none,addr=10.77.0.1"), mount);
        assertTrue(mount.isNfs() && mount.isNetwork() && !mount.isMemory());
        assertTrue(mount.has("noatime") && mount.has("hard") && !mount.has("nolock"));
        assertEquals(Optional.of("60"), mount.value("acregmin"));
        assertEquals(Optional.empty(), mount.value("reg"));
    }

    @Test
    void tagsAreOptionalAndNamesAreEscaped() throws IOException {
        Mount mount = parse("1 2 8:1 /a\\134b /mnt/with\\040space\\011tab\\012line rw -  ext4  rw\n".replace("-  ext4  rw",
                "- ext4  rw")).byId(1).orElseThrow();
        assertEquals("/a\\b", mount.root());
        assertEquals("/mnt/with space\ttab\nline", mount.mountPoint());
        assertEquals("", mount.source());
        assertEquals(8L << 32 | 1, mount.device());
    }

    @Test
    void ofThisProcess() throws IOException {
        MountTable table = MountTable.ofProcess();
        assertEquals("proc", table.find("/proc/self").orElseThrow().type());
        assertEquals(table.find("/proc"), table.find("/proc/is/not/there/at/all"));
        assertEquals("/", table.all().stream().filter(m -> m.mountPoint().equals("/")).reduce((a,
                b) -> b).orElseThrow().mountPoint());
    }

    @Test
    @Requires(Ability.MOUNT)
    void aMountPointWithOddCharacters(@TempDir Path temp) throws IOException {
        String name = "m \t\\ü#\n";
        try (SmallFileSystem mounted = SmallFileSystem.ofBytes(temp.resolve(name), 1 << 20)) {
            String path = ByteString.ofText(mounted.directory().toString());
            Mount mount = MountTable.ofProcess().find(path + "/x").orElseThrow();
            assertEquals(path, mount.mountPoint());
            assertTrue(mount.isMemory());
            assertEquals(Optional.of("1024k"), mount.value("size"));
        }
    }

    @Test
    void saysWhereALineIsWrong() {
        String second = NFS + "x 29 0:47 / /srv rw - nfs a rw\n";
        CorruptFileException e = assertThrows(CorruptFileException.class, () -> parse(second));
        assertEquals(NFS.length(), e.offset());
        assertTrue(e.getMessage().contains("a number below 2^31"), e.getMessage());
        for (String bad : new String[] {"1", "1 2", "1 2 3", "1 2 3:4 / /mnt rw", "1 2 3:4 / /mnt rw - ext4",
                "99999999999 2 3:4 / /m rw - a b c",
            "1 2 3:4 / mnt rw - ext4 a rw", "1 2 3:4 / /m\\04 rw - ext4 a rw", "1 2 3:4 / /m\\777 rw - ext4 a rw", "\n"}) {
            assertThrows(CorruptFileException.class, () -> parse(bad), bad);
        }
        assertThrows(CorruptFileException.class, () -> parse("1 2 3:4 / /m rw t ".repeat(200) + "- ext4 a rw"));
    }

    @Test
    void neverAnythingButACorruptFile() throws IOException {
        byte[] original = Files.readAllBytes(Path.of("/proc/self/mountinfo"));
        String valid = NFS + ByteString.of(original, 0, original.length);
        Random random = new Random(7);
        int damaged = 0;
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder(valid);
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(text.length() + 1);
                switch (random.nextInt(4)) {
                    case 0 -> text.replace(at, at + 1, String.valueOf((char) random.nextInt(256)));
                    case 1 -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
                    case 2 -> text.insert(at, "\\");
                    default -> text.setLength(at);
                }
            }
            try {
                MountTable table = parse(text.toString());
                assertFalse(table.all().stream().anyMatch(m -> !m.mountPoint().startsWith("/")));
            } catch (CorruptFileException e) {
                damaged++;
            }
        }
        assertTrue(damaged > 1_000, "damaged: " + damaged);
    }
}
