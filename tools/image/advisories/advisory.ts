import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from 'semver';

/** A published weakness: the part of the OSV format (1.6) that decides whether a package has it. */
export interface Advisory {
  /** `GHSA-…`, `DSA-…`, `CVE-…` */
  readonly id: string;
  readonly summary: string;
  readonly affected: readonly Affected[];
}

/** Versions of one package. */
export interface Affected {
  readonly package: { readonly ecosystem: string; readonly name: string };
  readonly ranges: readonly { readonly events: readonly Event[] }[];
}

/** From here on it has the weakness, or has it no more. */
export type Event = { readonly introduced: string } | { readonly fixed: string };

/** The committed extract. */
export interface Extract {
  /** When it was taken, as `2026-11-29`. */
  readonly taken: string;
  readonly advisories: readonly Advisory[];
}

/** The committed extract. @throws Error when it is no JSON */
export const advisoryExtract = (): Extract =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'advisories.json'), 'utf8')) as Extract;

/** Whether a version of a package has the weakness. @param ecosystem as OSV calls it: `npm`, `Debian:12` */
export function affects(advisory: Advisory, ecosystem: string, name: string, version: string): boolean {
  return advisory.affected.some(
    (one) =>
      one.package.ecosystem === ecosystem &&
      one.package.name === name &&
      one.ranges.some(({ events }) => isWithin(version, events, ecosystem)),
  );
}

/** The last event at or before the version decides. */
function isWithin(version: string, events: readonly Event[], ecosystem: string): boolean {
  let within = false;
  const at = (event: Event): string => ('introduced' in event ? event.introduced : event.fixed);
  const order = ecosystem.startsWith('Debian') ? compareDebian : compareSemver;
  for (const event of [...events].sort((a, b) => order(at(a), at(b)))) {
    if (order(at(event), version) <= 0) within = 'introduced' in event;
  }
  return within;
}

/** OSV's `0` is before every version. */
const compareSemver = (a: string, b: string): number => compare(a === '0' ? '0.0.0-0' : a, b === '0' ? '0.0.0-0' : b);

/** By dpkg itself: epochs, tildes and revisions have rules of their own. */
function compareDebian(a: string, b: string): number {
  const is = (relation: string): boolean => {
    try {
      execFileSync('dpkg', ['--compare-versions', a, relation, b], { stdio: 'ignore' });
      return true;
    } catch (error) {
      if ((error as { status?: number }).status === 1) return false;
      throw new Error('versions of Debian packages are compared by dpkg, which this machine has not', { cause: error });
    }
  };
  return is('lt') ? -1 : is('eq') ? 0 : 1;
}
