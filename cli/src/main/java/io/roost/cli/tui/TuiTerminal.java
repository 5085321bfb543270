package io.roost.cli.tui;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.ClosedException;
import org.jline.utils.Curses;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The terminal, in raw mode and on its alternate screen, until it is closed: by whoever opened it, or when the process ends by
 * an exception or a signal. The only class that knows JLine. Signals only set flags; everything is written by the thread that
 * draws.
 */
final class TuiTerminal implements Closeable {
    private static final long PATIENCE_MILLIS = 500;
    /** Buttons, told as numbers: of xterm, and of all that are like it. */
    private static final String MOUSE_ON = "\033[?1000h\033[?1006h";
    private static final String MOUSE_OFF = "\033[?1006l\033[?1000l";
    /** Text that is pasted comes between marks. */
    private static final String PASTE_ON = "\033[?2004h";
    private static final String PASTE_OFF = "\033[?2004l";

    private final Terminal terminal;
    private final Charset charset;
    private final Attributes before;
    private final NonBlockingReader reader;
    private final AtomicBoolean resized = new AtomicBoolean();
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ReentrantLock writing = new ReentrantLock();
    private final String leave;
    private volatile boolean mouse;
    private final Thread hook = new Thread(this::restore, "terminal-restoration");

    private TuiTerminal(Terminal terminal, Charset charset) {
        this.terminal = terminal;
        this.charset = charset;
        before = terminal.enterRawMode();
        reader = terminal.reader();
        leave = PASTE_OFF + "\033[0m\033[?25h" + sequence(Capability.keypad_local) + sequence(Capability.exit_ca_mode);
        Runtime.getRuntime().addShutdownHook(hook);
        terminal.handle(Terminal.Signal.WINCH, signal -> resized.set(true));
        terminal.handle(Terminal.Signal.INT, signal -> interrupted.set(true));
        terminal.puts(Capability.enter_ca_mode);
        terminal.puts(Capability.keypad_xmit);
        terminal.writer().write(PASTE_ON);
        terminal.flush();
    }

    private String sequence(Capability capability) {
        String sequence = terminal.getStringCapability(capability);
        return sequence == null ? "" : Curses.tputs(sequence);
    }

    /**
     * Takes the terminal that the process has.
     *
     * @throws IOException if it has none that screens can be drawn on
     */
    static TuiTerminal open(Charset charset) throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).dumb(false).encoding(charset).provider("jni")
                .graphemeCluster(false).nativeSignals(true).build();
        return new TuiTerminal(terminal, charset);
    }


    int rows() {
        return Math.max(1, terminal.getRows());
    }

    int columns() {
        return Math.max(1, terminal.getColumns());
    }

    /** Whether the terminal shows at least eight colours. */
    boolean hasColours() {
        Integer colours = terminal.getNumericCapability(Capability.max_colors);
        return colours != null && colours >= 8;
    }

    /** Whether the size has changed since the last time. */
    boolean takeResized() {
        return resized.getAndSet(false);
    }

    /** As {@link KeyDecoder.Source}. */
    int read(long timeoutMillis) throws IOException {
        if (interrupted.getAndSet(false)) {
            return 3;
        }
        try {
            int c = reader.read(Math.max(1, timeoutMillis));
            return c == NonBlockingReader.READ_EXPIRED ? KeyDecoder.NONE : c;
        } catch (ClosedException e) {
            // the process is ending: JLine has a hook of its own
            return KeyDecoder.GONE;
        }
    }

    /** Whether the terminal is to tell of the mouse; while it does, it does not mark text with it. */
    void mouse(boolean wanted) throws IOException {
        if (mouse != wanted) {
            mouse = wanted;
            write(wanted ? MOUSE_ON : MOUSE_OFF);
        }
    }

    void write(String text) throws IOException {
        writing.lock();
        try {
            if (!closed.get()) {
                terminal.output().write(text.getBytes(charset));
                terminal.output().flush();
            }
        } finally {
            writing.unlock();
        }
    }

    /** May run when JLine has closed its side already: writes to the process's own output. */
    private void restore() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean locked = false;
        try {
            // a terminal that takes nothing must not keep the process from ending
            locked = writing.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            FileOutputStream out = new FileOutputStream(FileDescriptor.out);
            out.write(((mouse ? MOUSE_OFF : "") + leave).getBytes(charset));
            terminal.setAttributes(before);
        } catch (IOException | RuntimeException e) {
            // the terminal is gone, or JLine has restored its attributes before
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                writing.unlock();
            }
        }
    }

    /** Leaves the terminal as it was. */
    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending already
        }
        terminal.close();
    }
}
