import { CA_SECRET } from '@eso/api/resources';
import type { BundleProblem } from '@eso/pki';

/** No more of them are named: whoever put them there must not fill events and logs. */
const NAMED = 3;

/** What is wrong with the bundle in the authority's Secret, and what to do; undefined for a good one. */
export function bundleReport(problems: readonly BundleProblem[], namespace: string): string | undefined {
  if (problems.length === 0) return undefined;
  const named = problems.slice(0, NAMED).map(describe).join('; ');
  const more = problems.length > NAMED ? `; and ${problems.length - NAMED} more` : '';
  return (
    `Secret ${namespace}/${CA_SECRET} was changed by somebody who has not its key: ${named}${more}. Nothing of that is published, and ` +
    'what the key vouches for stays in use. Find out who can write this Secret, then restore it: take out what does not belong there'
  );
}

/** A foreign certificate's names are its maker's text: it is told by its fingerprint. */
function describe(problem: BundleProblem): string {
  switch (problem.kind) {
    case 'unknown':
      return `certificate ${problem.position} of ca.crt is unknown (SHA-256 ${problem.fingerprint.replaceAll(':', '').toLowerCase()})`;
    case 'unreadable':
      return `certificate ${problem.position} of ca.crt does not parse`;
    case 'missing':
      return `ca.crt lacks a certificate (SHA-256 ${problem.fingerprint.replaceAll(':', '').toLowerCase()})`;
    case 'outdated':
      return problem.generation === 0
        ? `ca.sig is none of the key, and one of generation ${problem.known} was there before: put that bundle back`
        : `ca.sig is of generation ${problem.generation}, and ${problem.known} was there before: put that bundle back`;
  }
}
