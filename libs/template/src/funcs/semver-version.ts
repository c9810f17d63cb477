import { GoError, plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { encodeJsonString } from '../json/encode.ts';
import { parseUint } from '../strconv/parse-int.ts';
import type { GoType, GoMethod, Value } from '../value/values.ts';
import { boolType, intType, stringType, uint64Type } from '../value/types.ts';
import { GoInt, GoObject } from '../value/values.ts';
import { goInt } from '../value/make.ts';

const shape =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?(\+([0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*))?$/;

/** The type of what the function `semver` gives. */
export const versionType: GoType = {
  name: '*semver.Version',
  kind: 'ptr',
  elem: { name: 'semver.Version', kind: 'struct' },
};

function segment(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const digits = text.replace('.', '');
  const parsed = parseUint(digits, 10);
  if (parsed.ok) return parsed.value;
  throw new GoError(
    `Error parsing version segment: strconv.ParseUint: parsing "${digits}": ${parsed.problem}`,
    shown`Error parsing version segment: strconv.ParseUint: ${authored(parsed.problem)}`,
  );
}

/** Compares two parts of a pre-release: numbers by value and below words. */
function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const numberA = parseUint(a, 10);
  const numberB = parseUint(b, 10);
  if (numberA.ok && numberB.ok) return numberA.value > numberB.value ? 1 : -1;
  if (numberA.ok !== numberB.ok) return numberA.ok ? -1 : 1;
  return a > b ? 1 : -1;
}

/** Order of two pre-releases, part by part. */
export function comparePrerelease(a: string, b: string): number {
  const partsA = a.split('.');
  const partsB = b.split('.');
  for (let at = 0; at < Math.max(partsA.length, partsB.length); at++) {
    const order = comparePart(partsA[at] ?? '', partsB[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function getter(result: GoType, value: Value): GoMethod {
  return { params: [], result, call: () => value };
}

/** A semantic version, loosely read: `v1.2` is one. */
export class Version extends GoObject {
  readonly type = versionType;
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;

  /** Throws a `GoError` with the reference's text for what is no version. */
  constructor(text: string) {
    super();
    const match = shape.exec(text);
    if (match === null) throw plainError('Invalid Semantic Version');
    this.major = segment(match[1]);
    this.minor = segment(match[2]);
    this.patch = segment(match[3]);
    this.prerelease = match[5] ?? '';
    this.metadata = match[8] ?? '';
    this.original = text;
    if (/(?:^|\.)0[0-9]+(?:\.|$)/.test(this.prerelease)) throw plainError('Version segment starts with 0');
  }

  /** Negative, zero or positive, as the version is before, equal to or after the other. Metadata does not count. */
  compare(other: Version): number {
    const order =
      compareSegments(this.major, other.major) ||
      compareSegments(this.minor, other.minor) ||
      compareSegments(this.patch, other.patch);
    if (order !== 0 || this.prerelease === other.prerelease) return order;
    if (this.prerelease === '') return 1;
    return other.prerelease === '' ? -1 : comparePrerelease(this.prerelease, other.prerelease);
  }

  override text(): string {
    const prerelease = this.prerelease === '' ? '' : `-${this.prerelease}`;
    const metadata = this.metadata === '' ? '' : `+${this.metadata}`;
    return `${this.major}.${this.minor}.${this.patch}${prerelease}${metadata}`;
  }

  override json(): string {
    return encodeJsonString(this.text(), true);
  }

  override printed(): ReadonlyMap<string, Value> {
    const unsigned = (value: bigint) => new GoInt(uint64Type, value);
    return new Map<string, Value>([
      ['major', unsigned(this.major)],
      ['minor', unsigned(this.minor)],
      ['patch', unsigned(this.patch)],
      ['pre', this.prerelease],
      ['metadata', this.metadata],
      ['original', this.original],
    ]);
  }

  override method(name: string): GoMethod | undefined {
    switch (name) {
      case 'Major':
      case 'Minor':
      case 'Patch': {
        const value = name === 'Major' ? this.major : name === 'Minor' ? this.minor : this.patch;
        return getter(uint64Type, new GoInt(uint64Type, value));
      }
      case 'Prerelease':
        return getter(stringType, this.prerelease);
      case 'Metadata':
        return getter(stringType, this.metadata);
      case 'Original':
        return getter(stringType, this.original);
      case 'String':
        return getter(stringType, this.text());
      case 'Compare':
        return comparison(intType, (other) => goInt(this.compare(other)));
      case 'Equal':
        return comparison(boolType, (other) => this.compare(other) === 0);
      case 'LessThan':
        return comparison(boolType, (other) => this.compare(other) < 0);
      case 'GreaterThan':
        return comparison(boolType, (other) => this.compare(other) > 0);
      default:
        return undefined;
    }
  }
}

function comparison(result: GoType, compare: (other: Version) => Value): GoMethod {
  return {
    params: [versionType],
    result,
    call: ([other]) => {
      if (other instanceof Version) return compare(other);
      throw plainError('runtime error: invalid memory address or nil pointer dereference');
    },
  };
}
