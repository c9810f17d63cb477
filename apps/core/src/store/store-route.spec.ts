import type { ClusterSecretStore, SecretStore } from '@eso/api/resources';
import {
  clusterClass,
  clusterSecretStoreOf,
  CONFIG_REF as providerRef,
  ownClass,
  ScriptedClasses,
  secretStoreOf,
} from '../testing/store-objects.ts';
import { keyClaim } from './class-claims.ts';
import { classTie, storeConfig, storeRoute } from './store-route.ts';
import type { ConsumerNamespace } from './store-view.ts';

const inline = { provider: { fake: { data: [] } } };
const serves = { serves: { stores: ['fake'] } };
const LABELS: Readonly<Record<string, Record<string, string>>> = { 'team-a': { tier: 'gold' } };
const namespace = (name: string): ConsumerNamespace => ({ name, labels: LABELS[name] ?? {} });
const route = (store: SecretStore | ClusterSecretStore, { classes }: ScriptedClasses): unknown =>
  storeRoute(store.metadata.namespace === undefined ? 'ClusterSecretStore' : 'SecretStore', store, {
    classes,
    namespace,
  });

describe('where a config is', () => {
  test('in the store, or in an object that it names', () => {
    expect(storeConfig(secretStoreOf(inline))).toEqual({ tag: 'inline', key: 'fake' });
    expect(storeConfig(secretStoreOf({ providerRef, runtimeRef: { name: 'fake' } }))).toEqual({
      tag: 'object',
      ref: providerRef,
    });
  });

  test.each<[string, SecretStore['spec'], string, RegExp, RegExp]>([
    [
      'a config and a reference to one',
      { ...inline, providerRef, runtimeRef: { name: 'fake' } },
      'spec.providerRef',
      /^set exactly one of provider .* and providerRef /,
      /^Keep one of /,
    ],
    [
      'a reference without a class',
      { providerRef },
      'spec.runtimeRef',
      /^providerRef needs runtimeRef/,
      /^Name the class /,
    ],
    [
      'a config and a class',
      { ...inline, runtimeRef: { name: 'fake' } },
      'spec.runtimeRef',
      /is served by the class that claims its key$/,
      /^Remove spec\.runtimeRef/,
    ],
    ['neither', {}, 'spec.provider', /^set exactly one of provider .* and providerRef /, /^Configure one backend /],
    ['no key', { provider: {} }, 'spec.provider', /exactly one backend specified, found 0$/, /^Configure one backend /],
    [
      'two keys',
      { provider: { fake: {}, aws: {} } },
      'spec.provider',
      /exactly one backend specified, found 2$/,
      /^Keep one of them/,
    ],
  ])('%s is refused with its field and what to do [3.4.3]', (_, spec, field, publicMessage, nextStep) => {
    const refusal = {
      kind: 'refused',
      problem: {
        code: 'STORE_INVALID',
        field,
        publicMessage: expect.stringMatching(publicMessage) as string,
        nextStep: expect.stringMatching(nextStep) as string,
      },
    };
    expect(storeConfig(secretStoreOf(spec))).toEqual({ tag: 'invalid', refusal });
    // Whatever the API server lets through, nothing is routed.
    expect(route(secretStoreOf(spec), new ScriptedClasses(clusterClass('fake', { spec: serves })))).toEqual(refusal);
    expect(classTie(secretStoreOf(spec))).toBeUndefined();
  });
});

describe('what a store is tied to', () => {
  test.each([
    ['the claim to its key', secretStoreOf(inline), { tag: 'claim', id: keyClaim('fake') }],
    [
      'the ProviderClass that a SecretStore names',
      secretStoreOf({ providerRef, runtimeRef: { name: 'x' } }),
      { tag: 'name', kind: 'ProviderClass', name: 'x' },
    ],
    [
      'the ClusterProviderClass that a SecretStore names',
      secretStoreOf({ providerRef, runtimeRef: { kind: 'ClusterProviderClass', name: 'x' } }),
      { tag: 'name', kind: 'ClusterProviderClass', name: 'x' },
    ],
    [
      'the ClusterProviderClass that a ClusterSecretStore names',
      clusterSecretStoreOf({ providerRef, runtimeRef: { name: 'x' } }),
      { tag: 'name', kind: 'ClusterProviderClass', name: 'x' },
    ],
  ])('%s', (_, store, tie) => {
    expect(classTie(store)).toEqual(tie);
  });
});

describe('the class that serves a store', () => {
  test('is the one that claims its key', () => {
    const classes = new ScriptedClasses(clusterClass('fake', { spec: serves }));
    for (const store of [secretStoreOf(inline), clusterSecretStoreOf(inline)])
      expect(route(store, classes)).toMatchObject({
        kind: 'route',
        field: 'spec.provider.fake',
        class: { kind: 'ClusterProviderClass', name: 'fake' },
      });
  });

  test('may be a ProviderClass of a SecretStore, and never of a ClusterSecretStore', () => {
    const classes = new ScriptedClasses(ownClass('team-a', 'fake', { spec: serves }));
    expect(route(secretStoreOf(inline), classes)).toMatchObject({ kind: 'route', class: { kind: 'ProviderClass' } });
    expect(route(clusterSecretStoreOf(inline), classes)).toMatchObject({
      problem: { code: 'KEY_NOT_SERVED', field: 'spec.provider.fake' },
    });
  });

  test('is none by its name alone: only a claim counts [3.1.13] [3.4.4]', () => {
    const classes = new ScriptedClasses(clusterClass('fake'), ownClass('team-a', 'fake'));
    expect(route(secretStoreOf(inline), classes)).toEqual({
      kind: 'refused',
      problem: {
        code: 'KEY_NOT_SERVED',
        field: 'spec.provider.fake',
        publicMessage: 'no ClusterProviderClass claims the key "fake"',
        nextStep:
          'Install the provider for it, whose ClusterProviderClass has "fake" in spec.serves.stores, or correct the key.',
      },
    });
  });

  test('is the one that it names, in its own namespace or of the cluster', () => {
    const classes = new ScriptedClasses(ownClass('team-a', 'x'), clusterClass('x'));
    const named = (kind?: 'ProviderClass' | 'ClusterProviderClass') =>
      route(secretStoreOf({ providerRef, runtimeRef: { name: 'x', ...(kind && { kind }) } }), classes);
    expect(named()).toMatchObject({ kind: 'route', field: 'spec.runtimeRef', class: { kind: 'ProviderClass' } });
    expect(named('ClusterProviderClass')).toMatchObject({ class: { kind: 'ClusterProviderClass' } });
  });

  test('is not looked for in another namespace', () => {
    const store = secretStoreOf({ providerRef, runtimeRef: { name: 'x' } });
    expect(route(store, new ScriptedClasses(ownClass('team-b', 'x')))).toMatchObject({
      problem: {
        code: 'CLASS_NOT_FOUND',
        field: 'spec.runtimeRef',
        publicMessage: expect.stringContaining('ProviderClass "x"') as string,
      },
    });
  });

  test('is no ProviderClass where a ClusterSecretStore names one', () => {
    const store = clusterSecretStoreOf({ providerRef, runtimeRef: { kind: 'ProviderClass', name: 'x' } });
    expect(route(store, new ScriptedClasses(ownClass('team-a', 'x'), clusterClass('x')))).toMatchObject({
      problem: { code: 'REFERENCE_NOT_ALLOWED' },
    });
  });
});

describe('a class that may not be used', () => {
  const admitting = (conditions: object[]) =>
    new ScriptedClasses(clusterClass('fake', { spec: { ...serves, conditions } }));

  test.each([
    ['by name', { namespaces: ['team-a'] }, 'route'],
    ['by a label', { namespaceSelector: { matchLabels: { tier: 'gold' } } }, 'route'],
    ['not by another label', { namespaceSelector: { matchLabels: { tier: 'iron' } } }, 'refused'],
    ['by an expression of the whole name', { namespaceRegexes: ['team-.'] }, 'route'],
    ['not by an expression of a part of it', { namespaceRegexes: ['team'] }, 'refused'],
  ])('its conditions admit namespaces %s', (_, condition, kind) => {
    expect(route(secretStoreOf(inline), admitting([condition]))).toMatchObject({ kind });
  });

  test('one that does not admit the namespace of a SecretStore is refused in its words; an administrator is not asked', () => {
    const classes = admitting([{ namespaces: ['team-b'] }]);
    expect(route(secretStoreOf(inline), classes)).toEqual({
      kind: 'refused',
      problem: {
        code: 'CLASS_NOT_ALLOWED',
        field: 'spec.provider.fake',
        publicMessage: 'ClusterProviderClass "fake" does not admit namespace "team-a"',
        nextStep: 'Use another class, or have an administrator add the namespace to spec.conditions of the class.',
      },
    });
    expect(route(clusterSecretStoreOf(inline), classes)).toMatchObject({ kind: 'route' });
  });

  test.each([
    ['was not looked at yet', {}, 'it has not been looked at yet', /^Nothing to do if it was just created/],
    [
      'is not ready',
      { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'ClaimTaken', message: 'in many words' }] },
      'ClaimTaken',
      /^Its Ready condition says more\./,
    ],
    [
      'has a condition without a reason',
      { conditions: [{ type: 'Ready', status: 'Unknown' as const }] },
      'no reason is given',
      /^Its Ready condition says more\./,
    ],
  ])('one that %s is not used, and what is wrong with it is said', (_, status, why, nextStep) => {
    const classes = new ScriptedClasses(clusterClass('fake', { spec: serves, status }));
    expect(route(secretStoreOf(inline), classes)).toEqual({
      kind: 'refused',
      problem: {
        code: 'CLASS_NOT_READY',
        field: 'spec.provider.fake',
        publicMessage: `ClusterProviderClass "fake" is not ready: ${why}`,
        nextStep: expect.stringMatching(nextStep) as string,
      },
    });
  });

  test('one that is not ready holds its claim: a younger one does not get the stores', () => {
    const notReady = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'Down' }] };
    const classes = new ScriptedClasses(
      clusterClass('old', { spec: serves, status: notReady, createdAt: '2026-01-01T00:00:00Z' }),
      clusterClass('new', { spec: serves, createdAt: '2026-02-01T00:00:00Z' }),
    );
    expect(route(secretStoreOf(inline), classes)).toMatchObject({
      problem: { code: 'CLASS_NOT_READY', publicMessage: 'ClusterProviderClass "old" is not ready: Down' },
    });
  });
});
