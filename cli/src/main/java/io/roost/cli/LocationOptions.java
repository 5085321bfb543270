package io.roost.cli;

import picocli.CommandLine.Option;

/** Where mail lies and shall lie, and which settings hold there. Filled by picocli. */
final class LocationOptions {
    static final String DEFAULT_TARGET = "mdbox:~/mdbox";

    @Option(names = "--home", paramLabel = "TEMPLATE",
            description = "Homes by a template with Dovecot's variables, such as '/mail/%%d/%%n'. Default: what Dovecot's "
                    + "userdb says.")
    String home;

    @Option(names = "--from", paramLabel = "LOCATION",
            description = "The Maildir, as in mail_location: 'maildir:~/Maildir:LAYOUT=fs'. Default: the user's mail location "
                    + "in Dovecot.")
    String from;

    @Option(names = "--to", paramLabel = "LOCATION", description = "The mdbox to be. Default: '" + DEFAULT_TARGET + "'.")
    String to;

    @Option(names = "--dovecot-config", paramLabel = "FILE", description = "Ask Dovecot with this dovecot.conf.")
    String dovecotConfig;

    @Option(names = "--no-dovecot", description = "Ask no Dovecot; needs --home and --from.")
    boolean noDovecot;

    @Option(names = "--rotate-size", paramLabel = "SIZE", description = "Size of m.* files, such as 10M. Default: "
            + "mdbox_rotate_size.")
    String rotateSize;

    @Option(names = "--pop3-uidl-format", paramLabel = "FORMAT", description = "What POP3 shows as UIDL. Default: "
            + "pop3_uidl_format.")
    String pop3UidlFormat;

    @Option(names = "--zlib", negatable = true,
            description = "Whether files that look compressed are. Default: whether the zlib plugin is loaded.")
    Boolean zlib;
}
