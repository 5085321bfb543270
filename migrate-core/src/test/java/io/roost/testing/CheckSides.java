package io.roost.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The table {@code check-sides.txt}: for each check of {@code roost check} the test that sees it as it should be, and the one that
 * sees it otherwise. Kept true from two ends: a test that the table names fails if it ends without having seen what the table
 * says, and {@link #assertComplete} fails if a check has no row or a row names no test.
 *
 * <pre>
 *   file = *( "#" anything LF / LF / row LF )
 *   row  = id 1*SP fine 1*SP [ "unknown:" ] otherwise
 *   fine, otherwise = CLASS "." METHOD, below the package io.roost
 * </pre>
 *
 * {@code otherwise} is graver than {@code ok}, and not {@code unknown}; of a check that can say no more than that, {@code unknown:}
 * stands before it. {@code fine} is {@code -} for a check that is never {@code ok}.
 */
public final class CheckSides implements BeforeEachCallback, AfterEachCallback {
    private static final String TABLE = "check-sides.txt";
    private static final String PACKAGE = "io.roost.";
    private static final String UNKNOWN = "unknown:";
    private static final Map<String, Row> ROWS = read();
    private static final ThreadLocal<Set<String>> SEEN = ThreadLocal.withInitial(LinkedHashSet::new);

    /** On classes of which the table names tests. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @ExtendWith(CheckSides.class)
    public @interface Shown { }

    private record Row(String fine, String otherwise, boolean unknown) { }

    private static Map<String, Row> read() {
        try (InputStream in = CheckSides.class.getResourceAsStream(TABLE)) {
            Map<String, Row> rows = new LinkedHashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                String[] words = line.split(" +");
                boolean unknown = words.length == 3 && words[2].startsWith(UNKNOWN);
                if (words.length != 3 || rows.put(words[0], new Row(words[1], unknown ? words[2].substring(UNKNOWN.length())
                        : words[2], unknown)) != null) {
                    throw new AssertionError(TABLE + ": not a row, or a second one of a check: " + line);
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A test has a finding in its hands. @param severity in either case */
    public static void saw(String severity, String id) {
        SEEN.get().add(severity.toLowerCase(Locale.ROOT) + " " + id);
    }

    /** All that have a row. */
    public static Set<String> ids() {
        return ROWS.keySet();
    }

    /**
     * Fails where a check has no row, or its row does not name tests.
     *
     * @param ids       of the checks of one module, whose tests are the ones that show them
     * @param neverFine those of them that cannot be {@code ok}
     */
    public static void assertComplete(Set<String> ids, Set<String> neverFine) throws ReflectiveOperationException {
        for (String id : ids) {
            Row row = ROWS.get(id);
            if (row == null) {
                throw new AssertionError(TABLE + " has no row for " + id + ": add tests that see it as it should be, and otherwise");
            }
            if (neverFine.contains(id) != row.fine().equals("-")) {
                throw new AssertionError(TABLE + ": " + id + " is " + (row.fine().equals("-") ? "shown from one side" : "said to be "
                        + "never ok"));
            }
            if (!row.fine().equals("-")) {
                assertTest(row.fine());
            }
            assertTest(row.otherwise());
        }
    }

    private static void assertTest(String name) throws ReflectiveOperationException {
        int dot = name.lastIndexOf('.');
        Class<?> type = Class.forName(PACKAGE + name.substring(0, dot));
        if (!type.isAnnotationPresent(Shown.class)) {
            throw new AssertionError(type + " is named in " + TABLE + " and is not @CheckSides.Shown");
        }
        for (var method : type.getDeclaredMethods()) {
            if (method.getName().equals(name.substring(dot + 1)) && method.isAnnotationPresent(Test.class)) {
                return;
            }
        }
        throw new NoSuchMethodException(TABLE + " names " + name + ", which is no test");
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        SEEN.get().clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            return;
        }
        String test = context.getRequiredTestClass().getName().substring(PACKAGE.length()) + "."
                + context.getRequiredTestMethod().getName();
        ROWS.forEach((id, row) -> {
            if (row.fine().equals(test)) {
                require(test, id, Set.of("ok"));
            }
            if (row.otherwise().equals(test)) {
                require(test, id, row.unknown() ? Set.of("unknown") : Set.of("unsafe", "slow", "advice"));
            }
        });
    }

    private static void require(String test, String id, Set<String> severities) {
        if (severities.stream().noneMatch(severity -> SEEN.get().contains(severity + " " + id))) {
            throw new AssertionError(TABLE + " says that " + test + " sees " + id + " as one of " + severities + "; it saw "
                    + SEEN.get().stream().filter(seen -> seen.endsWith(" " + id)).toList());
        }
    }
}
