/** The parts of admission policies, and policies without one of them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '@eso/kube';
import { type Manifest, parseManifests, workspaceRoot } from '@eso/testing';
import type { PartName } from './row.ts';

/** A ValidatingAdmissionPolicy, as far as parts go. */
export interface Policy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly matchConditions?: readonly Named[];
    readonly variables?: readonly Named[];
    readonly validations: readonly { readonly expression: string }[];
  };
}
interface Named {
  readonly name: string;
  readonly expression: string;
}

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
/** The sum of the variables `problems0`, `problems1`, …, each of which is a rule. */
const SUM = 'size(variables.problems) == 0';
/** Variables that are a rule: a list of what is wrong. */
const RULE = /^problems\d+$/;
/** Variables by which a request gets past a rule. */
const EXCEPTION = /^(isOf|was)[A-Z]/;

/** Every policy of every chart, as it stands in its file. */
export function chartPolicies(): Policy[] {
  return globSync(join(workspaceRoot, 'charts/*/files/admission*.yaml'))
    .sort()
    .flatMap((path) => parseManifests(readFileSync(path, 'utf8')))
    .filter((document): document is Manifest & Policy => document.kind === 'ValidatingAdmissionPolicy');
}

/** Every policy of the API server, by name. */
export async function policiesOf(client: KubeClient): Promise<ReadonlyMap<string, Policy>> {
  const { items } = (await client.request('GET', POLICIES)) as { items: readonly Policy[] };
  return new Map(items.map((policy) => [policy.metadata.name, policy]));
}

/** What refuses: validations, and variables that are lists of problems. */
export function rulesOf({ metadata: { name: policy }, spec }: Policy): PartName[] {
  return [
    ...(spec.variables ?? []).filter(({ name }) => RULE.test(name)).map(({ name }) => `variable ${name}`),
    ...spec.validations.flatMap(({ expression }, at) => (expression === SUM ? [] : [`validation ${at}`])),
  ].map((part) => ({ policy, part }));
}

/** What lets through: conditions, and variables that say who is an exception. */
export function exceptionsOf({ metadata: { name: policy }, spec }: Policy): PartName[] {
  return [
    ...(spec.variables ?? []).filter(({ name }) => EXCEPTION.test(name)).map(({ name }) => `variable ${name}`),
    ...(spec.matchConditions ?? []).map(({ name }) => `condition ${name}`),
  ].map((part) => ({ policy, part }));
}

/** A policy without a rule, or without an exception. */
export function without({ metadata, spec }: Policy, part: string): Policy {
  const [kind = '', which = ''] = part.split(' ');
  const replaced = (expression: string) => (each: Named) => (each.name === which ? { ...each, expression } : each);
  switch (kind) {
    case 'validation': {
      const validations = spec.validations.map((each, at) => (at === Number(which) ? { expression: 'true' } : each));
      return { metadata, spec: { ...spec, validations } };
    }
    case 'condition':
      return { metadata, spec: { ...spec, matchConditions: (spec.matchConditions ?? []).map(replaced('true')) } };
    default: {
      const expression = RULE.test(which) ? '[]' : 'false';
      return { metadata, spec: { ...spec, variables: (spec.variables ?? []).map(replaced(expression)) } };
    }
  }
}

/** Puts a policy in the place of the one of its name. */
export async function replacePolicy(client: KubeClient, { metadata: { name }, spec }: Policy): Promise<void> {
  const { matchConditions = null, variables = null, validations } = spec;
  await client.request('PATCH', `${POLICIES}/${name}`, {
    contentType: 'application/merge-patch+json',
    body: { spec: { matchConditions, variables, validations } },
  });
}

/**
 * Parts in rounds of one for each policy, so that what one round takes out are policies that have nothing to do with each other.
 * @returns as many rounds as the policy with most parts has
 */
export function rounds<T extends PartName>(rows: readonly T[]): T[][] {
  const result: T[][] = [];
  for (const row of rows) {
    const free = result.find((round) => round.every(({ policy }) => policy !== row.policy));
    if (free) free.push(row);
    else result.push([row]);
  }
  return result;
}
