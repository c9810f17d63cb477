import type { ClusterSecretStore, SecretStore, StoreKind } from '@eso/api/resources';
import type { KubeObject } from '@eso/kube';
import { type StoreObject, storeRegistry } from '../store/registry.ts';
import type { Dialler } from '../store/services.ts';
import {
  CLASS_ADDRESS,
  clusterClass,
  clusterSecretStoreOf,
  ownClass,
  ScriptedClasses,
  ScriptedInformer,
  secretStoreOf,
} from '../testing/store-objects.ts';
import type { Look, ValidatedKind } from './validated-kind.ts';
import { validatedClasses, validatedStore } from './validated-kinds.ts';

const inline = { provider: { fake: { data: [] } } };
const endpoint = { id: 'fake/provider:8080', serverName: 'provider.fake.svc', addresses: [] };
const diallers: Dialler[] = [];
beforeEach(() => diallers.splice(0));
const resolver = {
  resolve: (_: string, dialler: Dialler) => {
    diallers.push(dialler);
    return { kind: 'endpoint' as const, endpoint };
  },
};

const scripted = new ScriptedClasses(clusterClass('fake', { spec: { serves: { stores: ['fake'] } } }));
const informer = <T extends KubeObject>() => new ScriptedInformer<T>().informer;
const registry = storeRegistry(
  {
    providers: informer(),
    secretStores: informer<SecretStore>(),
    clusterProviders: informer(),
    clusterSecretStores: informer<ClusterSecretStore>(),
  },
  { classes: scripted.classes, namespace: (name) => ({ name, labels: {} }), resolver: resolver as never },
);

function storeKind(kind: StoreKind): ValidatedKind {
  const registered = registry.get(kind);
  if (!registered) throw new Error(`no kind ${kind}`);
  return validatedStore(registered);
}
const look = (store: StoreObject): Look => storeKind(store.kind as StoreKind).look(store);

describe('stores', () => {
  test.each([
    ['Provider', true, []],
    ['ClusterProvider', false, []],
    ['SecretStore', true, ['secretstore.externalsecrets.io/finalizer']],
    ['ClusterSecretStore', false, ['secretstore.externalsecrets.io/finalizer']],
  ] as const)('%s: its scope, and the finalizer that earlier installations left', (kind, namespaced, oldFinalizers) => {
    expect(storeKind(kind)).toMatchObject({ kind, type: { namespaced }, oldFinalizers });
  });

  test.each<[string, string]>([
    ['PROVIDER_UNREACHABLE', 'InvalidProviderConfig'],
    ['TLS_UNTRUSTED', 'InvalidProviderConfig'],
    ['KEY_NOT_SERVED', 'InvalidProviderConfig'],
    ['STORE_INVALID', 'InvalidProviderConfig'],
    ['CREDENTIALS_REJECTED', 'InvalidProviderConfig'],
  ])('a SecretStore with %s has the reason of External Secrets [3.2.5] [3.2.6]', (code, reason) => {
    for (const kind of ['SecretStore', 'ClusterSecretStore'] as const)
      expect(storeKind(kind).words.reasonOf(code)).toBe(reason);
  });

  test('who dials is the namespace of a SecretStore, and an administrator for a ClusterSecretStore', () => {
    expect(look(secretStoreOf(inline)).dialler).toEqual({ namespace: 'team-a' });
    expect(look(clusterSecretStoreOf(inline)).dialler).toEqual({ namespace: undefined });
  });

  test('the controller class, empty is none [3.1.3]', () => {
    expect(look(secretStoreOf({ ...inline, controller: 'dev' })).controllerClass).toBe('dev');
    expect(look(secretStoreOf({ ...inline, controller: '' })).controllerClass).toBeUndefined();
  });

  test.each([
    ['600s', 600_000],
    [90, 90_000],
    ['0s', 300_000],
    [0, 300_000],
    [undefined, 300_000],
  ])('refreshInterval %s is %d ms [3.1.7]', (refreshInterval, intervalMs) => {
    const spec = { ...inline, ...(refreshInterval === undefined ? {} : { refreshInterval }) };
    expect(look(secretStoreOf(spec)).check(300_000)).toMatchObject({ kind: 'passed', endpoint, intervalMs });
  });

  test.each(['600', 'soon', '-1s', -1])('refreshInterval %j is refused [3.1.7] [3.4.2]', (refreshInterval) => {
    expect(look(secretStoreOf({ ...inline, refreshInterval })).check(300_000)).toMatchObject({
      kind: 'refused',
      problem: { code: 'STORE_INVALID', field: 'spec.refreshInterval' },
    });
  });

  test('an expression that cannot be read is refused with its place [3.4.1]', () => {
    const conditions = [{ namespaces: ['a'] }, { namespaceRegexes: ['ok', '('] }];
    expect(look(clusterSecretStoreOf({ ...inline, conditions })).check(300_000)).toMatchObject({
      kind: 'refused',
      problem: { code: 'STORE_INVALID', field: 'spec.conditions[1].namespaceRegexes[1]' },
    });
  });

  test.each([
    ['^team-.*$', []],
    [
      'prod',
      [
        'spec.conditions[0].namespaceRegexes[0] matches anywhere in a name. Write it between ^ and $ to admit whole names only',
      ],
    ],
  ])('of a ClusterSecretStore the expression %s is noted as %j [3.1.11]', (pattern, notes) => {
    const conditions = [{ namespaceRegexes: [pattern] }];
    expect(look(clusterSecretStoreOf({ ...inline, conditions })).notes()).toEqual(notes);
    expect(look(secretStoreOf({ ...inline, conditions })).notes()).toEqual([]);
  });
});

describe('classes', () => {
  const kinds = validatedClasses(
    { providerClasses: informer(), clusterProviderClasses: informer() },
    { classes: scripted.classes, resolver },
  );
  const classKind = (kind: string): ValidatedKind => {
    const found = kinds.find((one) => one.kind === kind);
    if (!found) throw new Error(`no kind ${kind}`);
    return found;
  };

  test.each([
    ['ProviderClass', true, ownClass('team-a', 'x'), { namespace: 'team-a' }],
    ['ClusterProviderClass', false, clusterClass('x'), { namespace: undefined }],
  ] as const)('%s: its scope, and who dials its address', (kind, namespaced, object, dialler) => {
    expect(classKind(kind)).toMatchObject({ type: { namespaced }, oldFinalizers: [] });
    const seen = classKind(kind).look(object);
    expect(seen.dialler).toEqual(dialler);
    expect(seen.address()).toBe(CLASS_ADDRESS);
    expect(seen.check(1)).toMatchObject({ kind: 'passed', endpoint });
    expect(diallers).toEqual([dialler]);
    expect(seen.ready).toEqual({ status: 'True', reason: 'Healthy' });
  });

  test.each([
    ['CLAIM_TAKEN', 'ClaimTaken'],
    ['PROVIDER_UNREACHABLE', 'HealthCheckFailed'],
    ['UNSUPPORTED', 'HealthCheckFailed'],
    ['NO_ENDPOINT', 'Unavailable'],
    ['TIMEOUT', 'HealthCheckFailed'],
    ['ADDRESS_INVALID', 'InvalidAddress'],
    ['SERVICE_NOT_FOUND', 'ServiceNotFound'],
    ['SERVICE_NOT_ALLOWED', 'ServiceNotAllowed'],
    ['TLS_NAME_MISMATCH', 'TLSNameMismatch'],
  ])('with %s the reason is %s', (code, reason) => {
    for (const kind of kinds) expect(kind.words.reasonOf(code)).toBe(reason);
  });
});
