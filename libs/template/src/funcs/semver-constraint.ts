import { GoError, plainError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';
import { comparePrerelease, Version } from './semver-version.ts';

const version =
  'v?([0-9|x|X|\\*]+)(\\.[0-9|x|X|\\*]+)?(\\.[0-9|x|X|\\*]+)?' +
  '(-([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?(\\+([0-9A-Za-z\\-]+(\\.[0-9A-Za-z\\-]+)*))?';
const operators = '=||!=|>|<|>=|=>|<=|=<|~|~>|\\^';
// RE2's \s has no \v, and takes none of Unicode's blanks.
const blank = '[ \\t\\n\\f\\r]';

const single = new RegExp(`^${blank}*(${operators})${blank}*(${version})${blank}*$`);
const range = new RegExp(`${blank}*(${version})${blank}+-${blank}+(${version})${blank}*`, 'g');
/** One constraint anywhere in a text. */
const anywhere = new RegExp(`(${operators})${blank}*(${version})`, 'g');
const conjunction = new RegExp(
  `^(${blank}*(${operators})${blank}*(${version})${blank}*)((?:${blank}+|,${blank}*)(${operators})${blank}*(${version})${blank}*)*$`,
);

/** One comparison with a version of which parts may be left open (`1.x`). */
interface Constraint {
  readonly operator: string;
  readonly version: Version;
  /** Which parts are open: none, the patch, the minor and the patch, or all. */
  readonly open: 'none' | 'patch' | 'minor' | 'all';
}

function isOpen(part: string | undefined): boolean {
  return part === undefined || /^\.?[xX*]$/.test(part);
}

function parseSingle(text: string): Constraint {
  if (text === '') return { operator: '', version: new Version('0.0.0'), open: 'all' };
  const match = single.exec(text);
  if (match === null) throw new GoError(`improper constraint: ${text}`, constant('improper constraint'));
  const [, operator = '', whole = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const make = (open: Constraint['open'], numbers: string): Constraint => {
    try {
      return { operator, open, version: new Version(numbers) };
    } catch {
      throw plainError('constraint Parser Error');
    }
  };
  if (isOpen(major)) return make('all', `0.0.0${prerelease}`);
  if (minor === '' || isOpen(minor)) return make('minor', `${major}.0.0${prerelease}`);
  if (patch === '' || isOpen(patch)) return make('patch', `${major}${minor}.0${prerelease}`);
  return make('none', whole);
}

function rewriteRanges(text: string): string {
  let out = text;
  for (const match of text.matchAll(range)) {
    const [whole, low = ''] = match;
    const high = match[11] ?? '';
    out = out.replace(whole, () => `>= ${low}, <= ${high} `);
  }
  return out;
}

/** Alternatives of which each is a list of constraints that all have to hold. Throws a `GoError` for what is no constraint. */
export function parseConstraints(text: string): readonly (readonly Constraint[])[] {
  return rewriteRanges(text)
    .split('||')
    .map((part) => {
      if (!conjunction.test(part)) throw new GoError(`improper constraint: ${part}`, constant('improper constraint'));
      const found = part.match(anywhere) ?? [part];
      return found.map(parseSingle);
    });
}

function tilde(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (candidate.compare(wanted) < 0) return false;
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  if (isZero && open !== 'minor' && open !== 'patch') return true;
  return candidate.major === wanted.major && (open === 'minor' || candidate.minor === wanted.minor);
}

function caret(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (candidate.compare(wanted) < 0) return false;
  if (wanted.major > 0n || open === 'minor') return candidate.major === wanted.major;
  if (candidate.major > 0n) return false;
  if (wanted.minor > 0n || open === 'patch') return candidate.minor === wanted.minor;
  return candidate.minor === 0n && candidate.patch === wanted.patch;
}

function differs(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (open === 'none') return candidate.compare(wanted) !== 0;
  if (candidate.prerelease !== '' && wanted.prerelease === '') return false;
  if (candidate.major !== wanted.major) return true;
  if (candidate.minor !== wanted.minor && open !== 'minor') return true;
  if (open === 'minor') return false;
  if (open === 'patch') {
    const anyPrerelease = candidate.prerelease !== '' || wanted.prerelease !== '';
    return anyPrerelease && comparePrerelease(candidate.prerelease, wanted.prerelease) !== 0;
  }
  return candidate.patch !== wanted.patch || candidate.compare(wanted) !== 0;
}

function isAbove(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (open === 'none') return candidate.compare(wanted) > 0;
  if (candidate.major !== wanted.major) return candidate.major > wanted.major;
  if (open === 'minor') return false;
  return open === 'patch' ? candidate.minor > wanted.minor : candidate.compare(wanted) > 0;
}

function isAtMost(candidate: Version, { version: wanted, open }: Constraint): boolean {
  if (open === 'none') return candidate.compare(wanted) <= 0;
  if (candidate.major > wanted.major) return false;
  return !(candidate.major === wanted.major && candidate.minor > wanted.minor && open !== 'minor');
}

function holds(candidate: Version, constraint: Constraint): boolean {
  const { operator, version: wanted, open } = constraint;
  if (operator === '!=') return differs(candidate, constraint);
  // A pre-release fits only where the constraint names one.
  if (candidate.prerelease !== '' && wanted.prerelease === '') return false;
  switch (operator) {
    case '>':
      return isAbove(candidate, constraint);
    case '<':
      return candidate.compare(wanted) < 0;
    case '>=':
    case '=>':
      return candidate.compare(wanted) >= 0;
    case '<=':
    case '=<':
      return isAtMost(candidate, constraint);
    case '~':
    case '~>':
      return tilde(candidate, constraint);
    case '^':
      return caret(candidate, constraint);
    default:
      return open === 'none' ? candidate.compare(wanted) === 0 : tilde(candidate, constraint);
  }
}

/** True when one of the alternatives holds for the version. */
export function satisfiesConstraint(candidate: Version, alternatives: readonly (readonly Constraint[])[]): boolean {
  return alternatives.some((all) => all.every((constraint) => holds(candidate, constraint)));
}
