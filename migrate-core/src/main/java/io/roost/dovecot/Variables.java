package io.roost.dovecot;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.roost.posix.ByteString;

/**
 * Dovecot's variable expansion, as in {@code mail_location}, userdb templates and {@code pop3_uidl_format}:
 *
 * <pre>
 *   template  = *( byte / "%" [ [ "-" ] [ "0" ] [ number ] [ "." [ "0" ] [ "-" ] [ number ] ] ] *10modifier variable )
 *   modifier  = L lower-case / U upper-case / E escape quotes / X hex of a decimal number / R reverse
 *             / H old hash / N new hash / M MD5 in hex / D dots to ",dc=" / T trim the end
 *   variable  = one character / "{" long name "}" / "%"
 *   long name = name / "env:" NAME / hash [ ";" options ] ":" name / "if;" a ";" operator ";" b ";" then ";" else
 * </pre>
 *
 * Modifiers apply from left to right. The number before a point is an offset (negative: from the end), the one after it, or
 * the only one, a width: at most so many bytes, or with a {@code 0} in front at least so many, padded with zeros. The hashes
 * {@code H} and {@code N} take the width as a modulus and the offset as the number of digits instead. Hash functions are
 * described at {@link VariableHash}, conditions at {@link VariableCondition}. Source: {@code var-expand.c} of 2.3.19.1,
 * compared with a running one.
 *
 * <p>Where Dovecot goes on with {@code UNSUPPORTED_VARIABLE_x} or an empty value, this fails: a path must not be guessed.
 * Templates are ordinary text, values and results byte strings. Immutable and thread-safe.
 */
public final class Variables {
    private static final int MAX_MODIFIERS = 10;
    private static final int MAX_NUMBER = 100_000_000;
    private static final int MAX_RESULT = 1 << 20;
    /** Known to Dovecot, but a login's, which a migration is not. */
    private static final String OF_A_LOGIN = " s service h home l lip r rip p pid w password m mech c secured a lport b rport "
            + "k cert i uid gid session session_pid real_lip real_rip real_lport real_rport local_ip remote_ip local_port "
            + "remote_port mechanism local_name client_id hostname ! ";

    private final Map<String, String> values;
    private final Map<String, UnaryOperator<String>> functions;

    private Variables(Map<String, String> values, Map<String, UnaryOperator<String>> functions) {
        this.values = values;
        this.functions = functions;
    }

    /** No variables but {@code %%}, the hash functions, {@code if} and {@code env}, which reads Roost's own environment. */
    public static Variables none() {
        return new Variables(Map.of(), Map.of("env", name -> {
            String value = System.getenv(name);
            return value == null ? "" : ByteString.ofText(value);
        }));
    }

    /**
     * The variables that a user's name gives: {@code %u %n %d} and their long names.
     *
     * @param user user name as Dovecot has it after {@code auth_username_format}, text
     */
    public static Variables ofUser(String user) {
        String name = ByteString.ofText(user);
        int at = name.indexOf('@');
        String local = at < 0 ? name : name.substring(0, at);
        String domain = at < 0 ? "" : name.substring(at + 1);
        int second = domain.indexOf('@');
        return none().with('u', "user", name).with('n', "username", local).with('d', "domain", domain)
                .with("auth_user", name).with("auth_username", local).with("auth_domain", domain)
                .with("domain_first", second < 0 ? domain : domain.substring(0, second))
                .with("domain_last", domain.substring(domain.lastIndexOf('@') + 1));
    }

    /** These and one more, {@code value} being a byte string. */
    public Variables with(char shortName, String longName, String value) {
        Map<String, String> more = new HashMap<>(values);
        more.put(String.valueOf(shortName), value);
        more.put("{" + longName, value);
        return new Variables(more, functions);
    }

    /** These and one more that has only a long name. */
    public Variables with(String longName, String value) {
        Map<String, String> more = new HashMap<>(values);
        more.put("{" + longName, value);
        return new Variables(more, functions);
    }

    /** These and a function: {@code %{name:data}} gives what {@code function} makes of {@code data}, both byte strings. */
    public Variables withFunction(String name, UnaryOperator<String> function) {
        Map<String, UnaryOperator<String>> more = new HashMap<>(functions);
        more.put(name, function);
        return new Variables(values, more);
    }

    /**
     * Expands a template.
     *
     * @param template ordinary text
     * @return a byte string
     * @throws InvalidSettingException if a variable is unknown or has no value, or the template is malformed
     */
    public String expand(String template) throws InvalidSettingException {
        return expandBytes(ByteString.ofText(template), 0);
    }

    String expandBytes(String template, int depth) throws InvalidSettingException {
        if (depth > 10) {
            throw bad(template, "at most ten levels of variables in each other", "simplify it");
        }
        StringBuilder out = new StringBuilder(template.length() + 32);
        int at = 0;
        while (at < template.length()) {
            int percent = template.indexOf('%', at);
            if (percent < 0) {
                out.append(template, at, template.length());
                break;
            }
            out.append(template, at, percent);
            at = new Field(template, depth).expand(percent + 1, out);
            if (out.length() > MAX_RESULT) {
                throw bad(template, "a result of less than a megabyte", "correct its widths");
            }
        }
        return out.toString();
    }

    /** The value of a long name: a variable, a function, a hash or a condition. */
    String longName(String name, String template, int depth) throws InvalidSettingException {
        String value = values.get("{" + name);
        if (value != null) {
            return value;
        }
        int colon = name.indexOf(':');
        String key = colon < 0 ? name : name.substring(0, colon);
        String data = colon < 0 ? "" : name.substring(colon + 1);
        int semicolon = key.indexOf(';');
        String function = semicolon < 0 ? key : key.substring(0, semicolon);
        if (function.equalsIgnoreCase("if")) {
            return VariableCondition.evaluate(this, name, template, depth);
        }
        Optional<VariableHash> hash = VariableHash.named(function);
        if (hash.isPresent()) {
            String options = semicolon < 0 ? "" : key.substring(semicolon + 1);
            return hash.get().apply(this, longName(data, template, depth + 1), data, options, template, depth);
        }
        UnaryOperator<String> other = functions.get(key);
        if (other == null) {
            throw unknown(template, name, "%{" + name + "}");
        }
        return other.apply(data);
    }

    private String shortName(char name, String template) throws InvalidSettingException {
        String value = values.get(String.valueOf(name));
        if (value != null) {
            return value;
        }
        if (name == '%') {
            return "%";
        }
        throw unknown(template, String.valueOf(name), "%" + name);
    }

    private static InvalidSettingException unknown(String template, String name, String shown) {
        boolean login = OF_A_LOGIN.contains(" " + name + " ");
        return bad(template, "known variables, not " + InvalidSettingException.printable(ByteString.toText(shown)),
                login ? "it has no value outside a login: write in its place what it stands for"
                        : "use %u, %n, %d, a hash of them, or write the value out");
    }

    static InvalidSettingException bad(String template, String expected, String advice) {
        return new InvalidSettingException("template with variables", ByteString.toText(template), expected, advice);
    }

    /** One {@code %} sequence while it is expanded. */
    private final class Field {
        private final String template;
        private final int depth;
        private int at;
        private int offset;
        private int width;
        private boolean zeroPadding;

        Field(String template, int depth) {
            this.template = template;
            this.depth = depth;
        }

        private char peek() {
            return at < template.length() ? template.charAt(at) : 0;
        }

        private boolean skip(char c) {
            if (at < template.length() && template.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private int number() throws InvalidSettingException {
            int number = 0;
            while (peek() >= '0' && peek() <= '9') {
                number = number * 10 + peek() - '0';
                at++;
                if (number > MAX_NUMBER) {
                    throw bad(template, "numbers below " + MAX_NUMBER, "correct the offset or width");
                }
            }
            return number;
        }

        /** @return where the template goes on */
        int expand(int from, StringBuilder out) throws InvalidSettingException {
            at = from;
            int sign = skip('-') ? -1 : 1;
            zeroPadding = skip('0');
            width = number();
            if (skip('.')) {
                offset = sign * width;
                zeroPadding = skip('0');
                sign = skip('-') ? -1 : 1;
                width = sign * number();
            }
            int modifiersFrom = at;
            while (at - modifiersFrom < MAX_MODIFIERS && at < template.length() && VariableModifier.ALL.indexOf(peek()) >= 0) {
                at++;
            }
            int modifiersTo = at;
            if (at == template.length()) {
                // Dovecot drops a % without variable at the end
                return at;
            }
            String value = value();
            for (int i = modifiersFrom; i < modifiersTo; i++) {
                value = modify(template.charAt(i), value);
            }
            append(out, value);
            return at;
        }

        private String value() throws InvalidSettingException {
            char c = template.charAt(at);
            if (c != '{' || template.indexOf('}', at) < 0) {
                at++;
                return shortName(c, template);
            }
            int open = 0;
            boolean escaped = false;
            for (int i = at; i < template.length(); i++) {
                char d = template.charAt(i);
                if (escaped) {
                    escaped = false;
                } else if (d == '\\') {
                    escaped = true;
                } else if (d == '{') {
                    open++;
                } else if (d == '}' && --open == 0) {
                    String name = template.substring(at + 1, i);
                    at = i + 1;
                    return longName(name, template, depth);
                }
            }
            throw bad(template, "a } for each {", "close the brace");
        }

        private String modify(char modifier, String value) {
            return switch (modifier) {
                case 'H' -> hash(VariableModifier.oldHash(value));
                case 'N' -> hash(VariableModifier.newHash(value));
                default -> VariableModifier.apply(modifier, value);
            };
        }

        private String hash(long value) {
            long wanted = width == 0 ? value : Long.remainderUnsigned(value, width);
            String hex = Integer.toHexString((int) wanted);
            String padded = zeros(offset - hex.length()) + hex;
            width = 0;
            offset = 0;
            return padded;
        }

        /** More than a result may have are one too many, which {@link #expandBytes} then refuses. */
        private String zeros(int count) {
            return "0".repeat(Math.max(0, Math.min(count, MAX_RESULT + 1)));
        }

        private void append(StringBuilder out, String value) {
            int from = offset >= 0 ? Math.min(offset, value.length()) : value.length() > -offset ? value.length() + offset : 0;
            String rest = value.substring(from);
            if (width == 0) {
                out.append(rest);
            } else if (zeroPadding) {
                out.append(zeros(width - rest.length())).append(rest);
            } else {
                // too large a negative width takes nothing away, as in Dovecot
                int end = width > 0 ? width : rest.length() + width;
                out.append(rest, 0, end < 0 ? rest.length() : Math.min(end, rest.length()));
            }
        }
    }
}
