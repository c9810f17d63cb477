/** Every rule and every exception of the admission policies of all charts. */
import { externalSecretExceptions, externalSecretRows } from './specs.ts';
import { referenceExceptions, referenceRows } from './references.ts';
import type { ExceptionRow, PartName, Request, RuleRow } from './row.ts';
import { secretExceptions, secretRows } from './secrets.ts';
import { serviceAndPodRows, serviceExceptions, STANDING } from './services-and-pods.ts';
import { storeRows } from './stores.ts';

export const RULES: readonly RuleRow[] = [
  ...externalSecretRows,
  ...storeRows,
  ...referenceRows,
  ...secretRows,
  ...serviceAndPodRows,
];

/** Conditions that name what a policy is about, so that the API server looks at less: its rules say the same without them. */
export const ONLY_SAVES_WORK: readonly PartName[] = [
  { policy: 'external-secrets-provider-registration', part: 'condition is-marked' },
];

const LEGACY = /^condition (spec|target)-changes$/;
const legacyName = (policy: string): string => `legacy-${policy}`;

/** What a policy would refuse today, stored before there were policies. */
function legacyOf(policy: string): Request {
  const row = RULES.find((each) => each.policy === policy);
  if (!row) throw new Error(`no rule of ${policy} has a row`);
  const { body } = row.request;
  return { ...row.request, body: { ...body, metadata: { ...body.metadata, name: legacyName(policy) } } };
}

/** Labelling such an object is let through. */
function legacyRow({ policy, part }: PartName): ExceptionRow {
  const body = { metadata: { labels: { team: 'red' } } };
  return { policy, part, request: { ...legacyOf(policy), patches: legacyName(policy), body }, who: 'admin' };
}

/** The exceptions with a row, those for objects of before among them. */
export function exceptionRows(parts: readonly PartName[]): readonly ExceptionRow[] {
  const written = [...externalSecretExceptions, ...referenceExceptions, ...secretExceptions, ...serviceExceptions];
  return [...written, ...parts.filter(({ part }) => LEGACY.test(part)).map(legacyRow)];
}

/** What is created before the policies are, given every exception that they have. */
export const standing = (parts: readonly PartName[]): readonly Request[] => [
  ...STANDING,
  ...parts.filter(({ part }) => LEGACY.test(part)).map(({ policy }) => legacyOf(policy)),
];
