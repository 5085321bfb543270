package io.roost.dovecot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import io.roost.dovecot.DoveconfOutput.Block;

/**
 * Dovecot's settings as {@code doveconf} prints them, with what a migration asks of them under names of its own. What the text
 * does not set has the default of 2.3.19.1. Values may hold variables. Immutable and thread-safe.
 */
public final class DovecotSettings {
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("auth_username_chars", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@"),
            Map.entry("auth_username_format", "%Lu"),
            Map.entry("base_dir", "/run/dovecot"),
            Map.entry("dotlock_use_excl", "yes"),
            Map.entry("first_valid_gid", "1"),
            Map.entry("first_valid_uid", "500"),
            Map.entry("last_valid_gid", "0"),
            Map.entry("last_valid_uid", "0"),
            Map.entry("lmtp_save_to_detail_mailbox", "no"),
            Map.entry("lock_method", "fcntl"),
            Map.entry("mail_attachment_dir", ""),
            Map.entry("mail_attribute_dict", ""),
            Map.entry("mail_fsync", "optimized"),
            Map.entry("mail_gid", ""),
            Map.entry("mail_home", ""),
            Map.entry("mail_location", ""),
            Map.entry("mail_nfs_index", "no"),
            Map.entry("mail_nfs_storage", "no"),
            Map.entry("mail_plugins", ""),
            Map.entry("mail_temp_scan_interval", "1 weeks"),
            Map.entry("mail_uid", ""),
            Map.entry("maildir_broken_filename_sizes", "no"),
            Map.entry("mdbox_preallocate_space", "no"),
            Map.entry("mdbox_rotate_interval", "0"),
            Map.entry("mdbox_rotate_size", "10 M"),
            Map.entry("mmap_disable", "no"),
            Map.entry("pop3_reuse_xuidl", "no"),
            Map.entry("pop3_save_uidl", "no"),
            Map.entry("pop3_uidl_duplicates", "allow"),
            Map.entry("pop3_uidl_format", "%08Xu%08Xv"),
            Map.entry("protocols", "imap pop3 lmtp"));
    private static final Map<String, String> NAMESPACE_DEFAULTS = Map.of("type", "private", "separator", "", "prefix", "",
            "location", "", "inbox", "no", "hidden", "no", "list", "yes", "subscriptions", "yes", "disabled", "no");

    private final DoveconfOutput output;

    private DovecotSettings(DoveconfOutput output) {
        this.output = output;
    }

    /**
     * A namespace.
     *
     * @param name          what stands after {@code namespace}
     * @param type          {@code private}, {@code shared} or {@code public}
     * @param prefix        of mailbox names, {@code INBOX/} for example; may hold variables
     * @param separator     between the parts of a mailbox's name; empty for the storage's own
     * @param location      {@code mail_location} of this namespace alone, variables unexpanded; if empty, the userdb's
     *                      {@code mail} or the global one counts
     * @param inbox         whether the user's INBOX is in it
     * @param hidden        whether clients are not told of it
     * @param list          {@code yes}, {@code no} or {@code children}
     * @param subscriptions whether it has its own subscriptions file
     */
    public record Namespace(String name, String type, String prefix, String separator, Optional<String> location,
            boolean inbox, boolean hidden, String list, boolean subscriptions) { }

    /** Reads the output of {@code doveconf -a} or {@code -n}. */
    public static DovecotSettings parse(String text) throws InvalidSettingException {
        return new DovecotSettings(DoveconfOutput.parse(text));
    }

    /**
     * Asks {@code doveconf}.
     *
     * @throws IOException if it is not there, fails, or prints what cannot be understood
     */
    public static DovecotSettings ask(DovecotProgram doveconf) throws IOException {
        return parse(doveconf.run("-a").requireSuccess().outputText());
    }

    /** {@code 2.3.19.1}; empty if the text did not say. */
    public String version() {
        return output.version();
    }

    /** A setting's value, empty if it is neither set nor one of those whose default is known here. */
    public String get(String key) {
        String value = output.root().values().get(key);
        return value != null ? value : DEFAULTS.getOrDefault(key, "");
    }

    /** Whether the text itself set it. */
    public boolean isSet(String key) {
        return output.root().values().containsKey(key);
    }

    /** The settings whose defaults are known here. */
    static Set<String> defaultKeys() {
        return DEFAULTS.keySet();
    }

    /** A setting as it applies in {@code protocol NAME { }}. */
    public String get(String key, String protocol) {
        for (Block block : blocks("protocol")) {
            if (block.argument().equals(protocol) && block.values().containsKey(key)) {
                return block.values().get(key);
            }
        }
        return get(key);
    }

    /** What {@code protocol NAME { }} blocks say for themselves, also where it is what the global setting says, by protocol, in order. */
    public Map<String, String> overrides(String key) {
        Map<String, String> overrides = new LinkedHashMap<>();
        for (Block block : blocks("protocol")) {
            String value = block.values().get(key);
            if (value != null) {
                overrides.putIfAbsent(block.argument(), value);
            }
        }
        return overrides;
    }

    /** The protocols that are served. */
    public Set<String> protocols() {
        return words(get("protocols"));
    }

    /**
     * A userdb.
     *
     * @param driver such as {@code passwd-file}
     * @param args   as the driver has it
     */
    public record Userdb(String driver, String args) { }

    /** The userdbs that are asked for a service, in this order: those inside {@code protocol NAME { }} go before all others. */
    public List<Userdb> userdbs(String protocol) {
        return Stream.concat(blocks("protocol").stream().filter(block -> block.argument().equals(protocol))
                .flatMap(block -> block.blocks().stream()), blocks("userdb").stream()).filter(block -> block.name().equals("userdb"))
                .map(block -> new Userdb(block.values().getOrDefault("driver", ""), block.values().getOrDefault("args", ""))).toList();
    }

    public boolean getBoolean(String key) throws InvalidSettingException {
        return SettingValue.bool(key, get(key));
    }

    /** Bytes. */
    public long getSize(String key) throws InvalidSettingException {
        return SettingValue.size(key, get(key));
    }

    /** Seconds. */
    public long getTime(String key) throws InvalidSettingException {
        return SettingValue.seconds(key, get(key));
    }

    public long getNumber(String key) throws InvalidSettingException {
        return SettingValue.number(key, get(key));
    }

    /** Variables unexpanded; empty if not set. */
    public String mailLocation() {
        return get("mail_location");
    }

    /** All that are not disabled, in doveconf's order; one with INBOX and without prefix if none is configured. */
    public List<Namespace> namespaces() throws InvalidSettingException {
        List<Namespace> namespaces = new ArrayList<>();
        for (Block block : blocks("namespace")) {
            if (!SettingValue.bool("namespace " + block.argument() + " disabled", in(block, "disabled"))) {
                namespaces.add(namespace(block));
            }
        }
        return namespaces.isEmpty() ? List.of(new Namespace("", "private", "", "", Optional.empty(), true, false, "yes", true))
                : List.copyOf(namespaces);
    }

    /** Whether there is any namespace beside the one that Dovecot supplies where none is. */
    public boolean hasNamespaces() {
        return !blocks("namespace").isEmpty();
    }

    /** The namespace with the user's INBOX; empty if none says {@code inbox = yes}, which Dovecot refuses. */
    public Optional<Namespace> inboxNamespace() throws InvalidSettingException {
        return namespaces().stream().filter(Namespace::inbox).findFirst();
    }

    private Namespace namespace(Block block) throws InvalidSettingException {
        String label = "namespace " + block.argument() + " ";
        return new Namespace(block.argument(), in(block, "type"), in(block, "prefix"), in(block, "separator"),
                Optional.of(in(block, "location")).filter(value -> !value.isEmpty()),
                SettingValue.bool(label + "inbox", in(block, "inbox")),
                SettingValue.bool(label + "hidden", in(block, "hidden")), in(block, "list"),
                SettingValue.bool(label + "subscriptions", in(block, "subscriptions")));
    }

    private static String in(Block namespace, String key) {
        return namespace.values().getOrDefault(key, NAMESPACE_DEFAULTS.getOrDefault(key, ""));
    }

    /** What POP3 shows as UIDLs. */
    public Pop3UidlFormat pop3UidlFormat() throws InvalidSettingException {
        return Pop3UidlFormat.of(get("pop3_uidl_format", "pop3"));
    }

    /** Whether POP3 sessions keep the UIDLs they show. */
    public boolean pop3SaveUidl() throws InvalidSettingException {
        return SettingValue.bool("pop3_save_uidl", get("pop3_save_uidl", "pop3"));
    }

    /** Whether a mail's {@code X-UIDL} header goes before {@link #pop3UidlFormat}. */
    public boolean pop3ReuseXuidl() throws InvalidSettingException {
        return SettingValue.bool("pop3_reuse_xuidl", get("pop3_reuse_xuidl", "pop3"));
    }

    /** {@code allow}, or {@code rename}: POP3 makes UIDLs unique by appending a number. */
    public String pop3UidlDuplicates() {
        return get("pop3_uidl_duplicates", "pop3");
    }

    /** Bytes after which a new {@code m.N} is begun. */
    public long mdboxRotateSize() throws InvalidSettingException {
        return getSize("mdbox_rotate_size");
    }

    /** Seconds after which a new {@code m.N} is begun, 0 for never. */
    public long mdboxRotateInterval() throws InvalidSettingException {
        return getTime("mdbox_rotate_interval");
    }

    /** Whether Dovecot distrusts the sizes in a Maildir's file names. */
    public boolean maildirBrokenFilenameSizes() throws InvalidSettingException {
        return getBoolean("maildir_broken_filename_sizes");
    }

    /** User ids below this may not log in. */
    public long firstValidUid() throws InvalidSettingException {
        return getNumber("first_valid_uid");
    }

    /** The user that owns all mail, a name or number; empty if the userdb says. */
    public String mailUid() {
        return get("mail_uid");
    }

    /** The group that owns all mail, a name or number; empty if the userdb says. */
    public String mailGid() {
        return get("mail_gid");
    }

    /** Where METADATA is kept, {@code file:...} for example; empty if nowhere. */
    public String mailAttributeDict() {
        return get("mail_attribute_dict");
    }

    /** What user names are changed to before they are looked up: a template of {@link Variables}. */
    public String authUsernameFormat() {
        return get("auth_username_format");
    }

    /** Plugins outside {@code protocol} blocks, in order. */
    public Set<String> mailPlugins() {
        return words(get("mail_plugins"));
    }

    /** Plugins of a protocol, in order. */
    public Set<String> mailPlugins(String protocol) {
        return words(get("mail_plugins", protocol));
    }

    /** Whether a plugin is loaded for all protocols or any of them. */
    public boolean isPluginLoaded(String plugin) {
        return mailPlugins().contains(plugin)
                || blocks("protocol").stream().anyMatch(b -> words(b.values().getOrDefault("mail_plugins", ""))
                        .contains(plugin));
    }

    /** Of the enabled mail protocols and {@code lda} and {@code doveadm}, those that do not load a plugin. */
    public List<String> protocolsWithout(String plugin) {
        Set<String> protocols = words(get("protocols"));
        protocols.retainAll(Set.of("imap", "pop3", "lmtp"));
        protocols.addAll(List.of("lda", "doveadm"));
        return protocols.stream().filter(protocol -> !mailPlugins(protocol).contains(plugin)).toList();
    }

    /** {@code plugin { }}, all blocks of it together. */
    public String plugin(String key) {
        return blocks("plugin").stream().map(b -> b.values().get(key)).filter(v -> v != null).findFirst().orElse("");
    }

    /** The backends of {@code quota}, {@code quota2}...: {@code count}, {@code maildir}, {@code dict}... */
    public List<String> quotaBackends() {
        List<String> backends = new ArrayList<>();
        for (int i = 1; i < 100; i++) {
            String root = plugin(i == 1 ? "quota" : "quota" + i);
            if (root.isEmpty()) {
                break;
            }
            int colon = root.indexOf(':');
            backends.add(colon < 0 ? root : root.substring(0, colon));
        }
        return backends;
    }

    /** What the plugin listescape escapes mailbox names with, 0 if it is not loaded. */
    public char storageEscapeChar() {
        if (!isPluginLoaded("listescape")) {
            return 0;
        }
        String configured = plugin("listescape_char");
        return configured.isEmpty() ? '\\' : configured.charAt(0);
    }

    List<Block> blocks(String name) {
        return output.root().blocks().stream().filter(block -> block.name().equals(name)).toList();
    }

    private static Set<String> words(String value) {
        Set<String> words = new LinkedHashSet<>(Arrays.asList(value.strip().split("[ \t,]+")));
        words.remove("");
        return words;
    }
}
