/** The CRDs on a real API server: what it accepts, what it refuses and which field it names, what it writes by itself. */
import { isKubeError, type KubeClient, type KubeObject } from '@eso/kube';
import { controlPlane, type TestCluster } from '@eso/testing';
import {
  clusterProviders,
  type ExternalSecret,
  type ExternalSecretSpec,
  externalSecrets,
  providers,
} from '../resources/index.ts';

let cluster: TestCluster;
let client: KubeClient;
let namespace: string;
let count = 0;

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
  await cluster.installCrds();
  namespace = await cluster.createNamespace('schema');
}, 120_000);

afterAll(() => cluster.stop());

const nextName = (): string => `object-${String(++count)}`;

/** Sends a manifest as it is, typed or not. */
async function post(kind: 'ExternalSecret' | 'Provider' | 'ClusterProvider', body: object): Promise<KubeObject> {
  const path = {
    ExternalSecret: `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`,
    Provider: `/apis/external-secrets.io/v1/namespaces/${namespace}/providers`,
    ClusterProvider: '/apis/external-secrets.io/v1/clusterproviders',
  }[kind];
  const manifest = { apiVersion: 'external-secrets.io/v1', kind, metadata: { name: nextName() }, ...body };
  const created = (await client.request('POST', path, { body: manifest })) as KubeObject;
  if (kind === 'ClusterProvider') await client.delete(clusterProviders, { name: created.metadata.name });
  return created;
}

/** Fields that the API server names when it refuses an object; none when it takes it. */
async function refusedFields(kind: Parameters<typeof post>[0], body: object): Promise<string[]> {
  try {
    await post(kind, body);
    return [];
  } catch (error) {
    if (!isKubeError(error, 'INVALID')) throw error;
    return [...new Set(error.causes.map(({ field }) => field))];
  }
}

const remoteRef = { key: 'r' };
const item = { secretKey: 'k', remoteRef };
const spec = (more: Partial<ExternalSecretSpec> = {}): { spec: ExternalSecretSpec } => ({
  spec: { secretStoreRef: { kind: 'Provider', name: 'p' }, data: [item], ...more },
});

describe('ExternalSecret: what the API server writes', () => {
  const writtenFor = async (body: object): Promise<unknown> => {
    const created = (await post('ExternalSecret', body)) as ExternalSecret;
    return created.spec;
  };

  test('interval and target, and nothing into refs, strategies and policies [1.2.31] [1.2.18] [1.2.4]', async () => {
    expect(
      await writtenFor({ spec: { secretStoreRef: { name: 's' }, data: [item], dataFrom: [{ find: {} }] } }),
    ).toEqual({
      secretStoreRef: { name: 's' },
      refreshInterval: '1h0m0s',
      data: [item],
      dataFrom: [{ find: {} }],
      target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    });
  });

  test('both policies into a target that names only itself [1.2.20] [1.2.21]', async () => {
    expect(await writtenFor(spec({ target: { name: 't' } }))).toMatchObject({
      target: { name: 't', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    });
  });

  test('the defaults of templates, rewrites and generators [1.2.43] [1.2.44] [1.2.45] [1.2.52] [1.2.53]', async () => {
    const target = { template: { templateFrom: [{ secret: { name: 's', items: [{ key: 'k' }] } }] } };
    const dataFrom: ExternalSecretSpec['dataFrom'] = [
      { extract: remoteRef, rewrite: [{ merge: {} }] },
      { sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } },
    ];
    expect(await writtenFor(spec({ target, dataFrom }))).toMatchObject({
      target: {
        template: {
          engineVersion: 'v2',
          mergePolicy: 'Replace',
          templateFrom: [{ target: 'Data', secret: { name: 's', items: [{ key: 'k', templateAs: 'Values' }] } }],
        },
      },
      dataFrom: [
        {
          extract: remoteRef,
          rewrite: [{ merge: { into: '', priorityPolicy: 'Strict', conflictPolicy: 'Error', strategy: 'Extract' } }],
        },
        {
          sourceRef: {
            generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'p' },
          },
        },
      ],
    });
  });

  test('a spec where none is given, so that core can answer', async () => {
    expect(await writtenFor({})).toEqual({
      refreshInterval: '1h0m0s',
      target: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
    });
  });

  test('the status only through its own subresource', async () => {
    const created = (await post('ExternalSecret', { ...spec(), status: { refreshTime: null } })) as ExternalSecret;
    expect(created.status).toBeUndefined();
    const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' } as const;
    const updated = await client.updateStatus(externalSecrets, {
      ...created,
      status: {
        refreshTime: '2026-01-01T00:00:00Z',
        syncedResourceVersion: '1-x',
        conditions: [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }],
        binding: { name: 't' },
      },
    });
    expect(updated.status).toMatchObject({ syncedResourceVersion: '1-x', conditions: [ready], binding: { name: 't' } });
    expect(updated.metadata.generation).toBe(1);
  });
});

test.each<[string, Partial<ExternalSecretSpec>]>([
  ['all four kinds of store', { dataFrom: storesOfEveryKind() }],
  ['data keys with everything a key may have', { data: [{ secretKey: 'A-z_0.9', remoteRef }] }],
  ['durations in Go syntax', { refreshInterval: '-1.5h30m.5s10us1µs2ns' }],
  ['a zero interval', { refreshInterval: '0' }],
  ['an empty path to search', { dataFrom: [{ find: { path: '' } }] }],
  [
    'cron and its shorthands',
    { syncWindows: { kind: 'deny', windows: schedules('@daily', '@every 5m', '0 8 * * 1-5') } },
  ],
  ['entries with neither extract nor find, which core answers', { dataFrom: [{}] }],
  ['repeated keys, which core answers', { data: [item, item] }],
])('ExternalSecret accepts %s', async (_name, more) => {
  expect(await refusedFields('ExternalSecret', spec(more))).toEqual([]);
});

function storesOfEveryKind(): NonNullable<ExternalSecretSpec['dataFrom']> {
  const kinds = ['SecretStore', 'ClusterSecretStore', 'Provider', 'ClusterProvider'] as const;
  return kinds.map((kind) => ({ find: {}, sourceRef: { storeRef: { kind, name: 's' } } }));
}

function schedules(...texts: string[]): { schedule: string; duration: string }[] {
  return texts.map((schedule) => ({ schedule, duration: '1h' }));
}

test.each<[string, object, string]>([
  ['another kind of store', { secretStoreRef: { kind: 'Vault', name: 'p' } }, 'spec.secretStoreRef.kind'],
  ['an upper-case store', { secretStoreRef: { name: 'P' } }, 'spec.secretStoreRef.name'],
  ['another refresh policy', { refreshPolicy: 'Never' }, 'spec.refreshPolicy'],
  ['an interval without a unit', { refreshInterval: '60' }, 'spec.refreshInterval'],
  ['an interval that is a number', { refreshInterval: 60 }, 'spec.refreshInterval'],
  ['an interval in days', { refreshInterval: '1d' }, 'spec.refreshInterval'],
  ['a key with a slash', { data: [{ secretKey: 'a/b', remoteRef }] }, 'spec.data[0].secretKey'],
  ['a key of 254 characters', { data: [{ secretKey: 'a'.repeat(254), remoteRef }] }, 'spec.data[0].secretKey'],
  ['an empty key', { data: [{ secretKey: '', remoteRef }] }, 'spec.data[0].secretKey'],
  ['no remoteRef', { data: [{ secretKey: 'a' }] }, 'spec.data[0].remoteRef'],
  ['no remote key', { data: [{ secretKey: 'a', remoteRef: {} }] }, 'spec.data[0].remoteRef.key'],
  ['another strategy', { dataFrom: [{ find: { decodingStrategy: 'Hex' } }] }, 'spec.dataFrom[0].find.decodingStrategy'],
  ['a source with nothing in it', { dataFrom: [{ sourceRef: {} }] }, 'spec.dataFrom[0].sourceRef'],
  [
    'a source with both references',
    {
      dataFrom: [{ sourceRef: { storeRef: { name: 's' }, generatorRef: { kind: 'UUID', name: 'u' } } }],
    },
    'spec.dataFrom[0].sourceRef',
  ],
  [
    'a rewrite of two kinds',
    {
      dataFrom: [{ find: {}, rewrite: [{ regexp: { source: 'a', target: 'b' }, merge: {} }] }],
    },
    'spec.dataFrom[0].rewrite[0]',
  ],
  [
    'a rewrite without a target',
    { dataFrom: [{ find: {}, rewrite: [{ regexp: { source: 'a' } }] }] },
    'spec.dataFrom[0].rewrite[0].regexp.target',
  ],
  [
    'an unknown generator',
    { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Dice', name: 'd' } } }] },
    'spec.dataFrom[0].sourceRef.generatorRef.kind',
  ],
  ['another creation policy', { target: { creationPolicy: 'Mine' } }, 'spec.target.creationPolicy'],
  ['a target with a bad name', { target: { name: 'a_b' } }, 'spec.target.name'],
  ['engine v1', { target: { template: { engineVersion: 'v1' } } }, 'spec.target.template.engineVersion'],
  ['a manifest without a kind', { target: { manifest: { apiVersion: 'v1' } } }, 'spec.target.manifest.kind'],
  ['no window', { syncWindows: { kind: 'allow', windows: [] } }, 'spec.syncWindows.windows'],
  [
    'another kind of window [1.18.6]',
    { syncWindows: { kind: 'block' as 'deny', windows: schedules('@daily') } },
    'spec.syncWindows.kind',
  ],
  [
    'six cron fields',
    { syncWindows: { kind: 'allow', windows: schedules('0 0 8 * * 1') } },
    'spec.syncWindows.windows[0].schedule',
  ],
])('ExternalSecret refuses %s and names the field [1.11.22] [8.48]', async (_name, more, field) => {
  expect(await refusedFields('ExternalSecret', { spec: { ...spec().spec, ...more } })).toContain(field);
});

const providerRef = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'f' };
const provider = { address: 'p.ns.svc:8080', providerRef };
const foreign = { ...providerRef, namespace: 'other' };

test.each<[string, 'Provider' | 'ClusterProvider', object, string[]]>([
  ['the smallest Provider', 'Provider', provider, []],
  [
    'a Provider with class and interval in seconds',
    'Provider',
    { ...provider, refreshInterval: 60, controller: 'mine' },
    [],
  ],
  [
    'a config elsewhere, which core refuses',
    'Provider',
    { ...provider, refreshInterval: '5m', providerRef: foreign },
    [],
  ],
  ['an address with a blank', 'Provider', { ...provider, address: 'two words' }, ['spec.address']],
  ['an empty address', 'Provider', { ...provider, address: '' }, ['spec.address']],
  [
    'a config without a group',
    'Provider',
    { ...provider, providerRef: { ...providerRef, apiVersion: 'v1' } },
    ['spec.providerRef.apiVersion'],
  ],
  [
    'a config kind in lower case',
    'Provider',
    { ...provider, providerRef: { ...providerRef, kind: 'fake' } },
    ['spec.providerRef.kind'],
  ],
  ['no config', 'Provider', { address: 'p.ns.svc:1' }, ['spec.providerRef']],
  ['no address', 'Provider', { providerRef }, ['spec.address']],
  ['a ClusterProvider with a config in a namespace', 'ClusterProvider', { ...provider, providerRef: foreign }, []],
  [
    'scope ManifestNamespace without a namespace',
    'ClusterProvider',
    { ...provider, authenticationScope: 'ManifestNamespace' },
    [],
  ],
  ['the default scope without a namespace', 'ClusterProvider', provider, ['spec.providerRef.namespace']],
  [
    'scope ProviderNamespace without a namespace',
    'ClusterProvider',
    { ...provider, authenticationScope: 'ProviderNamespace' },
    ['spec.providerRef.namespace'],
  ],
  ['another scope', 'ClusterProvider', { ...provider, authenticationScope: 'Mine' }, ['spec.authenticationScope']],
  [
    'conditions that match none and all',
    'ClusterProvider',
    { ...provider, providerRef: foreign, conditions: [{}, { namespaceSelector: {} }] },
    [],
  ],
  [
    'a condition with a bad name',
    'ClusterProvider',
    { ...provider, providerRef: foreign, conditions: [{ namespaces: ['Not_A_Name'] }] },
    ['spec.conditions[0].namespaces[0]'],
  ],
])('%s', async (_name, kind, body, fields) => {
  const named = await refusedFields(kind, { spec: body });
  expect(named).toEqual(fields.length === 0 ? [] : expect.arrayContaining(fields));
});

test('a ClusterProvider without a scope gets the default, and the refusal says what to do', async () => {
  const created = await post('ClusterProvider', { spec: { ...provider, providerRef: foreign } });
  expect(created).toMatchObject({ spec: { authenticationScope: 'ProviderNamespace' } });
  await expect(post('ClusterProvider', { spec: provider })).rejects.toThrow(/name the namespace of the config/);
});

test('a Provider gets nothing but what was written', async () => {
  expect(await post('Provider', { spec: { ...provider, unknown: 1 } })).toMatchObject({ spec: provider });
  const created = (await post('Provider', { spec: { ...provider, unknown: 1 } })) as KubeObject & { spec: object };
  expect(created.spec).toEqual(provider);
});

test('statuses take conditions with the generation they speak of [1.3.3]', async () => {
  const created = await client.create(providers, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata: { name: nextName(), namespace },
    spec: provider,
  });
  const condition = {
    type: 'Validated',
    status: 'Unknown',
    reason: 'ValidationUnknown',
    observedGeneration: 1,
  } as const;
  const status = { capabilities: 'ReadOnly', conditions: [condition] } as const;
  const updated = await client.updateStatus(providers, {
    ...created,
    status: { ...status, conditions: [...status.conditions] },
  });
  expect(updated.status).toEqual(status);
});

test('what kubectl shows: short names, category, columns [1.1.1] [1.1.2] [1.1.3]', async () => {
  const name = nextName();
  await post('ExternalSecret', { ...spec({ target: { name: 'picked' } }), metadata: { name } });
  const table = await cluster.kubectl('get', 'es', name, '-n', namespace);
  expect(table.stdout).toMatch(/^NAME\s+STORETYPE\s+STORE\s+REFRESH INTERVAL\s+STATUS\s+READY\s+LAST SYNC\n/);
  expect(table.stdout).toMatch(new RegExp(`^${name}\\s+Provider\\s+p\\s+1h0m0s`, 'm'));
  const category = await cluster.kubectl('get', 'external-secrets', '-n', namespace, '-o', 'name');
  expect(category.stdout).toContain(`externalsecret.external-secrets.io/${name}`);
  const selected = await cluster.kubectl(
    'get',
    'es',
    '-n',
    namespace,
    '--field-selector=spec.target.name=picked',
    '-o',
    'name',
  );
  expect(selected.stdout).toBe(`externalsecret.external-secrets.io/${name}\n`);
  const shorts = await cluster.kubectl('get', 'prov,cprov', '-n', namespace, '-o', 'name');
  expect(shorts).toMatchObject({ code: 0 });
});

test('a request without an object is refused before any rule is asked [1.5.12]', async () => {
  const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  await expect(client.request('POST', path, { body: null as unknown as object })).rejects.toMatchObject({
    name: 'KubeError',
    message: expect.stringMatching(/Object 'Kind' is missing|unmarshal/) as string,
  });
});

test('v1beta1 is listed and not served', async () => {
  const crd = await cluster.kubectl(
    'get',
    'crd',
    'externalsecrets.external-secrets.io',
    '-o',
    'jsonpath={.spec.versions[*].name}',
  );
  expect(crd.stdout).toBe('v1 v1beta1');
  const path = `/apis/external-secrets.io/v1beta1/namespaces/${namespace}/externalsecrets`;
  await expect(client.request('GET', path)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
