import { calendarLimit } from '../guard';
import type { EpochMillis } from '../kernel/clock';
import type { Profile } from './model';
import { profileCalendar } from './profile-calendar.model';

/** The first profile that holds at a time, on the clocks of its own zone; null when none does. */
export function profileAt(profiles: readonly Profile[], at: EpochMillis): Profile | null {
  return profiles.find((profile) => holds(profile, at)) ?? null;
}

function holds(profile: Profile, at: EpochMillis): boolean {
  const ics = profileCalendar(profile);
  const { exceptions } = calendarLimit({ name: profile.name, default: 'open', whenClosed: 'wait', ics }, at);
  return exceptions.some(({ from, until }) => Date.parse(from) <= at && at < Date.parse(until));
}
