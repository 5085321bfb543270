package io.roost.cli.screen;

/**
 * A piece of a line.
 *
 * @param style how it stands out
 * @param text  may come from anybody: {@link Screen} makes control characters visible
 */
public record Span(Style style, String text) {
    /** Text as it is. */
    public static Span plain(String text) {
        return new Span(Style.PLAIN, text);
    }
}
