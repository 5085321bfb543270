package io.roost.cli.screen;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The only door to standard output and standard error. Lines for people go out in the terminal's charset; whatever comes from
 * users' data passes {@link #printable}, so that no mailbox name can move the cursor or colour the screen. A progress line on
 * standard error is drawn over and over, and taken away before anything else is printed. Thread-safe.
 */
public final class Screen {
    private static final String CLEAR_LINE = "\r\033[K";

    private final OutputStream out;
    private final OutputStream err;
    private final Terminal terminal;
    private final CharsetEncoder encoder;
    private final boolean unicode;
    private boolean colourOut;
    private boolean colourErr;
    private boolean progressShown;
    private boolean failed;

    /** When to use colours. */
    public enum Colour { AUTO, ALWAYS, NEVER }

    public Screen(OutputStream out, OutputStream err, Terminal terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        encoder = terminal.charset().newEncoder();
        unicode = encoder.canEncode("█─…✓");
        colour(Colour.AUTO);
    }

    /** The process's own. */
    public static Screen ofProcess() {
        return new Screen(new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err),
                Terminal.find(System.getenv()));
    }

    public synchronized void colour(Colour when) {
        colourOut = when == Colour.ALWAYS || when == Colour.AUTO && terminal.outTerminal() && !terminal.noColour();
        colourErr = when == Colour.ALWAYS || when == Colour.AUTO && terminal.errTerminal() && !terminal.noColour();
    }

    public boolean usesColour() {
        return colourOut;
    }

    /** Columns of a line. */
    public int width() {
        return terminal.width();
    }

    /** Whether somebody looks on: standard output or error is a terminal. */
    public boolean isTerminal() {
        return terminal.outTerminal() || terminal.errTerminal();
    }

    /** Whether standard error is a terminal on which a line can be drawn over. */
    public boolean canRedraw() {
        return terminal.errTerminal();
    }

    /** Whether input and output are a terminal on which whole screens can be drawn. */
    public boolean isInteractive() {
        return terminal.interactive();
    }

    /** What the terminal shows. */
    public Charset charset() {
        return terminal.charset();
    }

    /** Whether the terminal shows more than ASCII. */
    public boolean isUnicode() {
        return unicode;
    }

    /** A horizontal line, one column of it. */
    public String rule() {
        return unicode ? "─" : "-";
    }

    /** What stands for something that was cut off. */
    public String ellipsis() {
        return unicode ? "…" : "~";
    }

    /** {@code text} cut to a number of columns. */
    public String cut(String text, int columns) {
        return DisplayWidth.cut(text, columns, ellipsis());
    }

    /**
     * Text from anybody as it may be shown: control and invisible characters become {@code \xNN} or {@code \\u{NNNN}}, what the
     * terminal's charset does not have becomes {@code ?}.
     */
    public String printable(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) >= ' ' && text.charAt(i) < 0x7f) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 16).append(text, 0, i);
        while (i < text.length()) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            out.append(printable(c));
        }
        return out.toString();
    }

    private String printable(int c) {
        if (c == 0xa0) {
            return " ";
        }
        if (Character.isISOControl(c)) {
            return String.format("\\x%02x", c);
        }
        switch (Character.getType(c)) {
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> {
                return String.format("\\u{%x}", c);
            }
            default -> {
                String text = Character.toString(c);
                synchronized (encoder) {
                    return encoder.canEncode(text) ? text : "?";
                }
            }
        }
    }

    /** An empty line on standard output. */
    public void line() {
        line(new Span[0]);
    }

    /** A line on standard output. */
    public void line(String text) {
        line(Span.plain(text));
    }

    /** A line of several pieces on standard output. */
    public synchronized void line(Span... spans) {
        clearProgress();
        write(out, text(spans, colourOut) + "\n");
    }

    public synchronized void table(Table table) {
        table.print(this, "");
    }

    public synchronized void table(Table table, String indent) {
        table.print(this, indent);
    }

    /** Words on standard output, wrapped so that each line begins with {@code indent}, the first one with {@code first}. */
    public void paragraph(String first, String indent, String text) {
        wrap(first, indent, text).forEach(this::line);
    }

    private List<String> wrap(String first, String indent, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        int width = DisplayWidth.of(first);
        boolean empty = true;
        for (String raw : text.split(" ")) {
            String word = printable(raw);
            int columns = DisplayWidth.of(word);
            if (!empty && width + 1 + columns >= width()) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(indent);
                width = indent.length();
                empty = true;
            }
            if (!empty) {
                line.append(' ');
                width++;
            }
            line.append(word);
            width += columns;
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }

    /** A line on standard error. */
    public void message(String text) {
        message(Span.plain(text));
    }

    /** A line of several pieces on standard error. */
    public synchronized void message(Span... spans) {
        clearProgress();
        write(err, text(spans, colourErr) + "\n");
    }

    /** For text that is laid out already, such as a command's help; it goes out at each flush. */
    public PrintWriter writer(boolean toError) {
        return new PrintWriter(new Writer() {
            private final StringBuilder text = new StringBuilder();

            @Override
            public void write(char[] chars, int offset, int length) {
                text.append(chars, offset, length);
            }

            @Override
            public void flush() {
                synchronized (Screen.this) {
                    clearProgress();
                    Screen.this.write(toError ? err : out, text.toString());
                }
                text.setLength(0);
            }

            @Override
            public void close() {
                flush();
            }
        });
    }

    /** Draws the progress line, in place of the one before. Nothing happens where {@link #canRedraw} says no. */
    public synchronized void progress(Span... spans) {
        if (canRedraw()) {
            write(err, CLEAR_LINE + text(spans, colourErr));
            progressShown = true;
        }
    }

    /** Takes the progress line away. */
    public synchronized void clearProgress() {
        if (progressShown) {
            write(err, CLEAR_LINE);
            progressShown = false;
        }
    }

    /** A line of JSON with its end on standard output, always UTF-8. */
    public synchronized void json(byte[] line) {
        clearProgress();
        write(out, line);
    }

    /** Whether standard output could not be written: a full disk, a closed pipe. */
    public synchronized boolean outputFailed() {
        return failed;
    }

    private String text(Span[] spans, boolean colour) {
        StringBuilder line = new StringBuilder();
        for (Span span : spans) {
            String text = printable(span.text());
            line.append(colour ? span.style().around(text) : text);
        }
        return line.toString();
    }

    private void write(OutputStream stream, String text) {
        write(stream, text.getBytes(terminal.charset()));
    }

    private void write(OutputStream stream, byte[] bytes) {
        try {
            stream.write(bytes);
        } catch (IOException e) {
            failed |= stream == out;
        }
    }
}
