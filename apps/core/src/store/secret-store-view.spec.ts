import type { ClusterSecretStore, SecretStore } from '@eso/api/resources';
import {
  CLASS_ADDRESS,
  clusterClass,
  clusterSecretStoreOf,
  CONFIG_REF,
  ownClass,
  ScriptedClasses,
  secretStoreOf,
} from '../testing/store-objects.ts';
import type { Dialler } from './services.ts';
import { clusterSecretStoreView, secretStoreView } from './secret-store-view.ts';
import type { EndpointResolution, StoreView } from './store-view.ts';

const inline = { provider: { fake: { data: [] } } };
const byClass = { providerRef: CONFIG_REF, runtimeRef: { kind: 'ClusterProviderClass' as const, name: 'fake' } };
const inNamespace = (namespace: string) => ({ ...byClass, providerRef: { ...CONFIG_REF, namespace } });
const served = clusterClass('fake', { spec: { serves: { stores: ['fake'] } } });
const VALID = { conditions: [{ type: 'Ready', status: 'True' as const, reason: 'Valid', message: 'store validated' }] };

const endpoint = { id: 'fake/provider:8080', serverName: 'provider.fake.svc', addresses: [] };
const asked: [string, Dialler][] = [];
beforeEach(() => asked.splice(0));

function lookup(scripted: ScriptedClasses, answer: EndpointResolution = { kind: 'endpoint', endpoint }) {
  return {
    classes: scripted.classes,
    namespace: (name: string) => ({ name, labels: {} }),
    resolver: {
      resolve: (address: string, dialler: Dialler) => {
        asked.push([address, dialler]);
        return answer;
      },
    },
  };
}
const own = (spec: SecretStore['spec'], status?: SecretStore['status']): StoreView =>
  secretStoreView(secretStoreOf(spec, status), lookup(new ScriptedClasses(served)));
const cluster = (spec: ClusterSecretStore['spec'], status?: ClusterSecretStore['status']): StoreView =>
  clusterSecretStoreView(clusterSecretStoreOf(spec, status), lookup(new ScriptedClasses(served)));

const store = { storeName: 'backend', storeUid: 'u1', storeGeneration: 3n };
const inlineRef = (kind: string) => ({
  apiVersion: 'external-secrets.io/v1',
  kind,
  name: 'backend',
  storeRefKind: kind,
  ...store,
});
const objectRef = (kind: string) => ({ ...CONFIG_REF, storeRefKind: kind, ...store });

describe('what goes over the wire of a SecretStore', () => {
  test.each([
    ['its own config', inline, inlineRef('SecretStore')],
    ['a config object', byClass, objectRef('SecretStore')],
    ['a config object of its own namespace, named', inNamespace('team-a'), objectRef('SecretStore')],
  ])('%s: everything is in its own namespace [P2.6.1] [P2.6.3]', (_, spec, ref) => {
    const reference = {
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: { ...ref, namespace: 'team-a', authNamespace: 'team-a', requesterNamespace: 'team-a' },
    };
    expect(own(spec).reference('team-a')).toEqual(reference);
    expect(own(spec).validationReference()).toEqual({ ...reference, hasConfig: true });
  });

  test('a config of another namespace is refused before anything else is looked at [P2.6.3]', () => {
    const view = own(inNamespace('team-b'));
    for (const refused of [view.reference('team-a'), view.validationReference(), view.reference('team-b')])
      expect(refused).toMatchObject({
        kind: 'refused',
        problem: { code: 'REFERENCE_NOT_ALLOWED', field: 'spec.providerRef.namespace' },
      });
  });

  test('nobody of another namespace gets one [P2.6.1]', () => {
    const view = own(inline);
    expect(view.reference('team-b')).toMatchObject({
      kind: 'refused',
      problem: {
        code: 'REFERENCE_NOT_ALLOWED',
        publicMessage: 'SecretStore "backend" serves namespace "team-a" only, not "team-b"',
      },
    });
    expect(view.allows({ name: 'team-a', labels: {} })).toBe(true);
    expect(view.allows({ name: 'team-b', labels: {} })).toBe(false);
  });

  test('conditions of its own mean nothing to it [3.1.8]', () => {
    const view = own({ ...inline, conditions: [{ namespaces: ['elsewhere'] }] });
    expect(view.allows({ name: 'team-a', labels: {} })).toBe(true);
    expect(view.allows({ name: 'elsewhere', labels: {} })).toBe(false);
    expect(view.reference('team-a')).toMatchObject({ kind: 'reference' });
  });

  test.each<[string, SecretStore['spec']]>([
    ['neither', {}],
    ['both', { ...inline, ...byClass }],
    ['two keys', { provider: { a: {}, b: {} } }],
  ])('one whose config cannot be told has none: %s', (_, spec) => {
    for (const refused of [own(spec).reference('team-a'), own(spec).validationReference()])
      expect(refused).toMatchObject({ kind: 'refused', problem: { code: 'STORE_INVALID' } });
  });
});

describe('what goes over the wire of a ClusterSecretStore', () => {
  const kind = 'ClusterSecretStore';

  test('its own config: the namespace is that of who asks, and nobody asks for a validation [3.1.19] [3.7.2]', () => {
    const view = cluster(inline);
    expect(view.reference('team-a')).toEqual({
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: {
        ...inlineRef(kind),
        namespace: 'team-a',
        authNamespace: 'team-a',
        requesterNamespace: 'team-a',
      },
    });
    expect(view.validationReference()).toEqual({
      kind: 'reference',
      sourceNamespace: '',
      providerRef: { ...inlineRef(kind), namespace: '' },
      hasConfig: true,
    });
  });

  test('a config object of a namespace: config and credentials are there', () => {
    const view = cluster(inNamespace('admin'));
    const providerRef = { ...objectRef(kind), namespace: 'admin', authNamespace: 'admin' };
    expect(view.reference('team-a')).toEqual({
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: { ...providerRef, requesterNamespace: 'team-a' },
    });
    expect(view.validationReference()).toEqual({
      kind: 'reference',
      sourceNamespace: '',
      providerRef,
      hasConfig: true,
    });
  });

  test('a config object without a namespace: each who asks has its own, so that there is none to validate', () => {
    const view = cluster(byClass);
    expect(view.reference('team-a')).toEqual({
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: { ...objectRef(kind), namespace: 'team-a', authNamespace: 'team-a', requesterNamespace: 'team-a' },
    });
    expect(view.validationReference()).toEqual({
      kind: 'reference',
      sourceNamespace: '',
      providerRef: { ...objectRef(kind), namespace: '' },
      hasConfig: false,
    });
  });

  test('conditions admit namespaces, by expressions that match anywhere [3.1.11] [3.6.3]', () => {
    const view = cluster({ ...inline, conditions: [{ namespaceRegexes: ['prod'] }] });
    expect(view.allows({ name: 'not-prod-at-all', labels: {} })).toBe(true);
    expect(view.allows({ name: 'team-a', labels: {} })).toBe(false);
    expect(cluster(inline).allows({ name: 'team-a', labels: {} })).toBe(true);
  });
});

describe('where its process is', () => {
  test('at the address of its class, dialled as an administrator does', () => {
    for (const view of [own(inline), cluster(inline), own(byClass)]) {
      expect(view.resolveEndpoint()).toEqual({ kind: 'endpoint', endpoint });
      expect(view.address()).toBe(CLASS_ADDRESS);
    }
    expect(asked).toEqual(Array(3).fill([CLASS_ADDRESS, { namespace: undefined }]));
  });

  test("by a tenant's class as that tenant", () => {
    const classes = new ScriptedClasses(ownClass('team-a', 'own', { spec: { serves: { stores: ['fake'] } } }));
    secretStoreView(secretStoreOf(inline), lookup(classes)).resolveEndpoint();
    expect(asked).toEqual([[CLASS_ADDRESS, { namespace: 'team-a' }]]);
  });

  test('nowhere without a class, and nothing is looked up', () => {
    const view = secretStoreView(secretStoreOf(inline), lookup(new ScriptedClasses()));
    expect(view.resolveEndpoint()).toMatchObject({ kind: 'refused', problem: { code: 'KEY_NOT_SERVED' } });
    expect(view.address()).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('what is wrong with the address of the class is told with the class, at the field of the store', () => {
    const problem = { code: 'NO_ENDPOINT', field: 'spec.address', publicMessage: 'it has none', nextStep: 'Wait.' };
    const view = secretStoreView(
      secretStoreOf(inline),
      lookup(new ScriptedClasses(served), { kind: 'refused', problem }),
    );
    expect(view.resolveEndpoint()).toEqual({
      kind: 'refused',
      problem: {
        ...problem,
        field: 'spec.provider.fake',
        publicMessage: 'ClusterProviderClass "fake": spec.address: it has none',
      },
    });
  });
});

describe('whether it can be used', () => {
  test('is what was found out about it', () => {
    expect(own(inline).ready).toEqual({ status: 'Absent' });
    expect(own(inline, VALID).ready).toEqual({ status: 'True', reason: 'Valid', message: 'store validated' });
  });

  test('is no while its class cannot be used, whatever was found out before', () => {
    const down = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'Down' }] };
    const classes = new ScriptedClasses({ ...served, status: down });
    for (const view of [
      secretStoreView(secretStoreOf(inline, VALID), lookup(classes)),
      clusterSecretStoreView(clusterSecretStoreOf(inline, VALID), lookup(classes)),
    ])
      expect(view.ready).toEqual({
        status: 'False',
        reason: 'InvalidProviderConfig',
        message: 'spec.provider.fake: ClusterProviderClass "fake" is not ready: Down',
      });
  });

  test('is what it says itself where it is not ready itself', () => {
    const failed = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'InvalidProviderConfig' }] };
    const view = secretStoreView(secretStoreOf(inline, failed), lookup(new ScriptedClasses()));
    expect(view.ready).toEqual({ status: 'False', reason: 'InvalidProviderConfig' });
  });
});
