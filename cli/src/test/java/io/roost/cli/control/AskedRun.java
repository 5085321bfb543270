package io.roost.cli.control;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.io.TempDir;

/** Tests that ask a run over its socket. */
abstract class AskedRun {
    @TempDir
    Path state;

    final List<String> ask(String request) throws IOException, RefusedException {
        try (ControlClient client = ControlClient.connect(state.toString())) {
            List<String> lines = new ArrayList<>();
            client.ask(request, lines::add);
            return lines;
        }
    }

    final List<JsonObject> json(String request) throws IOException, RefusedException {
        try (ControlClient client = ControlClient.connect(state.toString())) {
            return client.objects(request);
        }
    }

    final RefusedException refused(String request) {
        return assertThrows(RefusedException.class, () -> ask(request));
    }
}
