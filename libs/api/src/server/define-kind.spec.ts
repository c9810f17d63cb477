import type { Feature } from '../contract/features.ts';
import type { ConfigCheck, ConfigProblem } from './config-check.ts';
import { defineInlineKind, defineKind, type KindOptions } from './define-kind.ts';

const open = (): never => {
  throw new TypeError('not opened here');
};
const object: KindOptions<unknown> = {
  apiVersion: 'g/v1',
  kind: 'Probe',
  plural: 'probes',
  features: ['get'],
  metricName: 'P',
  open,
};
const inline = { key: 'probe', schema: { type: 'object' }, features: ['get'] as Feature[], metricName: 'P', open };

test.each<[string, Partial<KindOptions<unknown>>, RegExp]>([
  ['no version', { apiVersion: 'v1' }, /must be group\/version/],
  ['no feature', { features: [] }, /has no features/],
  ['a feature that is none', { features: ['fly' as Feature] }, /claims "fly"/],
  ['a feature twice', { features: ['get', 'map', 'get'] }, /a feature twice/],
])('a kind with %s is refused', (_what, changes, problem) => {
  expect(() => defineKind({ ...object, ...changes })).toThrow(problem);
  if ('features' in changes) expect(() => defineInlineKind({ ...inline, ...changes })).toThrow(problem);
});

test.each(['', 'a.b', 'AWS', 'a/b'])('%p is no key of spec.provider', (key) => {
  expect(() => defineInlineKind({ ...inline, key })).toThrow(/is no key/);
});

test('paths are as the user wrote them', () => {
  expect([defineKind(object).at('auth.secretRef'), defineKind(object).at('')]).toEqual(['spec.auth.secretRef', 'spec']);
  const kind = defineInlineKind(inline);
  expect([kind.at('auth.secretRef'), kind.at('')]).toEqual([
    'spec.provider.probe.auth.secretRef',
    'spec.provider.probe',
  ]);
});

test.each([
  ['spec.auth', 'spec.provider.probe.auth'],
  ['spec', 'spec.provider.probe'],
  ['spec[0]', 'spec.provider.probe[0]'],
  ['spec.provider.probe', 'spec.provider.probe'],
  ['spec.provider.probe.auth', 'spec.provider.probe.auth'],
  ['spec.provider.probe[1]', 'spec.provider.probe[1]'],
  ['spec.provider.prober', 'spec.provider.probe.provider.prober'],
  ['spec.provider', 'spec.provider.probe.provider'],
  ['remoteRef.key', 'remoteRef.key'],
  ['special', 'special'],
])('a problem at %s of a config in a store is at %s', (field, expected) => {
  const problem = { field, problem: 'p', nextStep: 'n' };
  const kind = defineInlineKind({ ...inline, checkConfig: () => [problem] });
  expect(kind.checkConfig({})).toEqual([{ ...problem, field: expected }]);
  expect(defineKind({ ...object, checkConfig: () => [problem] }).checkConfig({})).toEqual([problem]);
});

test('a check may be a list of problems, or problems and warnings', () => {
  const problem = { field: 'spec.a', problem: 'p', nextStep: 'n' };
  const found = (checkConfig?: () => readonly ConfigProblem[] | ConfigCheck) => {
    const kind = defineKind({ ...object, ...(checkConfig ? { checkConfig } : {}) });
    return [kind.checkConfig({}), kind.configWarnings({})];
  };
  expect(found()).toEqual([[], []]);
  expect(found(() => [problem])).toEqual([[problem], []]);
  expect(found(() => ({ problems: [problem] }))).toEqual([[problem], []]);
  expect(found(() => ({ problems: [], warnings: ['old'] }))).toEqual([[], ['old']]);
});
