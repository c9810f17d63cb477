/** Whether an image may be given to anybody: its bill of materials against the advisories that are known. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackageURL } from 'packageurl-js';
import { type Advisory, affects } from './advisory.ts';

/** An advisory that is known and borne for a while. */
export interface Exception {
  readonly advisory: string;
  /** Package URL without its version: `pkg:npm/node-forge`. */
  readonly package: string;
  /** Why it does no harm here. */
  readonly reason: string;
  /** The last day on which it holds, as `2026-12-31`. */
  readonly until: string;
}

/** The part of a CycloneDX bill that is read here. */
export interface Bill {
  readonly components?: readonly { readonly purl?: string }[];
}

/** The committed exceptions. @throws Error when they are no JSON */
export const exceptionList = (): Exception[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'exceptions.json'), 'utf8')) as Exception[];

/**
 * What keeps an image back, one sentence each.
 * @param today as `2026-11-29`
 * @param where the image, for the sentences
 */
export function problemsOf(
  bill: Bill,
  advisories: readonly Advisory[],
  exceptions: readonly Exception[],
  today: string,
  where: string,
): string[] {
  return (bill.components ?? []).flatMap(({ purl }) => {
    if (purl === undefined) return [];
    const { type, namespace, name, version, qualifiers } = PackageURL.fromString(purl);
    const ecosystem = type === 'deb' ? `Debian:${qualifiers?.['distro']?.replace('debian-', '') ?? ''}` : type;
    const whole = type === 'npm' && namespace ? `${namespace}/${name}` : name;
    return advisories
      .filter((advisory) => affects(advisory, ecosystem, whole, version ?? ''))
      .flatMap(({ id, summary }) => {
        const plain = purl.replace(/@[^@]*$/, '');
        const excepted = exceptions.find((one) => one.advisory === id && one.package === plain);
        if (excepted && excepted.until >= today) return [];
        const ended = excepted ? `; its exception ended on ${excepted.until}` : '';
        return [`${where} has ${whole} ${version ?? ''}: ${id}, ${summary}${ended}`];
      });
  });
}

/** What is wrong with the exceptions themselves, one sentence each. */
export function exceptionProblems(exceptions: readonly Exception[]): string[] {
  return exceptions.flatMap(({ advisory, package: name, reason, until }) => {
    const which = `exceptions.json: ${advisory || 'an exception'} for ${name || 'no package'}`;
    const day = /^\d{4}-\d\d-\d\d$/.test(until) && !Number.isNaN(Date.parse(until));
    return [
      ...(reason.trim().length < 20 ? [`${which} needs a reason that says why it does no harm here`] : []),
      ...(day ? [] : [`${which} needs a last day, until: YYYY-MM-DD`]),
    ];
  });
}
