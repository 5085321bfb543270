package io.roost.cli.hostchange;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.roost.cli.CommandException;

/** Times as they are given on the command line: {@code 7d}, {@code 12h}, {@code 30m}, {@code 90s}. */
final class Ages {
    private static final Pattern AGE = Pattern.compile("([0-9]{1,6})([smhd])");

    private Ages() {
    }

    static Duration parse(String option, String text) throws CommandException {
        Matcher matcher = AGE.matcher(text);
        if (!matcher.matches()) {
            throw CommandException.usage(option + ": found \"" + text + "\", expected a number and s, m, h or d, such as 7d");
        }
        long n = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2).charAt(0)) {
            case 's' -> Duration.ofSeconds(n);
            case 'm' -> Duration.ofMinutes(n);
            case 'h' -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }
}
