/** A profile's times as an iCalendar text (RFC 5545): one event, recurring on the clocks of its zone. */
export function profileCalendar(profile: {
  readonly name: string;
  readonly from: string;
  readonly until: string;
  readonly timeZone: string;
  readonly recurs?: string | undefined;
}): string {
  const time = (text: string): string => `${text.replace(/[-:]/g, '')}00`;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    `UID:${profile.name}`,
    `SUMMARY:${profile.name}`,
    `DTSTART;TZID=${profile.timeZone}:${time(profile.from)}`,
    `DTEND;TZID=${profile.timeZone}:${time(profile.until)}`,
    ...(profile.recurs === undefined ? [] : [`RRULE:${profile.recurs}`]),
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\n');
}
