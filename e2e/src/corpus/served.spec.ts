import { type KubeObject, resourceType, type Secret } from '@eso/kube';
import { AwsAccount } from './aws-account.ts';
import { System } from '../support/system.ts';
import { type CorpusEntry, type ExpectedObject, type ExpectedSecret, readCorpus } from './corpus.ts';
import { readIndex } from './corpus-index.ts';
import { install } from './stores.ts';

const OF_THE_OPERATOR = /^reconcile\.external-secrets\.io\//;
const corpus = readCorpus();
/** Those that the API server stores, by what is to become of them. */
const withOutcome = <O extends CorpusEntry['expected']['outcome']>(outcome: O) =>
  corpus
    .filter((entry) => entry.expected.outcome === outcome)
    .map((entry) => {
      const expected = entry.expected as Extract<CorpusEntry['expected'], { outcome: O }>;
      return [`${entry.source.name} (${entry.source.repository})`, { ...entry, expected }] as const;
    });
const synced = withOutcome('synced');
const manifests = withOutcome('manifest');
const unserved = withOutcome('unserved');
/** What was found to be so in this run. */
const shown = { synced: 0, manifest: 0, unserved: 0 };
/** A kind as users have their own, for manifest targets. */
const APP_SETTINGS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: appsettings.config.example.test }
spec:
  group: config.example.test
  scope: Namespaced
  names: { plural: appsettings, kind: AppSettings }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                database: { type: object, properties: { host: { type: string }, port: { type: integer } } }
                logging: { type: object, properties: { level: { type: string } } }
`;
/** What an administrator who switches manifest targets on gives core. */
const RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: generic-targets }
rules:
  - apiGroups: ['', config.example.test]
    resources: [configmaps, appsettings]
    verbs: [get, list, watch, create, patch, delete]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: generic-targets }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: generic-targets }
subjects: [{ kind: ServiceAccount, name: external-secrets, namespace: external-secrets }]
`;
let account: AwsAccount;
let system: System;

beforeAll(async () => {
  account = await AwsAccount.start();
  system = await System.start({
    tenants: 'all',
    providers: { fake: {}, aws: { env: account.env } },
    coreFlags: ['--unsafe-allow-generic-targets'],
  });
  await system.apply(APP_SETTINGS);
  await system.apply(RIGHTS);
  for (const [, entry] of [...synced, ...manifests, ...unserved]) {
    await system.own.cluster.ensureNamespace(namespaceOf(entry));
    await install(system.admin, account, entry, namespaceOf(entry));
  }
});
afterAll(async () => {
  process.stdout.write(summary());
  await system.stop();
  await account.stop();
});

const namespaceOf = ({ source }: CorpusEntry): string => `corpus-${source.name}`;

/** What is written on an object by others than the operator. */
const foreign = (map: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !OF_THE_OPERATOR.test(key)));

function isExpected({ metadata, data = {}, type }: Secret, expected: ExpectedSecret): void {
  const values = Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
  const matching = Object.entries(expected.matching ?? {}).map(([key, pattern]) => [
    key,
    expect.stringMatching(new RegExp(pattern)) as unknown,
  ]);
  expect(values).toEqual({ ...expected.data, ...(Object.fromEntries(matching) as object) });
  expect(type).toBe(expected.type ?? 'Opaque');
  expect(foreign(metadata.labels)).toEqual(expected.labels ?? {});
  expect(foreign(metadata.annotations)).toEqual(expected.annotations ?? {});
}

test.each(synced)('%s becomes the Secret that its user expects', async (_, entry) => {
  const namespace = namespaceOf(entry);
  const { name } = entry.manifest.metadata;
  expect(await system.ready(namespace, name)).toMatchObject({ reason: 'SecretSynced', message: 'secret synced' });
  isExpected(await system.secret(namespace, entry.expected.secret.name), entry.expected.secret);
  shown.synced++;
});

async function objectOf(namespace: string, { apiVersion, kind, name }: ExpectedObject): Promise<KubeObject> {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const plural = { ConfigMap: 'configmaps', AppSettings: 'appsettings' }[kind] ?? '';
  return system.admin.get(resourceType<KubeObject>(group, version, plural, kind, 'Namespaced'), { namespace, name });
}

test.each(manifests)('%s becomes the object that its user expects', async (_, entry) => {
  const namespace = namespaceOf(entry);
  const { name } = entry.manifest.metadata;
  const { object } = entry.expected;
  expect(await system.ready(namespace, name)).toMatchObject({ reason: 'ResourceSynced', message: 'secret synced' });
  const { apiVersion, kind, metadata, ...content } = await objectOf(namespace, object);
  expect({ apiVersion, kind, content }).toEqual({
    apiVersion: object.apiVersion,
    kind: object.kind,
    content: object.content,
  });
  expect(foreign(metadata.labels)).toEqual(object.labels ?? {});
  expect(foreign(metadata.annotations)).toEqual(object.annotations ?? {});
  shown.manifest++;
});

test.each(unserved)('%s says with a code why it cannot be served, and writes nothing', async (_, entry) => {
  const namespace = namespaceOf(entry);
  const { name } = entry.manifest.metadata;
  await system.failed(namespace, name, entry.expected.code);
  const target = entry.manifest.spec.target?.name ?? name;
  const before = entry.beside.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === target);
  const texts = before && (before['stringData'] as Record<string, string>);
  expect(await system.values(namespace, target)).toEqual(texts);
  shown.unserved++;
});

/** A table for the eyes of who runs this. */
function summary(): string {
  const { manifests: all, upstream } = readIndex(import.meta.dirname);
  const used = new Set(all.flatMap(({ fields }) => fields));
  const covered = upstream.fields.filter((field) => used.has(field));
  const unseen = upstream.fields.filter((field) => !used.has(field));
  const rows: readonly (readonly [string, string | number])[] = [
    ['public repositories', new Set(all.map(({ repository }) => repository)).size],
    ['manifests', all.length],
    ['  synced to the expected Secret', `${shown.synced} of ${synced.length}`],
    ['  synced to the expected other object', `${shown.manifest} of ${manifests.length}`],
    ['  not served, with the expected code', `${shown.unserved} of ${unserved.length}`],
    ['  refused by upstream’s schema as well', all.length - synced.length - manifests.length - unserved.length],
    ['field paths of spec in upstream’s schema', upstream.fields.length],
    ['  in these manifests', covered.length],
    ['  in none that was found', unseen.join(', ')],
  ];
  return `\n${rows.map(([what, figure]) => `${what.padEnd(42)} ${figure}`).join('\n')}\n`;
}
