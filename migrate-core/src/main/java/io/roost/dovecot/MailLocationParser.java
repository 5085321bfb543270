package io.roost.dovecot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.roost.dovecot.MailLocation.Layout;
import io.roost.posix.ByteString;

/**
 * Reads a {@code mail_location}. Keys, the {@code ::} escape and the drivers' defaults are those of Dovecot 2.3.19.1
 * ({@code mailbox_list_settings_parse_full} and each driver's {@code get_list_settings}). Stricter than Dovecot where a wrong
 * value would only show as mail in the wrong place: relative paths, {@code ..}, empty paths.
 */
final class MailLocationParser {
    private static final Set<String> DRIVERS = Set.of("maildir", "mbox", "dbox", "sdbox", "mdbox", "cydir", "imapc", "pop3c");
    private static final Set<String> DBOX = Set.of("dbox", "sdbox", "mdbox");
    private static final String KEYS = "one of INDEX, INDEXPVT, INDEXCACHE, CONTROL, LISTINDEX, VOLATILEDIR, ALT, ALTNOCHECK, "
            + "LAYOUT, ITERINDEX, DIRNAME, FULLDIRNAME, MAILBOXDIR, INBOX, SUBSCRIPTIONS, UTF-8, BROKENCHAR, NO-NOSELECT, "
            + "NO-FS-VALIDATION";

    private final String setting;
    private final String home;

    private String driver;
    private String root;
    private Optional<String> index = Optional.empty();
    private boolean indexInMemory;
    private Optional<String> indexPrivate = Optional.empty();
    private Optional<String> indexCache = Optional.empty();
    private Optional<String> control = Optional.empty();
    private Optional<String> listIndex = Optional.empty();
    private Optional<String> volatileDir = Optional.empty();
    private Optional<String> alt = Optional.empty();
    private boolean altNoCheck;
    private String layout;
    private boolean iterIndex;
    private String dirName = "";
    private boolean fullDirName;
    private String mailboxDir = "";
    private Optional<String> inbox = Optional.empty();
    private String subscriptions;
    private boolean utf8;
    private char brokenChar;
    private boolean noNoselect;
    private boolean noFsValidation;

    MailLocationParser(String setting, String home) {
        this.setting = setting;
        this.home = home;
    }

    MailLocation parse() throws InvalidSettingException {
        if (setting.isEmpty()) {
            throw bad("", "driver:path",
                    "Dovecot would guess where the mail is, Roost does not: name it, as in maildir:~/Maildir");
        }
        for (int i = 0; i < setting.length(); i++) {
            char c = setting.charAt(i);
            if (c < 0x20 || c == 0x7f) {
                throw bad(setting, "no control characters", "look for them in the user's name and home");
            }
            if (c > 255) {
                throw new IllegalArgumentException("not a byte string: " + setting);
            }
        }
        int colon = driverEnd();
        driver = setting.substring(0, colon);
        List<String> arguments = split(setting.substring(colon + 1));
        root = path("mail root", arguments.get(0));
        for (String argument : arguments.subList(1, arguments.size())) {
            key(argument);
        }
        return build(layout());
    }

    /** Letters, digits and underscores up to the first colon are the driver. */
    private int driverEnd() throws InvalidSettingException {
        int i = 0;
        while (i < setting.length() && (Character.isLetterOrDigit(setting.charAt(i)) || setting.charAt(i) == '_')) {
            i++;
        }
        if (i == 0 || i == setting.length() || setting.charAt(i) != ':') {
            throw bad(setting, "driver:path", "put the driver in front, as in maildir:~/Maildir or mdbox:~/mdbox");
        }
        String name = setting.substring(0, i);
        if (!DRIVERS.contains(name)) {
            throw bad(name, "one of the drivers " + String.join(", ", DRIVERS.stream().sorted().toList()),
                    "name maildir for a source and mdbox for a target");
        }
        return i;
    }

    /**
     * Splits at colons; each empty piece joins its neighbours with a colon, so that {@code a::b} is one argument. A colon at
     * the very end is ignored.
     */
    private static List<String> split(String text) {
        String[] pieces = text.split(":", -1);
        List<String> arguments = new ArrayList<>();
        int i = 0;
        while (i < pieces.length) {
            StringBuilder argument = new StringBuilder(pieces[i++]);
            while (i < pieces.length && pieces[i].isEmpty()) {
                i++;
                if (i == pieces.length) {
                    break;
                }
                argument.append(':').append(pieces[i++]);
            }
            arguments.add(argument.toString());
        }
        return arguments;
    }

    private void key(String argument) throws InvalidSettingException {
        if (argument.equals("UTF-8")) {
            utf8 = true;
            return;
        }
        int equals = argument.indexOf('=');
        String key = equals < 0 ? argument : argument.substring(0, equals);
        String value = equals < 0 ? "" : argument.substring(equals + 1);
        switch (key) {
            case "INDEX" -> {
                indexInMemory = value.isEmpty() || value.equals("MEMORY");
                index = indexInMemory ? Optional.empty() : Optional.of(path(key, value));
            }
            case "INDEXPVT" -> indexPrivate = Optional.of(path(key, value));
            case "INDEXCACHE" -> indexCache = Optional.of(path(key, value));
            case "CONTROL" -> control = Optional.of(path(key, value));
            case "LISTINDEX" -> listIndex = Optional.of(filePrefix(key, value));
            case "VOLATILEDIR" -> volatileDir = Optional.of(path(key, value));
            case "ALT" -> alt = Optional.of(path(key, value));
            case "ALTNOCHECK" -> altNoCheck = true;
            case "LAYOUT" -> layout = value;
            case "ITERINDEX" -> iterIndex = true;
            case "DIRNAME" -> dirName = component(key, value);
            case "FULLDIRNAME" -> {
                dirName = component(key, value);
                fullDirName = true;
            }
            case "MAILBOXDIR" -> mailboxDir = relative(key, value);
            case "INBOX" -> inbox = Optional.of(path(key, value));
            case "SUBSCRIPTIONS" -> subscriptions = fileName(key, value);
            case "BROKENCHAR" -> {
                if (value.length() != 1) {
                    throw bad("BROKENCHAR=" + value, "a single character",
                            "write BROKENCHAR and one character, or leave it out");
                }
                brokenChar = value.charAt(0);
            }
            case "NO-NOSELECT" -> noNoselect = true;
            case "NO-FS-VALIDATION" -> noFsValidation = true;
            case "NOALTCHECK" -> throw bad(key, KEYS, "Dovecot spells it ALTNOCHECK");
            default -> throw bad(key, KEYS, key.startsWith("/") ? "a colon inside a path is written ::"
                    : "keys are upper-case; correct or remove it");
        }
    }

    private Layout layout() throws InvalidSettingException {
        String name = layout != null ? layout : driver.equals("maildir") ? "maildir++" : "fs";
        Layout chosen = switch (name.toLowerCase(Locale.ROOT)) {
            case "maildir++" -> Layout.MAILDIR_PLUS_PLUS;
            case "fs" -> Layout.FS;
            case "index" -> Layout.INDEX;
            default -> throw bad("LAYOUT=" + name, "maildir++, fs or index", "Roost knows no other layout");
        };
        if (chosen == Layout.MAILDIR_PLUS_PLUS && (DBOX.contains(driver) || !dirName.isEmpty())) {
            throw bad("LAYOUT=" + name, "fs or index with " + (DBOX.contains(driver) ? driver : "DIRNAME"),
                    "Dovecot refuses this combination; write LAYOUT=fs");
        }
        return chosen;
    }

    private MailLocation build(Layout chosen) throws InvalidSettingException {
        // Dovecot takes a key that repeats the root for none
        index = index.filter(path -> !path.equals(root));
        indexPrivate = indexPrivate.filter(path -> !path.equals(root));
        indexCache = indexCache.filter(path -> !path.equals(root));
        control = control.filter(path -> !path.equals(root));
        if (iterIndex && (indexInMemory || index.isEmpty())) {
            throw bad("ITERINDEX", "INDEX=path beside it", "set INDEX to another path than the mail root, or remove ITERINDEX");
        }
        if (indexInMemory && listIndex.filter(p -> p.indexOf('/') > 0).isPresent()) {
            throw bad("LISTINDEX=" + listIndex.get(), "an absolute path with INDEX=MEMORY", "write LISTINDEX=/path/prefix");
        }
        if (alt.filter(root::equals).isPresent()) {
            throw bad("ALT=" + alt.get(), "another directory than the mail root", "correct or remove ALT");
        }
        boolean dbox = DBOX.contains(driver);
        if (dbox && dirName.isEmpty()) {
            dirName = "dbox-Mails";
        }
        if (dbox && mailboxDir.isEmpty()) {
            mailboxDir = "mailboxes";
        }
        if (subscriptions == null) {
            subscriptions = driver.equals("mbox") ? ".subscriptions" : "subscriptions";
        }
        return new MailLocation(driver, root, index, indexInMemory, control, listIndex, volatileDir, alt, altNoCheck, chosen,
                iterIndex, dirName, fullDirName, mailboxDir, inbox, subscriptions, utf8, indexCache, indexPrivate, brokenChar,
                noNoselect, noFsValidation, (char) 0);
    }

    /** An absolute path, with {@code ~} for the home. */
    private String path(String key, String value) throws InvalidSettingException {
        String path = expandHome(key, value);
        if (!path.startsWith("/")) {
            throw bad(label(key, value), "an absolute path, or one that begins with ~/",
                    path.isEmpty() ? "give a path" : "relative paths depend on where a program was started: write it in full");
        }
        checkComponents(label(key, value), path);
        return stripSlashes(path);
    }

    private String filePrefix(String key, String value) throws InvalidSettingException {
        String path = expandHome(key, value);
        if (path.isEmpty() || path.endsWith("/")) {
            throw bad(label(key, value), "a file prefix", "write LISTINDEX=dovecot.list.index, with or without a directory");
        }
        checkComponents(label(key, value), path);
        return path;
    }

    private String relative(String key, String value) throws InvalidSettingException {
        String path = stripSlashes(value);
        if (path.startsWith("/") || path.startsWith("~")) {
            throw bad(label(key, value), "a path relative to the mail root", "remove the beginning");
        }
        checkComponents(label(key, value), path);
        return path;
    }

    private String component(String key, String value) throws InvalidSettingException {
        String name = relative(key, value);
        if (name.indexOf('/') >= 0) {
            throw bad(label(key, value), "one directory name", "remove the slash");
        }
        return name;
    }

    private String fileName(String key, String value) throws InvalidSettingException {
        String name = component(key, value);
        if (name.isEmpty()) {
            throw bad(label(key, value), "a file name", "write SUBSCRIPTIONS=subscriptions, or leave it out");
        }
        return name;
    }

    private String expandHome(String key, String value) throws InvalidSettingException {
        if (!value.startsWith("~")) {
            return value;
        }
        if (value.length() > 1 && value.charAt(1) != '/') {
            throw bad(label(key, value), "~/ or an absolute path",
                    "homes of other users are not looked up: write the path in full");
        }
        if (home == null || home.isEmpty()) {
            throw bad(label(key, value), "a home directory for the user", "give one with --home or in the userdb, or write the "
                    + "path without ~");
        }
        if (!home.startsWith("/")) {
            throw new InvalidSettingException("home", ByteString.toText(home), "an absolute path",
                    "correct the userdb or --home");
        }
        return stripSlashes(home) + value.substring(1);
    }

    private void checkComponents(String found, String path) throws InvalidSettingException {
        for (String component : path.split("/", -1)) {
            if (component.equals(".") || component.equals("..")) {
                throw bad(found, "a path without " + component, "write the path that is meant in full");
            }
        }
    }

    private static String stripSlashes(String path) {
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    private static String label(String key, String value) {
        return key.equals("mail root") ? value : key + "=" + value;
    }

    private InvalidSettingException bad(String found, String expected, String advice) {
        String name = found.equals(setting) ? "mail_location" : "mail_location " + InvalidSettingException.printable(
                ByteString.toText(setting));
        return new InvalidSettingException(name, ByteString.toText(found), expected, advice);
    }
}
