import type { Zone } from '../session/preferences';

const pad = (number: number, length = 2): string => String(number).padStart(length, '0');

/** An instant as a field for date and time shows it (`2026-01-31T09:00:00`), in the zone that times are shown in; empty for none. */
export function fieldOfInstant(at: string, zone: Zone): string {
  const date = new Date(at);
  if (at === '' || Number.isNaN(date.getTime())) return '';
  if (zone === 'utc') return date.toISOString().slice(0, 19);
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The instant that a field for date and time means; empty for none, and for what is not whole yet. */
export function instantOfField(text: string, zone: Zone): string {
  if (!/^\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return '';
  const date = new Date(zone === 'utc' ? `${text}Z` : text);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
