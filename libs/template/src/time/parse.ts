import { GoError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';
import { daysInMonth, dayNames, isLeapYear, monthNames } from './civil.ts';
import { quoteTime } from './duration.ts';
import { GoTime, instantOf } from './go-time.ts';
import type { LayoutElement, LayoutPart } from './layout.ts';
import { layoutParts } from './layout.ts';
import type { Zone } from './zone.ts';
import { fixedZone, utc } from './zone.ts';

/** What the elements of a layout have set. */
interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  half: 'AM' | 'PM' | undefined;
  zone: { kind: 'utc' } | { kind: 'offset'; seconds: number } | undefined;
  zoneName: string;
}

/** How reading an element went: the rest of the text, a field out of range, or a text that does not fit. */
type Step =
  | { readonly kind: 'rest'; readonly rest: string }
  | { readonly kind: 'range'; readonly what: string; readonly rest: string }
  | { readonly kind: 'bad' };

const bad: Step = { kind: 'bad' };

function done(rest: string): Step {
  return { kind: 'rest', rest };
}

function inRange(what: string, ok: boolean, rest: string): Step {
  return ok ? done(rest) : { kind: 'range', what, rest };
}

/** One or two digits, exactly two where `fixed`. */
function twoDigits(text: string, fixed: boolean): { value: number; rest: string } | undefined {
  const match = (fixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/).exec(text);
  return match === null ? undefined : { value: Number(match[0]), rest: text.slice(match[0].length) };
}

function number(
  text: string,
  fixed: boolean,
  what: string,
  range: readonly [number, number],
  set: (value: number) => void,
): Step {
  const read = twoDigits(text, fixed);
  if (read === undefined) return bad;
  set(read.value);
  return inRange(what, read.value >= range[0] && read.value <= range[1], read.rest);
}

function name(text: string, names: readonly string[], set: (index: number) => void): Step {
  const lower = text.toLowerCase();
  const index = names.findIndex((candidate) => lower.startsWith(candidate.toLowerCase()));
  const found = names[index];
  if (found === undefined) return bad;
  set(index);
  return done(text.slice(found.length));
}

function nanosOf(fraction: string): number {
  return Number(fraction.slice(0, 9).padEnd(9, '0'));
}

/** A fraction may follow the seconds though the layout has none. */
function afterSeconds(fields: Fields, rest: string, next: LayoutPart | undefined): Step {
  const match = /^[.,]([0-9]+)/.exec(rest);
  if (match === null || next?.element === 'fraction') return done(rest);
  fields.nanos = nanosOf(match[1] ?? '');
  return done(rest.slice(match[0].length));
}

function fraction(fields: Fields, source: string, text: string): Step {
  if (source.charAt(1) === '0') {
    const part = text.slice(0, source.length);
    if (part.length < source.length || !/^[.,][0-9]+$/.test(part)) return bad;
    fields.nanos = nanosOf(part.slice(1));
    return done(text.slice(source.length));
  }
  const match = /^[.,]([0-9]+)/.exec(text);
  if (match === null) return done(text);
  fields.nanos = nanosOf(match[1] ?? '');
  return done(text.slice(match[0].length));
}

/** By the digits of the element. */
const offsetShapes: Readonly<Record<string, RegExp>> = {
  '07': /^(.)(..)/,
  '0700': /^(.)(..)(..)/,
  '07:00': /^(.)(..):(..)/,
  '070000': /^(.)(..)(..)(..)/,
  '07:00:00': /^(.)(..):(..):(..)/,
};

function zoneOffset(fields: Fields, element: LayoutElement, text: string): Step {
  if (element.startsWith('Z') && text.startsWith('Z')) {
    fields.zone = { kind: 'utc' };
    return done(text.slice(1));
  }
  const match = offsetShapes[element.slice(1)]?.exec(text);
  if (match === null || match === undefined) return bad;
  const [whole, sign, hours = '', minutes = '00', seconds = '00'] = match;
  const rest = text.slice(whole.length);
  const digits = [hours, minutes, seconds];
  const badAt = digits.findIndex((part) => !/^[0-9]{2}$/.test(part));
  const values = digits.map((part, at) => (badAt >= 0 && at >= badAt ? 0 : Number(part)));
  const [hour = 0, minute = 0, second = 0] = values;
  if (hour > 24) return { kind: 'range', what: 'time zone offset hour', rest };
  if (minute > 60) return { kind: 'range', what: 'time zone offset minute', rest };
  if (second > 60) return { kind: 'range', what: 'time zone offset second', rest };
  if (badAt >= 0 || (sign !== '+' && sign !== '-')) return bad;
  const size = (hour * 60 + minute) * 60 + second;
  fields.zone = { kind: 'offset', seconds: sign === '-' ? -size : size };
  return done(rest);
}

/** Length of what looks like the name of a zone, 0 for all else. */
function zoneNameLength(text: string): number {
  if (/^(?:ChST|MeST)/.test(text)) return 4;
  const signed = (value: string) => {
    const match = /^[+-]([0-9]+)/.exec(value);
    return match !== null && Number(match[1]) <= 23 ? match[0].length : 0;
  };
  if (text.startsWith('GMT')) return 3 + signed(text.slice(3));
  if (text.length >= 3 && /^[+-]/.test(text)) return signed(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  if (letters.length === 5) return letters.endsWith('T') ? 5 : 0;
  if (letters.length === 4) return letters.endsWith('T') || letters === 'WITA' ? 4 : 0;
  return letters.length === 3 ? 3 : 0;
}

function zoneName(fields: Fields, text: string): Step {
  if (text.startsWith('UTC')) {
    fields.zone = { kind: 'utc' };
    return done(text.slice(3));
  }
  const length = zoneNameLength(text);
  if (length === 0) return bad;
  fields.zoneName = text.slice(0, length);
  return done(text.slice(length));
}

function half(fields: Fields, text: string, names: readonly [string, string]): Step {
  const part = text.slice(0, 2);
  if (part !== names[0] && part !== names[1]) return bad;
  fields.half = part === names[0] ? 'AM' : 'PM';
  return done(text.slice(2));
}

function read(
  fields: Fields,
  part: LayoutPart & { readonly element: LayoutElement },
  text: string,
  next: LayoutPart | undefined,
): Step {
  switch (part.element) {
    case '06': {
      if (!/^[0-9]{2}|^[+-][0-9]/.test(text)) return bad;
      const value = Number(text.slice(0, 2));
      fields.year = value + (value >= 69 ? 1900 : 2000);
      return done(text.slice(2));
    }
    case '2006':
      if (!/^[0-9]{4}/.test(text)) return bad;
      fields.year = Number(text.slice(0, 4));
      return done(text.slice(4));
    case 'January':
      return name(text, monthNames, (index) => (fields.month = index + 1));
    case 'Jan':
      return name(text, shortNames(monthNames), (index) => (fields.month = index + 1));
    case '1':
    case '01':
      return number(text, part.element === '01', 'month', [1, 12], (value) => (fields.month = value));
    case 'Monday':
      return name(text, dayNames, () => undefined);
    case 'Mon':
      return name(text, shortNames(dayNames), () => undefined);
    case '2':
    case '_2':
    case '02': {
      const trimmed = part.element === '_2' && text.startsWith(' ') ? text.slice(1) : text;
      return number(trimmed, part.element === '02', 'day', [0, 99], (value) => (fields.day = value));
    }
    case '__2':
    case '002': {
      const trimmed = part.element === '__2' ? text.replace(/^ {1,2}/, '') : text;
      const match = (part.element === '002' ? /^[0-9]{3}/ : /^[0-9]{1,3}/).exec(trimmed);
      if (match === null) return bad;
      fields.yearDay = Number(match[0]);
      return done(trimmed.slice(match[0].length));
    }
    case '15':
      return number(text, false, 'hour', [0, 23], (value) => (fields.hour = value));
    case '3':
    case '03':
      return number(text, part.element === '03', 'hour', [0, 12], (value) => (fields.hour = value));
    case '4':
    case '04':
      return number(text, part.element === '04', 'minute', [0, 59], (value) => (fields.minute = value));
    case '5':
    case '05': {
      const step = number(text, part.element === '05', 'second', [0, 59], (value) => (fields.second = value));
      return step.kind === 'rest' ? afterSeconds(fields, step.rest, next) : step;
    }
    case 'PM':
      return half(fields, text, ['AM', 'PM']);
    case 'pm':
      return half(fields, text, ['am', 'pm']);
    case 'MST':
      return zoneName(fields, text);
    case 'fraction':
      return fraction(fields, part.source, text);
    default:
      return zoneOffset(fields, part.element, text);
  }
}

function shortNames(names: readonly string[]): string[] {
  return names.map((long) => long.slice(0, 3));
}

/** Skips text of the layout; a blank there stands for any number of blanks. Undefined where the value differs. */
function skipText(value: string, prefix: string): { rest: string; ok: boolean } {
  let rest = value;
  let wanted = prefix;
  while (wanted !== '') {
    if (wanted.startsWith(' ')) {
      if (rest !== '' && !rest.startsWith(' ')) return { rest, ok: false };
      wanted = wanted.replace(/^ +/, '');
      rest = rest.replace(/^ +/, '');
      continue;
    }
    if (rest.charAt(0) !== wanted.charAt(0)) return { rest, ok: false };
    wanted = wanted.slice(1);
    rest = rest.slice(1);
  }
  return { rest, ok: true };
}

/** Parses one value by one layout; the methods throw Go's errors, which quote both. */
class TimeParser {
  readonly #layout: string;
  readonly #value: string;
  readonly #local: Zone;
  readonly #fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    half: undefined,
    zone: undefined,
    zoneName: '',
  };

  constructor(layout: string, value: string, local: Zone) {
    this.#layout = layout;
    this.#value = value;
    this.#local = local;
  }

  parse(): GoTime {
    const rest = this.#readAll();
    if (rest !== '') this.#fail(`: extra text: ${quoteTime(rest)}`);
    const fields = this.#fields;
    if (fields.half === 'PM' && fields.hour < 12) fields.hour += 12;
    if (fields.half === 'AM' && fields.hour === 12) fields.hour = 0;
    if (fields.yearDay !== undefined) this.#applyYearDay(fields.yearDay);
    const month = fields.month ?? 1;
    const day = fields.day ?? 1;
    if (day < 1 || day > daysInMonth(fields.year, month)) this.#fail(': day out of range');
    return this.#inZone({ year: fields.year, month, day });
  }

  #fail(message: string): never {
    throw new GoError(
      `parsing time ${quoteTime(this.#value)}${message}`,
      constant('parsing time: the text does not fit the layout'),
    );
  }

  #cannotParse(rest: string, source: string): never {
    this.#fail(` as ${quoteTime(this.#layout)}: cannot parse ${quoteTime(rest)} as ${quoteTime(source)}`);
  }

  #readAll(): string {
    const parts = layoutParts(this.#layout);
    let rest = this.#value;
    parts.forEach((part, at) => {
      const { element } = part;
      if (element === undefined) {
        const skipped = skipText(rest, part.source);
        if (!skipped.ok) this.#cannotParse(skipped.rest, part.source);
        rest = skipped.rest;
        return;
      }
      const step = read(this.#fields, { ...part, element }, rest, parts[at + 1]);
      if (step.kind === 'range') this.#fail(`: ${step.what} out of range`);
      if (step.kind === 'bad') this.#cannotParse(rest, part.source);
      rest = step.rest;
    });
    return rest;
  }

  #applyYearDay(yearDay: number): void {
    const fields = this.#fields;
    if (yearDay < 1 || yearDay > (isLeapYear(fields.year) ? 366 : 365)) this.#fail(': day-of-year out of range');
    let month = 1;
    let day = yearDay;
    while (day > daysInMonth(fields.year, month)) day -= daysInMonth(fields.year, month++);
    if (fields.month !== undefined && fields.month !== month) this.#fail(': day-of-year does not match month');
    if (fields.day !== undefined && fields.day !== day) this.#fail(': day-of-year does not match day');
    fields.month = month;
    fields.day = day;
  }

  #inZone(date: { year: number; month: number; day: number }): GoTime {
    const { hour, minute, second, nanos, zone, zoneName: abbreviation } = this.#fields;
    const seconds = (hour * 60 + minute) * 60 + second;
    const at = (where: Zone) => new GoTime(instantOf(date, seconds, nanos, where), where);
    if (zone?.kind === 'utc') return at(utc);
    if (zone?.kind === 'offset') {
      const instant = instantOf(date, seconds, nanos, fixedZone('', zone.seconds));
      const local = this.#local.at(Number(instant / 1_000_000_000n));
      const isLocal = local.offset === zone.seconds && (abbreviation === '' || local.abbreviation === abbreviation);
      return new GoTime(instant, isLocal ? this.#local : fixedZone(abbreviation, zone.seconds));
    }
    if (abbreviation === '') return at(this.#local);
    const local = at(this.#local);
    if (local.reading().abbreviation === abbreviation) return local;
    const hours = abbreviation.startsWith('GMT') ? Number(abbreviation.slice(3)) : 0;
    // The offset of an unknown abbreviation is unknown: the clock is read as UTC.
    return new GoTime(instantOf(date, seconds, nanos, utc), fixedZone(abbreviation, hours * 3600));
  }
}

/** `time.ParseInLocation`. Throws a `GoError` with Go's text. */
export function parseTime(layout: string, value: string, local: Zone): GoTime {
  return new TimeParser(layout, value, local).parse();
}
