package io.roost.preflight.director;

import java.util.List;
import java.util.Optional;

import io.roost.director.DirectorAddress;
import io.roost.director.DirectorAdmin;
import io.roost.director.UserHash;
import io.roost.dovecot.DovecotSettings;
import io.roost.dovecot.InvalidSettingException;

/**
 * What is known of the director.
 *
 * @param addresses of its admin listeners; empty if none was named
 * @param settings  what {@code doveconf -a} printed there; empty if it was not handed over
 */
public record DirectorSide(List<DirectorAddress> addresses, Optional<DovecotSettings> settings) {
    /** Nothing is known. */
    public static final DirectorSide UNKNOWN = new DirectorSide(List.of(), Optional.empty());

    public DirectorSide {
        addresses = List.copyOf(addresses);
    }

    UserHash hash() throws InvalidSettingException {
        String format = settings.map(s -> s.get("director_username_hash")).filter(f -> !f.isEmpty())
                .orElse(UserHash.DEFAULT_FORMAT);
        return new UserHash(format);
    }

    /** To be closed. */
    DirectorAdmin connect(DirectorAddress address, DirectorAdmin.Limits limits) throws InvalidSettingException {
        return new DirectorAdmin(List.of(address), hash(), limits);
    }
}
