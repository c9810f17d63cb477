import { Code } from '@connectrpc/connect';
import { expectRefusal, REFUSED } from '../expect.ts';
import type { Lab, StoreFields } from '../lab.ts';
import type { Check } from './check.ts';

/** Whose config a request may use: decided by the provider, whatever core has decided before. */
export const namespaceChecks = {
  'namespaces.1': async (lab) => {
    const own = lab.fixture('store');
    const other = lab.fixture('otherStore');
    const namespace = other.namespace ?? other.sourceNamespace;
    for (const storeName of new Set([own.storeName, other.storeName]))
      await refused(
        lab,
        namespacedOf(lab, { name: other.name, namespace, storeName }),
        'a config of another namespace',
      );
  },
  'namespaces.2': async (lab) => {
    const request = { ...namespacedOf(lab, {}), sourceNamespace: '' };
    await refused(lab, request, 'a request without a source namespace', [Code.InvalidArgument, Code.PermissionDenied]);
  },
  'namespaces.3': async (lab) => {
    const { apiVersion, kind } = lab.fixture('store');
    const { name, namespace, sourceNamespace: others } = lab.fixture('otherStore');
    const { sourceNamespace } = lab.fixture('store');
    const providerRef = { apiVersion, kind, name, namespace: namespace ?? others };
    await refused(lab, { providerRef, sourceNamespace }, 'a config of another namespace, without a kind of store,');
  },
  'namespaces.4': async (lab) => {
    const { providerRef, sourceNamespace } = lab.through();
    const request = { providerRef: { ...providerRef, storeRefKind: 'ConformanceStore' }, sourceNamespace };
    await refused(lab, request, 'an unknown kind of store', [Code.InvalidArgument, Code.PermissionDenied]);
  },
  'namespaces.5': async (lab) => {
    const { sourceNamespace: authNamespace } = lab.fixture('otherStore');
    await refused(lab, namespacedOf(lab, { authNamespace }), 'a request with credentials of another namespace');
  },
  'namespaces.6': async (lab) => {
    const { store } = lab.connection;
    const request = { sourceNamespace: lab.config.store?.sourceNamespace ?? 'default' };
    await expectRefusal(store.validate(request), [Code.InvalidArgument], 'Validate without a reference');
    await expectRefusal(store.capabilities(request), [Code.InvalidArgument], 'Capabilities without a reference');
  },
  'namespaces.7': async (lab) => {
    const { providerRef, sourceNamespace } = lab.through();
    const statuses = [Code.Unimplemented, Code.InvalidArgument, Code.FailedPrecondition];
    const unknown = { apiVersion: 'provider.example.org/v1', kind: 'Conformance' };
    const request = { providerRef: { ...providerRef, ...unknown }, sourceNamespace };
    await refused(lab, request, 'a kind that is not served', statuses);
  },
  'namespaces.8': async (lab) => {
    const { name } = lab.missingStore();
    const statuses = [Code.PermissionDenied, Code.InvalidArgument];
    await refused(lab, namespacedOf(lab, { name }), 'a request with another config than its store has', statuses);
  },
} as const satisfies Readonly<Record<string, Check>>;

interface Changes {
  readonly name?: string;
  readonly namespace?: string | undefined;
  readonly storeName?: string | undefined;
  readonly authNamespace?: string;
}

/** The config's own store, or another one's fields in their place. */
function namespacedOf(lab: Lab, { name, namespace, storeName, authNamespace }: Changes): StoreFields {
  const { providerRef, sourceNamespace } = lab.through();
  return {
    providerRef: {
      ...providerRef,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(storeName === undefined ? {} : { storeName }),
      ...(authNamespace === undefined ? {} : { authNamespace }),
    },
    sourceNamespace,
  };
}

/** Whatever of a store is asked: whether it is valid, and for values. */
async function refused(
  lab: Lab,
  request: StoreFields,
  what: string,
  statuses: readonly Code[] = REFUSED,
): Promise<void> {
  const { store } = lab.connection;
  await expectRefusal(store.validate(request), statuses, `Validate of ${what}`);
  const { key } = lab.config.secrets?.[0] ?? { key: 'conformance' };
  if (lab.features.has('get'))
    await expectRefusal(store.getSecret({ ...request, remoteRef: { key } }), statuses, `GetSecret of ${what}`);
  if (lab.features.has('map'))
    await expectRefusal(store.getSecretMap({ ...request, remoteRef: { key } }), statuses, `GetSecretMap of ${what}`);
  if (lab.features.has('findByName'))
    await expectRefusal(
      store.getAllSecrets({ ...request, find: { name: { regexp: '.' } } }),
      statuses,
      `GetAllSecrets of ${what}`,
    );
}
