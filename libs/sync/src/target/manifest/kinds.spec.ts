import { manifestKind, refuseKind } from './kinds.ts';

const es = (apiVersion: string, kind: string) =>
  ({ spec: { target: { manifest: { apiVersion, kind } } } }) as Parameters<typeof refuseKind>[0];

test('without the flag no manifest is written, of kind Secret either [1.13b.1]', () => {
  for (const kind of ['ConfigMap', 'Secret'])
    expect(refuseKind(es('v1', kind), false)).toMatchObject({
      code: 'GENERIC_TARGETS_DISABLED',
      field: 'spec.target.manifest',
      publicMessage: 'generic targets are disabled. Enable with --unsafe-allow-generic-targets flag',
    });
  expect(refuseKind({ spec: {} }, false)).toBeUndefined();
});

test.each([
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['rbac.authorization.k8s.io/v1alpha1', 'Role'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
  ['external-secrets.io/v1', 'ExternalSecret'],
  ['external-secrets.io/v1', 'Provider'],
  ['generators.external-secrets.io/v1alpha1', 'Password'],
  ['provider.external-secrets.io/v2alpha1', 'Fake'],
  ['coordination.k8s.io/v1', 'Lease'],
  ['events.k8s.io/v1', 'Event'],
  ['v1', 'Event'],
  ['v1', 'ServiceAccount'],
])('%s %s is refused even with it', (apiVersion, kind) => {
  expect(refuseKind(es(apiVersion, kind), true)).toMatchObject({ code: 'TARGET_KIND_NOT_ALLOWED' });
});

test.each([
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['argoproj.io/v1alpha1', 'Application'],
  ['example.io/v1', 'Event'],
  ['not-external-secrets.io/v1', 'X'],
])('%s %s may be looked for', (apiVersion, kind) => {
  expect(refuseKind(es(apiVersion, kind), true)).toBeUndefined();
});

test('a manifest of kind Secret is a Secret [1.13b.4]', () => {
  expect(manifestKind(es('v1', 'Secret'))).toBeUndefined();
  expect(manifestKind(es('v1', 'ConfigMap'))).toEqual({ apiVersion: 'v1', kind: 'ConfigMap' });
  // Another group may have a kind of that name; it is none of Kubernetes' own.
  expect(manifestKind(es('example.io/v1', 'Secret'))).toBeDefined();
  expect(manifestKind({ spec: {} })).toBeUndefined();
});
