package io.roost.cli.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

class JsonLinesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_007L), ZoneOffset.UTC);

    @Test
    void eachObjectIsALineWithTypeTimeAndUser() {
        CapturedScreen captured = CapturedScreen.plain();
        JsonLines lines = new JsonLines(captured.screen(), CLOCK);
        lines.object("done", "anna", json -> json.writeNumberField("mails", 3));
        lines.object("summary", "", json -> { });
        assertEquals("{\"type\":\"done\",\"time\":\"2023-11-14T22:13:20.007Z\",\"user\":\"anna\",\"mails\":3}\n"
                + "{\"type\":\"summary\",\"time\":\"2023-11-14T22:13:20.007Z\"}\n", captured.out());
    }

    @Test
    void isUtf8WhateverTheTerminalAndEscapesControlCharacters() {
        CapturedScreen captured = CapturedScreen.of(80, StandardCharsets.US_ASCII);
        new JsonLines(captured.screen(), CLOCK).object("x", "ü", json -> json.writeStringField("name", "a\n\033\ud83e"));
        String utf8 = new String(captured.out().getBytes(StandardCharsets.US_ASCII), StandardCharsets.UTF_8);
        assertEquals("{\"type\":\"x\",\"time\":\"2023-11-14T22:13:20.007Z\",\"user\":\"??\",\"name\":\"a\\n\\u001B?\"}\n",
                utf8.replace('\ufffd', '?'), "two bytes of UTF-8, each unknown to ASCII");
    }
}
