package io.roost.cli.screen;

/** How a piece of text stands out where colours are wanted. Never the only sign of anything. */
public enum Style {
    PLAIN(""), HEADING("1"), GOOD("32"), WARNING("33"), BAD("1;31"), FAINT("2"), COMMAND("36");

    private final String code;

    Style(String code) {
        this.code = code;
    }

    /** The text as the terminal is to get it. */
    String around(String text) {
        return code.isEmpty() || text.isEmpty() ? text : "\033[" + code + "m" + text + "\033[0m";
    }

    public Span of(String text) {
        return new Span(this, text);
    }
}
