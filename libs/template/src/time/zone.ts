import { abbreviationsOf, isZoneName } from './zone-names.ts';

/** What a place's clocks show at an instant. */
export interface ZoneOffset {
  /** Seconds east of UTC. */
  readonly offset: number;
  /** `CET`; empty where the zone has no name. */
  readonly abbreviation: string;
}

/** A time zone as Go has it: `UTC`, `Local`, a zone of the IANA database, or a bare offset. */
export interface Zone {
  readonly name: string;
  /** `seconds` since 1970. */
  at(seconds: number): ZoneOffset;
}

/** UTC. */
export const utc: Zone = { name: 'UTC', at: () => ({ offset: 0, abbreviation: 'UTC' }) };

/** A zone with one offset for all times. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

/** The largest number of milliseconds that a JS date can hold. */
const maxDate = 8.64e15;

const offsetShape = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

function offsetReader(name: string): (seconds: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  return (seconds) => {
    const millis = Math.max(-maxDate, Math.min(maxDate, seconds * 1000));
    const match = offsetShape.exec(format.format(millis));
    const [, sign, hours = '0', minutes = '0', rest = '0'] = match ?? [];
    const size = (Number(hours) * 60 + Number(minutes)) * 60 + Number(rest);
    return sign === '-' ? -size : size;
  };
}

const zones = new Map<string, Zone>();

/** The named zone of the IANA database; undefined for names that Go does not know either. */
export function loadZone(name: string, local: Zone): Zone | undefined {
  if (name === '' || name === 'UTC') return utc;
  if (name === 'Local') return local;
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!isZoneName(name)) return undefined;
  const read = offsetReader(name);
  const zone: Zone = {
    name,
    at: (seconds) => {
      const offset = read(seconds);
      return { offset, abbreviation: abbreviationsOf(name, offset) };
    },
  };
  zones.set(name, zone);
  return zone;
}

/** The zone that templates call `Local`. */
export function localZone(name: string): Zone {
  const known = localZones.get(name);
  if (known !== undefined) return known;
  const zone = loadZone(name, utc) ?? utc;
  const local: Zone = { name: 'Local', at: (seconds) => zone.at(seconds) };
  localZones.set(name, local);
  return local;
}

/** Go has one zone of this name per process: times are equal only if they share it. */
const localZones = new Map<string, Zone>();
