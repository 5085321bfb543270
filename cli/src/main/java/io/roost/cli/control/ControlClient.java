package io.roost.cli.control;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.roost.cli.control.ControlException.Kind;

/**
 * A connection to a run. One request at a time; {@link #close} may be called by any thread, and ends a request that waits.
 */
public final class ControlClient implements Closeable {
    private static final String ERROR = "error ";

    private final LineChannel channel;
    private final long pid;

    private ControlClient(LineChannel channel, long pid) {
        this.channel = channel;
        this.pid = pid;
    }

    /** @throws ControlException of kind NO_RUN if no run has the state directory */
    public static ControlClient connect(String stateDirectory) throws ControlException {
        LineChannel channel = new LineChannel(ControlSocket.connect(stateDirectory), ControlProtocol.MAX_ANSWER_LINE);
        boolean done = false;
        try {
            ControlClient client = new ControlClient(channel, ControlProtocol.pid(channel.read()));
            done = true;
            return client;
        } catch (ControlException e) {
            throw e;
        } catch (IOException e) {
            throw ended(e);
        } finally {
            if (!done) {
                close(channel);
            }
        }
    }

    /** The process that the run is. */
    public long pid() {
        return pid;
    }

    /**
     * Asks for an answer in text.
     *
     * @param request a verb and its argument, without control characters
     * @param lines   told each line as it comes, without indentation
     * @throws RefusedException if the run says no
     * @throws ControlException if it ends before the answer does
     */
    public void ask(String request, Consumer<String> lines) throws ControlException, RefusedException {
        send(request);
        for (String line; !(line = receive()).equals("ok"); lines.accept(line.substring(2))) {
            if (line.startsWith(ERROR)) {
                throw told(line);
            }
            if (!line.startsWith("  ")) {
                throw new ControlException(Kind.PROTOCOL, "expected a line of an answer, found \"" + Answer.clean(line) + "\"", null);
            }
        }
    }

    /**
     * Asks for an answer in JSON Lines.
     *
     * @param lines told each line as it comes, the last one of a request that was obeyed included
     */
    public void askForJson(String request, Consumer<String> lines) throws ControlException, RefusedException {
        send("json " + request);
        while (true) {
            String line = receive();
            if (line.startsWith(ERROR)) {
                throw told(line);
            }
            JsonObject object = JsonObject.parse(line);
            if (object.type().equals("error")) {
                throw RefusedException.told(object.text("kind"), object.text("reason"));
            }
            lines.accept(line);
            if (object.type().equals("ok")) {
                return;
            }
        }
    }

    /** The objects of an answer, without the last one. */
    public List<JsonObject> objects(String request) throws ControlException, RefusedException {
        List<JsonObject> objects = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        askForJson(request, lines::add);
        for (String line : lines.subList(0, lines.size() - 1)) {
            objects.add(JsonObject.parse(line));
        }
        return objects;
    }

    private void send(String request) throws ControlException, RefusedException {
        if (request.codePoints().anyMatch(Character::isISOControl)) {
            throw RefusedException.usage("found control characters, expected none in a request");
        }
        try {
            channel.write(request + "\n");
        } catch (IOException e) {
            throw refusedAtOnce(e);
        }
    }

    /** The server may have said no before it was asked anything, and have closed. */
    private RefusedException refusedAtOnce(IOException e) throws ControlException {
        try {
            String line = channel.read();
            if (line != null && line.startsWith(ERROR)) {
                return told(line);
            }
        } catch (IOException nothing) {
            // then it has ended
        }
        throw ended(e);
    }

    private static RefusedException told(String line) {
        String[] words = line.split(" ", 3);
        return RefusedException.told(words[1], words.length < 3 ? words[1] : words[2]);
    }

    private String receive() throws ControlException {
        String line;
        try {
            line = channel.read();
        } catch (ControlException e) {
            throw e;
        } catch (IOException e) {
            throw ended(e);
        }
        if (line == null) {
            throw ended(null);
        }
        return line;
    }

    private static ControlException ended(IOException e) {
        return new ControlException(Kind.ENDED, "the connection to the run ended in the middle of an answer: is its process gone? "
                + "roost status shows what is recorded", e);
    }

    private static void close(LineChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone in any case
        }
    }

    @Override
    public void close() {
        close(channel);
    }
}
