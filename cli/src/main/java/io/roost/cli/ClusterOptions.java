package io.roost.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.roost.director.Director;
import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.NoDirector;
import io.roost.director.UserHash;
import picocli.CommandLine.Option;

/** What keeps a user on this backend. Filled by picocli. */
final class ClusterOptions {
    @Option(names = "--director", paramLabel = "ADDRESS", split = ",",
            description = "Pin the user to this backend with these directors: HOST:PORT or socket of the admin listener.")
    List<String> directors = List.of();

    @Option(names = "--here", paramLabel = "IP", description = "This backend, as the director has it.")
    String here;

    @Option(names = "--director-username-hash", paramLabel = "FORMAT",
            description = "director_username_hash of the directors. Default: " + "%%Lu.")
    String hash;

    @Option(names = "--single-backend", description = "No other server touches the mail of these users.")
    boolean singleBackend;

    Director director() throws IOException, CommandException {
        if (directors.isEmpty() == !singleBackend) {
            throw CommandException.usage("an mdbox is damaged when two backends write to it: either name the directors, which keep the "
                    + "user here, with --director and --here, or say that no other server touches this mail with --single-backend");
        }
        if (singleBackend) {
            return new NoDirector();
        }
        if (here == null) {
            throw CommandException.usage("--here: missing; the director's IP address of this backend goes with --director");
        }
        List<DirectorAddress> addresses = new ArrayList<>();
        for (String address : directors) {
            addresses.add(DirectorAddress.parse(address));
        }
        return new DirectorAdmin(addresses, new UserHash(hash == null ? UserHash.DEFAULT_FORMAT : hash), DirectorAdmin.Limits.defaults());
    }
}
