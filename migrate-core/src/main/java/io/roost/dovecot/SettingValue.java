package io.roost.dovecot;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of settings as Dovecot reads them. Source: {@code settings-parser.c} of 2.3.19.1. */
final class SettingValue {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,20}) *(?:[bB]|([kKmMgGtT])[iI]?[bB]?)?");
    private static final Pattern TIME = Pattern.compile("([0-9]{1,20}) *([a-zA-Z]*)");
    private static final Map<String, Long> UNITS = Map.of("seconds", 1L, "secs", 1L, "minutes", 60L, "mins", 60L,
            "hours", 3600L, "days", 86_400L, "weeks", 604_800L);

    private SettingValue() {
    }

    /** Bytes of {@code 10M}, {@code 10 MB}, {@code 10240 k}. */
    static long size(String key, String value) throws InvalidSettingException {
        Matcher m = SIZE.matcher(value);
        if (m.matches()) {
            String unit = m.group(2) == null ? "" : m.group(2).toUpperCase(Locale.ROOT);
            int shift = unit.isEmpty() ? 0 : 10 * (1 + "KMGT".indexOf(unit));
            try {
                long number = Long.parseLong(m.group(1));
                if (number <= Long.MAX_VALUE >> shift) {
                    return number << shift;
                }
            } catch (NumberFormatException e) {
                // too large: the same complaint
            }
        }
        throw new InvalidSettingException(key, value, "a size such as 10M", "correct it");
    }

    /** Seconds, at most 2^32-1, of {@code 7 days}, {@code 1w}, {@code 0}; any beginning of a unit's name will do. */
    static long seconds(String key, String value) throws InvalidSettingException {
        Matcher m = TIME.matcher(value);
        if (m.matches() && m.group(1).length() < 11) {
            long number = Long.parseLong(m.group(1));
            String unit = m.group(2).toLowerCase(Locale.ROOT);
            if (unit.isEmpty() && number == 0) {
                return 0;
            }
            if (unit.length() > 1 && ("msecs".startsWith(unit) || "milliseconds".startsWith(unit) || "mseconds".startsWith(unit)
                    || "millisecs".startsWith(unit)) && !"minutes".startsWith(unit) && number % 1000 == 0) {
                return number / 1000;
            }
            for (Map.Entry<String, Long> name : UNITS.entrySet()) {
                boolean fits = number * name.getValue() <= 0xffffffffL;
                if (!unit.isEmpty() && name.getKey().startsWith(unit) && fits) {
                    return number * name.getValue();
                }
            }
        }
        throw new InvalidSettingException(key, value, "a time such as 30 secs or 7 days", "correct it");
    }

    static boolean bool(String key, String value) throws InvalidSettingException {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "yes", "y", "1" -> true;
            case "no" -> false;
            default -> throw new InvalidSettingException(key, value, "yes or no", "correct it");
        };
    }

    /** An unsigned number of 32 bits. */
    static long number(String key, String value) throws InvalidSettingException {
        if (value.matches("[0-9]{1,10}") && Long.parseLong(value) <= 0xffffffffL) {
            return Long.parseLong(value);
        }
        throw new InvalidSettingException(key, value, "a number", "correct it");
    }
}
