package io.roost.cli.control;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.List;

import io.roost.cli.control.RefusedException.Kind;

/** One client of the server: reads its requests and answers them, one after the other, on a thread of its own. */
final class ControlConnection {
    private static final String JSON = "json ";

    private final LineChannel channel;
    private final ServedRun run;
    private final ControlServer server;

    ControlConnection(SocketChannel channel, ServedRun run, ControlServer server) {
        this.channel = new LineChannel(channel, ControlProtocol.MAX_REQUEST);
        this.run = run;
        this.server = server;
    }

    /** @param full whether there are too many clients already */
    void run(boolean full) {
        try {
            channel.write(ControlProtocol.greeting() + "\n");
            if (full) {
                channel.write(Answer.error(false, new RefusedException(Kind.BUSY,
                        ControlServer.MAX_CLIENTS + " clients are connected already")));
                return;
            }
            for (String line; (line = channel.read()) != null;) {
                answer(line);
            }
        } catch (ControlException e) {
            try {
                channel.write(Answer.error(false, RefusedException.usage(e.getMessage())));
            } catch (IOException gone) {
                // nobody to tell
            }
        } catch (IOException e) {
            // the client is gone, or the run has ended
        } finally {
            close();
        }
    }

    private void answer(String line) throws IOException {
        boolean json = line.startsWith(JSON);
        String request = json ? line.substring(JSON.length()) : line;
        Answer answer = new Answer(json);
        try {
            run(request, answer);
        } catch (RefusedException e) {
            answer.error(e);
            channel.write(answer.toString());
            return;
        } catch (RuntimeException e) {
            // such as a checkpoint store that cannot be read: it costs this answer
            answer.error(new RefusedException(Kind.REFUSED, String.valueOf(e.getMessage())));
            channel.write(answer.toString());
            return;
        }
        if (answer.watched() != null) {
            stream(json, answer.watched());
        } else {
            answer.ok();
            try {
                channel.write(answer.toString());
            } finally {
                answer.afterwards().run();
            }
        }
    }

    private void run(String request, Answer answer) throws RefusedException {
        int blank = request.indexOf(' ');
        String name = blank < 0 ? request : request.substring(0, blank);
        if (request.codePoints().anyMatch(Character::isISOControl)) {
            throw RefusedException.usage("a request with control characters");
        }
        Verb verb = Verbs.named(name).orElseThrow(() -> RefusedException.usage("there is no verb \""
                + name.substring(0, Math.min(40, name.length())) + "\": help lists them"));
        run.run(verb, blank < 0 ? "" : request.substring(blank + 1), answer);
    }

    /** The connection is a stream from now on; what the client still sends is read, and means nothing. */
    private void stream(boolean json, WatchOptions options) throws IOException {
        Watcher watcher = new Watcher(channel, json, options, () -> run.status(json));
        List<Happening> past = server.watch(watcher, options.recent());
        Thread writer = new Thread(() -> {
            try {
                Answer recent = new Answer(json);
                past.forEach(recent::raw);
                channel.write(recent.toString());
                watcher.stream();
            } catch (IOException e) {
                // the client is gone
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                server.unwatch(watcher);
                close();
            }
        }, "roost-control-watcher");
        writer.setDaemon(true);
        writer.start();
        while (channel.read() != null) {
            // until it closes
        }
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone in any case
        }
    }
}
