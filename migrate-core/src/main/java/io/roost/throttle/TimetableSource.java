package io.roost.throttle;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Optional;

/** Holds back as a {@link Timetable} says. Thread-safe. */
public final class TimetableSource implements ThrottleSource {
    private final ZoneId zone;
    private Timetable timetable;
    private Restriction last;
    private LocalDateTime lastMinute;

    /**
     * @param timetable null: none, nothing is held back
     * @param zone      where its times are meant
     */
    public TimetableSource(Timetable timetable, ZoneId zone) {
        this.timetable = timetable;
        this.zone = zone;
    }

    /** Replaces the timetable; null: none. */
    public synchronized void set(Timetable other) {
        timetable = other;
        lastMinute = null;
    }

    /** The one that counts now, if there is one. */
    public synchronized Optional<Timetable> timetable() {
        return Optional.ofNullable(timetable);
    }

    @Override
    public String name() {
        return "timetable";
    }

    @Override
    public synchronized Restriction restriction(ThrottleClock clock) {
        LocalDateTime minute = LocalDateTime.ofInstant(clock.now(), zone).withSecond(0).withNano(0);
        if (!minute.equals(lastMinute)) {
            lastMinute = minute;
            last = timetable == null ? Restriction.none(name()) : restriction(timetable.at(minute), minute);
        }
        return last;
    }

    private Restriction restriction(Timetable.Slot slot, LocalDateTime now) {
        if (slot.entry().isEmpty()) {
            return Restriction.none(name());
        }
        Timetable.Entry entry = slot.entry().get();
        String until = slot.until().map(end -> ", until " + text(end, now)).orElse("");
        return entry.off() ? Restriction.hold(name(), "the timetable says off (" + entry + ")" + until)
                : Restriction.limit(name(), entry.limit(), "limited to " + entry.limit() + " by the timetable (" + entry + ")"
                        + until);
    }

    private static String text(LocalDateTime end, LocalDateTime now) {
        String time = Timetable.time(end.getHour() * 60 + end.getMinute());
        return end.isBefore(now.plusDays(1)) ? time : Timetable.name(end.getDayOfWeek()) + " " + time;
    }
}
