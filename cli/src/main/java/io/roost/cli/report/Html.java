package io.roost.cli.report;

/**
 * Builds a page of HTML. Text always passes {@link #escape}: names of users, mailboxes and files are a stranger's. Tags and
 * attributes' names are ours. Not thread-safe.
 */
final class Html {
    private final StringBuilder page = new StringBuilder(64 << 10);

    /** Markup of our own, as it is. */
    Html raw(String markup) {
        page.append(markup);
        return this;
    }

    Html text(String text) {
        page.append(escape(text));
        return this;
    }

    /** An element with nothing but text. {@code tag} may have attributes. */
    Html element(String tag, String text) {
        int space = tag.indexOf(' ');
        return raw("<" + tag + ">").text(text).raw("</" + (space < 0 ? tag : tag.substring(0, space)) + ">");
    }

    /**
     * The head of a table, and its caption; {@code table} and {@code tbody} stay open. A heading that ends with > is for
     * numbers.
     */
    Html table(String caption, String... headings) {
        raw("<div class=\"wide\"><table>").element("caption", caption).raw("<thead><tr>");
        for (String heading : headings) {
            boolean number = heading.endsWith(">");
            element("th scope=\"col\"" + (number ? " class=\"n\"" : ""), number ? heading.substring(0, heading.length() - 1)
                    : heading);
        }
        return raw("</tr></thead>\n<tbody>\n");
    }

    Html endTable() {
        return raw("</tbody></table></div>\n");
    }

    /** A cell of text. */
    Html cell(String text) {
        return element("td", text);
    }

    /** A cell of a text that is long, and may be broken anywhere. */
    Html longCell(String text) {
        return element("td class=\"long\"", text);
    }

    /** A cell of a number. */
    Html number(String text) {
        return element("td class=\"n\"", text);
    }

    /** The cell that says what the row is about. */
    Html rowHeading(String text) {
        return element("th scope=\"row\"", text);
    }

    @Override
    public String toString() {
        return page.toString();
    }

    /**
     * Text as it may stand in content and in quoted attributes. Control and invisible characters become {@code \xNN} or
     * {@code \\u{NNNN}}, so that no name can turn the direction of what stands around it.
     */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length();) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(printable(c));
            }
        }
        return out.toString();
    }

    private static String printable(int c) {
        if (Character.isISOControl(c)) {
            return String.format("\\x%02x", c);
        }
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE,
                    Character.UNASSIGNED -> String.format("\\u{%x}", c);
            default -> Character.toString(c);
        };
    }
}
