package io.roost.throttle;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How fast mail may be read at which time of the week, as administrators write it.
 *
 * <pre>
 *   timetable = entry *("," entry)              22:00-06:00=full, 06:00-22:00=20MB/s
 *   entry     = [days " "] time "-" time "=" speed
 *   days      = day ["-" day] *("," day ["-" day])   Sat,Sun or Mon-Fri, in any case
 *   time      = H:MM or HH:MM                   0:00 to 24:00
 *   speed     = "off" | {@link RateLimit rate}              off: nothing is read
 * </pre>
 * Times are local. The end is not part of an entry; one that ends before it begins goes on over midnight, and belongs to the
 * day on which it begins. Entries with days count before those without, and entries of one sort must not overlap. Where none
 * says anything, the speed is full. When clocks are put forward the hour that is left out is left out here, too; when they are
 * put back, the hour that comes twice counts twice.
 */
public final class Timetable {
    private static final int DAY = 1440;
    private static final int WEEK = 7 * DAY;
    private static final int MAX_LENGTH = 10_000;
    private static final String EXPECTED = "entries such as 22:00-06:00=full, 06:00-22:00=20MB/s or Sat,Sun 0:00-24:00=off";
    private static final Pattern DAYS = Pattern.compile("[A-Za-z]{2,}(-[A-Za-z]{2,})?");
    private static final Pattern ENTRY =
            Pattern.compile("(?:([A-Za-z][A-Za-z,-]*)\\s+)?(\\d{1,2}:\\d{2})\\s*-\\s*(\\d{1,2}:\\d{2})\\s*=\\s*(.+)");

    private final List<Entry> entries;
    /** Index of the entry that counts in each minute of the week, from Monday 0:00 on; -1 if none does. */
    private final short[] minutes;

    /**
     * One entry.
     *
     * @param days  empty: every day
     * @param from  minute of the day, 0 to 1439
     * @param to    minute of the day, 0 to 1440, not {@code from}
     * @param off   whether nothing is read
     * @param limit how fast, if it is not off
     */
    public record Entry(Set<DayOfWeek> days, int from, int to, boolean off, RateLimit limit) {
        public Entry {
            days = days.isEmpty() ? Set.of() : Set.copyOf(days);
        }

        boolean isSameSpeed(Entry other) {
            return other == null ? !off && limit.isFull() : off == other.off && limit.equals(other.limit);
        }

        /** As it is read. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            for (DayOfWeek day : DayOfWeek.values()) {
                if (days.contains(day)) {
                    text.append(text.length() == 0 ? "" : ",").append(name(day));
                }
            }
            text.append(days.isEmpty() ? "" : " ").append(time(from)).append('-').append(time(to)).append('=');
            return text.append(off ? "off" : limit).toString();
        }
    }

    /**
     * What counts at a moment.
     *
     * @param entry the entry, empty if none says anything
     * @param until when another speed begins; empty if there is but one
     */
    public record Slot(Optional<Entry> entry, Optional<LocalDateTime> until) {
    }

    private Timetable(List<Entry> entries) throws InvalidRateException {
        this.entries = List.copyOf(entries);
        minutes = new short[WEEK];
        Arrays.fill(minutes, (short) -1);
        for (boolean dated : new boolean[] {false, true}) {
            short[] layer = new short[WEEK];
            Arrays.fill(layer, (short) -1);
            for (int i = 0; i < this.entries.size(); i++) {
                if (dated != this.entries.get(i).days().isEmpty()) {
                    fill(layer, (short) i);
                }
            }
            for (int minute = 0; minute < WEEK; minute++) {
                minutes[minute] = layer[minute] < 0 ? minutes[minute] : layer[minute];
            }
        }
    }

    /** Reads what an administrator wrote. */
    public static Timetable parse(String text) throws InvalidRateException {
        if (text.length() > MAX_LENGTH) {
            throw new InvalidRateException("timetable", text, "at most " + MAX_LENGTH + " characters");
        }
        List<Entry> entries = new ArrayList<>();
        String days = "";
        for (String raw : text.split(",", -1)) {
            String part = days + raw.strip();
            if (DAYS.matcher(raw.strip()).matches()) {
                // the comma was one between days
                days = part + ",";
                continue;
            }
            entries.add(entry(part));
            days = "";
        }
        if (!days.isEmpty()) {
            throw new InvalidRateException("timetable", days, EXPECTED);
        }
        return new Timetable(entries);
    }

    private static Entry entry(String part) throws InvalidRateException {
        Matcher form = ENTRY.matcher(part);
        if (!form.matches()) {
            throw new InvalidRateException("timetable", part, EXPECTED);
        }
        Set<DayOfWeek> days = form.group(1) == null ? Set.of() : days(part, form.group(1));
        int from = minute(part, form.group(2));
        int to = minute(part, form.group(3));
        if (from == to || from == DAY) {
            throw new InvalidRateException("timetable", part, "an end that differs from the beginning, such as 0:00-24:00 for "
                    + "the whole day");
        }
        String speed = form.group(4).strip();
        if (speed.equals("off")) {
            return new Entry(days, from, to, true, RateLimit.FULL);
        }
        try {
            return new Entry(days, from, to, false, RateLimit.parse(speed));
        } catch (InvalidRateException e) {
            throw new InvalidRateException("timetable", part, "off, full, or a rate after the =, such as 20MB/s ("
                    + e.getMessage() + ")");
        }
    }

    private static Set<DayOfWeek> days(String part, String text) throws InvalidRateException {
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        for (String range : text.split(",")) {
            String[] ends = range.split("-", 2);
            DayOfWeek day = day(part, ends[0]);
            DayOfWeek last = ends.length == 1 ? day : day(part, ends[1]);
            days.add(day);
            while (day != last) {
                day = day.plus(1);
                days.add(day);
            }
        }
        return days;
    }

    private static DayOfWeek day(String part, String text) throws InvalidRateException {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (text.equalsIgnoreCase(name(day)) || text.equalsIgnoreCase(day.name())) {
                return day;
            }
        }
        throw new InvalidRateException("timetable", part, "days such as Mon, Tue, Wed, Thu, Fri, Sat or Sun");
    }

    private static int minute(String part, String text) throws InvalidRateException {
        int colon = text.indexOf(':');
        int hours = Integer.parseInt(text.substring(0, colon));
        int minutes = Integer.parseInt(text.substring(colon + 1));
        int all = hours * 60 + minutes;
        if (minutes > 59 || all > DAY) {
            throw new InvalidRateException("timetable", part, "times from 0:00 to 24:00");
        }
        return all;
    }

    private void fill(short[] layer, short index) throws InvalidRateException {
        Entry entry = entries.get(index);
        int length = entry.to() > entry.from() ? entry.to() - entry.from() : entry.to() + DAY - entry.from();
        for (DayOfWeek day : entry.days().isEmpty() ? EnumSet.allOf(DayOfWeek.class) : entry.days()) {
            int from = day.ordinal() * DAY + entry.from();
            for (int i = from; i < from + length; i++) {
                short there = layer[i % WEEK];
                if (there >= 0) {
                    String when = name(DayOfWeek.of(i % WEEK / DAY + 1)) + " at " + time(i % DAY);
                    throw new InvalidRateException("timetable", entries.get(there) + ", " + entry,
                            "entries that do not overlap: both say what counts on " + when);
                }
                layer[i % WEEK] = index;
            }
        }
    }

    /** What counts at this local time. */
    public Slot at(LocalDateTime time) {
        int now = (time.getDayOfWeek().getValue() - 1) * DAY + time.getHour() * 60 + time.getMinute();
        Entry entry = entry(now);
        for (int ahead = 1; ahead < WEEK; ahead++) {
            Entry then = entry((now + ahead) % WEEK);
            boolean same = entry == then || (entry == null ? then.isSameSpeed(null) : entry.isSameSpeed(then));
            if (!same) {
                return new Slot(Optional.ofNullable(entry), Optional.of(time.withSecond(0).withNano(0).plusMinutes(ahead)));
            }
        }
        return new Slot(Optional.ofNullable(entry), Optional.empty());
    }

    private Entry entry(int minute) {
        return minutes[minute] < 0 ? null : entries.get(minutes[minute]);
    }

    public List<Entry> entries() {
        return entries;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Timetable that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return String.join(", ", entries.stream().map(Entry::toString).toList());
    }

    /** {@code Mon}. */
    static String name(DayOfWeek day) {
        return day.name().charAt(0) + day.name().substring(1, 3).toLowerCase(Locale.ROOT);
    }

    /** {@code 06:00}. */
    static String time(int minute) {
        return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
    }
}
