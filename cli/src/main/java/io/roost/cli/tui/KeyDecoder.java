package io.roost.cli.tui;

import java.io.IOException;

/**
 * Makes keys of the characters that a terminal sends.
 *
 * <pre>
 *   key      = character / control / ESC / sequence
 *   sequence = ESC "[" *parameter final / ESC "O" final        parameter: 0x20 to 0x3F, final: 0x40 to 0x7E
 *   mouse    = ESC "[<" button ";" column ";" row ("M" / "m")  decimal, places from 1
 * </pre>
 *
 * An ESC that nothing follows soon is the key of that name. Sequences that are not known are read to their end and mean
 * nothing.
 */
final class KeyDecoder {
    /** No character came in time. */
    static final int NONE = -2;
    /** Nothing will come any more. */
    static final int GONE = -1;
    /** Over ssh the characters of one key may come apart. */
    private static final long SEQUENCE_MILLIS = 40;
    private static final int LONGEST = 32;

    private final Source source;
    private int pending = NONE;

    /** Gives characters, UTF-16 units. */
    @FunctionalInterface
    interface Source {
        /** @return {@link #NONE}, {@link #GONE} or a char */
        int read(long timeoutMillis) throws IOException;
    }

    KeyDecoder(Source source) {
        this.source = source;
    }

    /** Waits so long for a key; null if none came. */
    Key read(long timeoutMillis) throws IOException {
        int c = pending == NONE ? source.read(timeoutMillis) : pending;
        pending = NONE;
        return switch (c) {
            case NONE -> null;
            case GONE -> Key.of(Key.Name.GONE);
            case '\r', '\n' -> Key.of(Key.Name.ENTER);
            case '\t' -> Key.of(Key.Name.TAB);
            case 0x7f, '\b' -> Key.of(Key.Name.BACKSPACE);
            case 3, 4 -> Key.of(Key.Name.INTERRUPT);
            case 1 -> Key.of(Key.Name.HOME);
            case 5 -> Key.of(Key.Name.END);
            case 12 -> Key.of(Key.Name.REDRAW);
            case 21 -> Key.of(Key.Name.KILL_LINE);
            case 0x1b -> escape();
            default -> character((char) c);
        };
    }

    private Key character(char c) throws IOException {
        if (Character.isHighSurrogate(c)) {
            int low = source.read(SEQUENCE_MILLIS);
            return low > 0 && Character.isLowSurrogate((char) low) ? Key.character(Character.toCodePoint(c, (char) low))
                    : Key.of(Key.Name.OTHER);
        }
        return Character.isISOControl(c) || Character.isLowSurrogate(c) ? Key.of(Key.Name.OTHER) : Key.character(c);
    }

    private Key escape() throws IOException {
        int c = source.read(SEQUENCE_MILLIS);
        if (c == NONE || c == GONE) {
            return Key.of(Key.Name.ESCAPE);
        }
        if (c == 0x1b) {
            // pressed twice: the second begins the next key
            pending = c;
            return Key.of(Key.Name.ESCAPE);
        }
        if (c != '[' && c != 'O') {
            return Key.of(Key.Name.OTHER);
        }
        StringBuilder parameters = new StringBuilder();
        for (int i = 0; i < LONGEST; i++) {
            int next = source.read(SEQUENCE_MILLIS);
            if (next < 0x20) {
                break;
            }
            if (next >= 0x40) {
                return parameters.length() > 0 && parameters.charAt(0) == '<' ? mouse((char) next, parameters.substring(1))
                        : Key.of(named((char) next, parameters.toString()));
            }
            parameters.append((char) next);
        }
        return Key.of(Key.Name.OTHER);
    }

    /** As xterm tells of the mouse since mode 1006: button, column and row from 1, {@code M} pressed or {@code m} released. */
    private static Key mouse(char end, String parameters) {
        if (end != 'M' || !parameters.matches("[0-9]{1,3};[0-9]{1,5};[0-9]{1,5}")) {
            return Key.of(Key.Name.OTHER);
        }
        String[] numbers = parameters.split(";");
        return switch (numbers[0]) {
            case "0" -> new Key(Key.Name.CLICK, 0, Integer.parseInt(numbers[2]) - 1, Integer.parseInt(numbers[1]) - 1);
            case "64" -> Key.of(Key.Name.WHEEL_UP);
            case "65" -> Key.of(Key.Name.WHEEL_DOWN);
            default -> Key.of(Key.Name.OTHER);
        };
    }

    private static Key.Name named(char end, String parameters) {
        return switch (end) {
            case 'A' -> Key.Name.UP;
            case 'B' -> Key.Name.DOWN;
            case 'C' -> Key.Name.RIGHT;
            case 'D' -> Key.Name.LEFT;
            case 'H' -> Key.Name.HOME;
            case 'F' -> Key.Name.END;
            case 'M' -> Key.Name.ENTER;
            case '~' -> switch (parameters) {
                case "1", "7" -> Key.Name.HOME;
                case "3" -> Key.Name.DELETE;
                case "4", "8" -> Key.Name.END;
                case "5" -> Key.Name.PAGE_UP;
                case "6" -> Key.Name.PAGE_DOWN;
                case "200" -> Key.Name.PASTE_BEGINS;
                case "201" -> Key.Name.PASTE_ENDS;
                default -> Key.Name.OTHER;
            };
            default -> Key.Name.OTHER;
        };
    }
}
