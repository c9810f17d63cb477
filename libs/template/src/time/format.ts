import type { CivilDate } from './civil.ts';
import { dayNames, dayOfYear, monthNames, weekdayOf } from './civil.ts';
import type { LayoutElement, LayoutPart } from './layout.ts';
import { layoutParts } from './layout.ts';

/** What the clocks of a zone show. */
export interface ClockReading {
  readonly date: CivilDate;
  /** Days since 1970-01-01. */
  readonly days: number;
  /** Seconds since midnight. */
  readonly seconds: number;
  readonly nanos: number;
  readonly offset: number;
  readonly abbreviation: string;
}

function digits(value: number, width: number): string {
  const size = Math.abs(value).toString().padStart(width, '0');
  return value < 0 ? `-${size}` : size;
}

function zoneOffset(element: LayoutElement, offset: number): string {
  if (offset === 0 && element.startsWith('Z')) return 'Z';
  const minutes = Math.trunc(offset / 60);
  const size = Math.abs(minutes);
  const colon = element.includes(':') ? ':' : '';
  let out = (minutes < 0 ? '-' : '+') + digits(Math.floor(size / 60), 2);
  if (element.length > 3) out += colon + digits(size % 60, 2);
  if (element.length >= 7 && element !== 'Z07:00' && element !== '-07:00')
    out += colon + digits(Math.abs(offset) % 60, 2);
  return out;
}

function fraction(source: string, nanos: number): string {
  const shown = digits(nanos, 9).slice(0, source.length - 1);
  if (source.charAt(1) === '0') return source.charAt(0) + shown;
  const trimmed = shown.replace(/0+$/, '');
  return trimmed === '' ? '' : source.charAt(0) + trimmed;
}

function hour12(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

function show(part: LayoutPart, reading: ClockReading): string {
  const { date, seconds, offset, abbreviation } = reading;
  const hour = Math.floor(seconds / 3600);
  const minute = Math.floor(seconds / 60) % 60;
  switch (part.element) {
    case undefined:
      return part.source;
    case '2006':
      return digits(date.year, 4);
    case '06':
      return digits(Math.abs(date.year) % 100, 2);
    case 'January':
      return monthNames[date.month - 1] ?? '';
    case 'Jan':
      return (monthNames[date.month - 1] ?? '').slice(0, 3);
    case '1':
      return String(date.month);
    case '01':
      return digits(date.month, 2);
    case 'Monday':
      return dayNames[weekdayOf(reading.days)] ?? '';
    case 'Mon':
      return (dayNames[weekdayOf(reading.days)] ?? '').slice(0, 3);
    case '2':
      return String(date.day);
    case '_2':
      return String(date.day).padStart(2);
    case '02':
      return digits(date.day, 2);
    case '__2':
      return String(dayOfYear(date)).padStart(3);
    case '002':
      return digits(dayOfYear(date), 3);
    case '15':
      return digits(hour, 2);
    case '3':
      return String(hour12(hour));
    case '03':
      return digits(hour12(hour), 2);
    case '4':
      return String(minute);
    case '04':
      return digits(minute, 2);
    case '5':
      return String(seconds % 60);
    case '05':
      return digits(seconds % 60, 2);
    case 'PM':
      return hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return abbreviation === '' ? zoneOffset('-0700', offset) : abbreviation;
    case 'fraction':
      return fraction(part.source, reading.nanos);
    default:
      return zoneOffset(part.element, offset);
  }
}

/** `Time.Format`, of what the clocks of the time's zone show. */
export function formatTime(reading: ClockReading, layout: string): string {
  return layoutParts(layout)
    .map((part) => show(part, reading))
    .join('');
}
