package io.roost.cli.control;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonGenerator;

import io.roost.checkpoint.CutoverRecord;
import io.roost.cli.screen.Quantity;
import io.roost.gate.GateEntry;

/**
 * What is known of one user's cutover: fields {@code held}, {@code held_alone}, {@code gate} ({@code closed}, {@code expires},
 * {@code host}, {@code pid}, {@code life}; or null), {@code released} (or null) and {@code lock_out_seconds} of an object {@code cutover}.
 *
 * @param held   why the user is not locked out now, empty if nothing holds the cutover
 * @param alone  whether an operator holds this very user
 * @param gate   if the user is locked out, by whichever run
 * @param record of the last cutover
 */
record CutoverState(String held, boolean alone, Optional<GateEntry> gate, Optional<CutoverRecord> record) {
    /** Empty if the run cuts nobody over. */
    static Optional<CutoverState> of(ControlledRun run, String user, int number) {
        return run.cutover().filter(ControlledCutover::cutsOver).map(cutover -> new CutoverState(cutover.hold().reason(user),
                cutover.hold().isHeld(user), gate(cutover, user), number < 0 ? Optional.empty() : run.store().cutover(number)));
    }

    private static Optional<GateEntry> gate(ControlledCutover cutover, String user) {
        try {
            return cutover.gate().isEmpty() ? Optional.empty()
                    : cutover.gate().get().entries().stream().filter(entry -> entry.user().equals(user)).findFirst();
        } catch (IOException e) {
            // whoever wants to open it is told
            return Optional.empty();
        }
    }

    void json(JsonGenerator json) throws IOException {
        json.writeStringField("held", held);
        json.writeBooleanField("held_alone", alone);
        if (gate.isPresent()) {
            json.writeObjectFieldStart("gate");
            RunStatus.time(json, "closed", gate.get().closed().toEpochMilli());
            RunStatus.time(json, "expires", gate.get().expires().toEpochMilli());
            json.writeStringField("host", gate.get().owner().host());
            json.writeNumberField("pid", gate.get().owner().pid());
            json.writeStringField("life", RunStatus.id(gate.get().owner().life()));
            json.writeEndObject();
        } else {
            json.writeNullField("gate");
        }
        RunStatus.time(json, "released", record.map(CutoverRecord::released).orElse(0L));
        json.writeNumberField("lock_out_seconds", record.map(CutoverRecord::lockOutMillis).orElse(0) / 1000.0);
    }

    List<String> text() {
        List<String> lines = new ArrayList<>();
        gate.ifPresent(entry -> lines.add("gate     closed since " + Quantity.time(entry.closed().toEpochMilli()) + " by process "
                + entry.owner().pid() + " on " + entry.owner().host()));
        if (!held.isEmpty()) {
            lines.add("cutover  " + held);
        }
        record.filter(r -> r.released() > 0).ifPresent(r -> lines.add("cutover  at " + Quantity.time(r.released()) + ", locked out for "
                + Quantity.seconds(r.lockOutMillis() / 1000.0)));
        return lines;
    }
}
