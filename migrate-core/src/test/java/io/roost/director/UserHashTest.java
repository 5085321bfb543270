package io.roost.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.roost.dovecot.InvalidSettingException;

class UserHashTest {
    @Test
    void asDovecotComputesIt() throws IOException {
        assertEquals(287140048, new UserHash("%Lu").of("User1@Example.com"));
        assertEquals(new UserHash("%u").of("user1"), new UserHash("%Ln").of("User1@Example.com"));
        assertEquals("4294967295", UserHash.text(-1));
        assertThrows(InvalidSettingException.class, () -> new UserHash("%{nonsense}"));
    }

    @Test
    void usersOfOneHashAreFoundTogether() throws IOException {
        CollidingUsers users = new CollidingUsers(new UserHash("%Ld"));
        for (String user : List.of("anna@a.org", "bert@b.org", "carl@A.ORG", "anna@a.org", "dora@a.org")) {
            users.add(user);
        }
        assertEquals(List.of(List.of("anna@a.org", "carl@A.ORG", "dora@a.org")), List.copyOf(users.groups()));
        assertEquals(List.of("anna@a.org", "dora@a.org"), users.othersLike("carl@A.ORG"));
        assertEquals(List.of(), users.othersLike("bert@b.org"));
    }

    /** By the birthday of 32 bits: among 200,000 names there are some. */
    @Test
    void wholeNamesCollideByChance() throws IOException {
        UserHash hash = new UserHash(UserHash.DEFAULT_FORMAT);
        CollidingUsers users = new CollidingUsers(hash);
        for (int i = 0; i < 200_000; i++) {
            users.add("user" + i + "@example.org");
        }
        assertTrue(!users.groups().isEmpty() && users.groups().size() < 30, () -> users.groups().toString());
        for (List<String> group : users.groups()) {
            assertEquals(hash.of(group.get(0)), hash.of(group.get(1)));
        }
    }
}
