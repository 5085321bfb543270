package io.roost.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

import picocli.CommandLine;

/** The {@code roost} command; what it does is in its subcommands. */
@CommandLine.Command(name = "roost", description = "Moves Dovecot users from Maildir to mdbox.",
        mixinStandardHelpOptions = true, versionProvider = Roost.Version.class)
public final class Roost {
    private Roost() {
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Roost()).execute(args));
    }

    /** The version that Maven wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Roost.class.getResourceAsStream("version.properties")) {
                properties.load(in);
            }
            return new String[] {"roost " + properties.getProperty("version")};
        }
    }
}
