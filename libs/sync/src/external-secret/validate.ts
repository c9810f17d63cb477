/** Rules that the validating webhook enforces too; core checks them again, so that a cluster without it is as safe. */
import type { ExternalSecret, ExternalSecretDataFrom, ExternalSecretTarget } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { syncWindowProblems } from '../sync-windows/sync-windows.ts';
import type { SpecProblem } from './spec-problem.ts';

const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const BOOTSTRAP_TOKEN = 'bootstrap.kubernetes.io/token';
const SECRET_TARGETS = new Set(['', 'data', 'annotations', 'labels']);

/** Every broken rule, in upstream's order. */
export function validateExternalSecret({ spec }: Pick<ExternalSecret, 'spec'>): SpecProblem[] {
  const target = spec.target ?? {};
  return [
    ...policyProblems(target),
    ...((spec.data ?? []).length === 0 && (spec.dataFrom ?? []).length === 0
      ? [{ field: 'spec', text: 'either data or dataFrom should be specified' }]
      : []),
    ...templateProblems(target),
    ...(spec.dataFrom ?? []).flatMap(dataFromProblems),
    ...duplicateKeys(spec),
    ...syncWindowProblems(spec),
  ];
}

/** The broken rules as one error; undefined when there is none. */
export function invalidSpec(externalSecret: Pick<ExternalSecret, 'spec'>): SyncError | undefined {
  const problems = validateExternalSecret(externalSecret);
  const [first] = problems;
  if (!first) return undefined;
  return new SyncError({
    code: 'INVALID_SPEC',
    field: first.field,
    what: problems.map(({ text }) => text).join('; '),
    nextStep: first.nextStep ?? 'Correct the ExternalSecret; the next sync follows at once.',
  });
}

function* policyProblems({ creationPolicy, deletionPolicy }: ExternalSecretTarget): Generator<SpecProblem> {
  const shared = creationPolicy === 'Merge' || creationPolicy === 'None' || creationPolicy === 'CreateOrMerge';
  if (deletionPolicy === 'Delete' && shared) {
    yield {
      field: 'spec.target.deletionPolicy',
      text:
        "deletionPolicy=Delete must not be used when the controller doesn't own the secret. " +
        'Please set creationPolicy=Owner',
    };
  }
  if (deletionPolicy === 'Merge' && creationPolicy === 'None') {
    yield {
      field: 'spec.target.deletionPolicy',
      text: 'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
    };
  }
}

/** Types that would let whoever may write ExternalSecrets obtain the token of a ServiceAccount or of a new node. */
function* templateProblems({ template, manifest }: ExternalSecretTarget): Generator<SpecProblem> {
  if (!template) return;
  const targets = (template.templateFrom ?? []).map(({ target }) => target ?? '');
  if (template.type === SERVICE_ACCOUNT_TOKEN) {
    const refused = `template.type="${SERVICE_ACCOUNT_TOKEN}" with`;
    if (Object.hasOwn(template.metadata?.annotations ?? {}, SERVICE_ACCOUNT_NAME)) {
      yield {
        field: 'spec.target.template.metadata.annotations',
        text: `${refused} annotation "${SERVICE_ACCOUNT_NAME}" is not allowed`,
      };
    }
    if (targets.some((target) => target.toLowerCase() === 'annotations')) {
      yield {
        field: 'spec.target.template.templateFrom',
        text: `${refused} templateFrom target="Annotations" is not allowed`,
      };
    }
  }
  if (template.type === BOOTSTRAP_TOKEN) {
    yield { field: 'spec.target.template.type', text: `template.type="${BOOTSTRAP_TOKEN}" is not allowed` };
  }
  const isSecret = !manifest || (manifest.apiVersion === 'v1' && manifest.kind === 'Secret');
  for (const [index, target] of targets.entries()) {
    if (!isSecret || SECRET_TARGETS.has(target.toLowerCase())) continue;
    yield {
      field: `spec.target.template.templateFrom[${index}].target`,
      text:
        `templateFrom target="${target}" is not allowed when targeting a Secret, ` +
        'must be one of "Data", "Annotations" or "Labels"',
    };
  }
}

function dataFromProblems(entry: ExternalSecretDataFrom, index: number): SpecProblem[] {
  const field = `spec.dataFrom[${index}]`;
  const { extract, find, sourceRef } = entry;
  const problems: SpecProblem[] = [];
  if ([extract, find, sourceRef?.generatorRef].filter((part) => part !== undefined).length > 1) {
    problems.push({ field, text: 'extract, find, or generatorRef cannot be set at the same time' });
  }
  if (!extract && !find && !sourceRef) {
    problems.push({ field, text: 'either extract, find, or sourceRef must be set to dataFrom' });
  }
  if (sourceRef && !sourceRef.generatorRef && !sourceRef.storeRef) {
    problems.push({
      field: `${field}.sourceRef`,
      text: 'generatorRef or storeRef must be set when using sourceRef in dataFrom',
    });
  }
  return problems;
}

/** Only under Retain: with the other policies a second item is what remains when the first one's secret is absent. */
function* duplicateKeys({ data, target }: ExternalSecret['spec']): Generator<SpecProblem> {
  if ((target?.deletionPolicy ?? 'Retain') !== 'Retain') return;
  const seen = new Set<string>();
  for (const [index, { secretKey }] of (data ?? []).entries()) {
    if (seen.has(secretKey)) {
      yield { field: `spec.data[${index}].secretKey`, text: `duplicate secretKey found: ${secretKey}` };
    }
    seen.add(secretKey);
  }
}
