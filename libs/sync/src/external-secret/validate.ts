/** The rules that the API server has at admission; core checks them again, so that a cluster without them is as safe. */
import type { ExternalSecret } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { specRules } from '../rules/rules.ts';
import type { SpecProblem } from '../rules/spec-rule.ts';

/** Every place where the spec breaks a rule, rule after rule. */
export function validateExternalSecret({ spec }: Pick<ExternalSecret, 'spec'>): SpecProblem[] {
  return specRules.flatMap(({ problems }) => [...problems(spec)]);
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
