package io.roost.testing;

import java.nio.file.Path;

/**
 * The configuration of a {@link DovecotInstance}: everything in its directory, listeners on unix sockets only.
 *
 * @param directory    holds everything
 * @param uid          owner of mail
 * @param gid          group of mail
 * @param unprivileged Dovecot runs as that user altogether: no other users, no chroot
 */
record DovecotConfig(Path directory, int uid, int gid, boolean unprivileged) {

    String text(String mailLocation, String separator, String first, String extra) {
        return """
                base_dir = %1$s/base
                state_dir = %1$s/state
                log_path = %1$s/error.log
                info_log_path = %1$s/info.log
                debug_log_path = %1$s/info.log
                instance_name = roost-test
                protocols = imap pop3 lmtp
                listen = 127.0.0.1
                ssl = no
                disable_plaintext_auth = no
                auth_mechanisms = plain
                auth_failure_delay = 0
                first_valid_uid = 1
                mail_uid = %2$d
                mail_gid = %3$d
                mail_location = %4$s
                namespace inbox {
                  inbox = yes
                  separator = %5$s
                }
                %6$s
                passdb {
                  driver = passwd-file
                  args = %1$s/users
                }
                userdb {
                  driver = passwd-file
                  args = %1$s/users
                }
                """.formatted(directory, uid, gid, mailLocation, separator, first)
                + login("imap", "imap", "imaps") + login("pop3", "pop3", "pop3s")
                + "service lmtp {\n  service_count = 1\n" + socket("lmtp") + "}\n"
                + (unprivileged ? asUser() : "")
                + extra;
    }

    private String login(String protocol, String... ports) {
        StringBuilder out = new StringBuilder("service " + protocol + "-login {\n");
        for (String port : ports) {
            out.append("  inet_listener ").append(port).append(" {\n    port = 0\n  }\n");
        }
        return out + socket(protocol) + "}\n";
    }

    private String socket(String name) {
        return "  unix_listener " + directory.resolve(name) + " {\n    mode = 0666\n  }\n";
    }

    private static String asUser() {
        StringBuilder out = new StringBuilder();
        String user = System.getProperty("user.name");
        out.append("default_internal_user = ").append(user).append('\n');
        out.append("default_internal_group =\n");
        out.append("default_login_user = ").append(user).append('\n');
        for (String service : new String[] {"anvil", "imap-login", "pop3-login", "imap-urlauth-login", "ipc", "stats"}) {
            out.append("service ").append(service).append(" {\n  chroot =\n}\n");
        }
        return out.toString();
    }
}
