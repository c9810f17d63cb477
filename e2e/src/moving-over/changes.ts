import { externalSecrets } from '@eso/api/resources';
import { configMaps, type KubeClient, secrets } from '@eso/kube';
import { MANAGED_LABEL, type Migrant, targetNameOf } from '@eso/upstream-model';

const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });
const MORE = [entry('user', 'db-user'), entry('password', 'db-pass'), entry('more', 'team-a')];
const FEWER = [entry('user', 'db-user')];
const FORGED = { data: { user: 'Zm9yZ2Vk', forged: 'Zm9yZ2Vk' } };

/** A user changes the ExternalSecret, or its target, or the ConfigMap of its template; objects are merge patches. */
interface Change {
  readonly shape: string;
  readonly externalSecret?: object;
  readonly secret?: object | 'delete' | 'create';
  readonly texts?: Readonly<Record<string, string>>;
}

const spec = (shape: string, change: object): Change => ({ shape, externalSecret: { spec: change } });
const template = (shape: string, change: object): Change => spec(shape, { target: { template: change } });
const metadata = (shape: string, change: object): Change => ({ shape, externalSecret: { metadata: change } });

/** Thirty, of each kind that users make; the n-th of a shape is about the n-th migrant of it. */
export const CHANGES: readonly Change[] = [
  spec('plain', { data: MORE }),
  spec('plain', { target: { creationPolicy: 'Orphan' } }),
  metadata('labelled', { labels: { tier: 'gold', team: null } }),
  metadata('long-name', { labels: { team: null } }),
  metadata('longer-name', { annotations: { note: 'changed' } }),
  spec('renamed', { target: { name: 'another-name' } }),
  { shape: 'property', secret: 'delete' },
  { shape: 'extract', secret: FORGED },
  { shape: 'find', secret: { metadata: { labels: { [MANAGED_LABEL]: null } } } },
  spec('binary', { refreshInterval: '2h' }),
  template('template', { data: { url: 'mysql://{{ .user }}@db' } }),
  template('template-empty', { metadata: { labels: { tier: 'gold' } } }),
  template('template-merge', { mergePolicy: 'Replace' }),
  template('template-meta', { metadata: { labels: { owner: null, tier: '{{ .user }}' } } }),
  { shape: 'template-from', texts: { 'app.conf': 'login = {{ .user }}\n' } },
  { shape: 'template-keys', secret: FORGED },
  metadata('immutable', { annotations: { note: 'changed' } }),
  { shape: 'adopted', secret: FORGED },
  spec('orphan', { data: MORE }),
  spec('create-or-merge-into', { data: FEWER }),
  spec('merge', { data: MORE }),
  spec('merge-pair', { data: [...FEWER, entry('more', 'team-a')] }),
  metadata('deletes', { annotations: { 'external-secrets.io/force-sync': '1' } }),
  spec('partly-deleted', { data: FEWER }),
  spec('created-once', { data: FEWER }),
  spec('on-change', { data: MORE }),
  spec('no-interval', { data: MORE }),
  spec('windows', { data: MORE }),
  // A Secret that appears is found at the next refresh, as upstream finds it; the user asks for one.
  {
    shape: 'merge-missing',
    secret: 'create',
    externalSecret: { metadata: { annotations: { 'external-secrets.io/force-sync': '1' } } },
  },
  spec('deleted', { data: FEWER }),
];

/** Makes them. @throws Error when there is no migrant for one */
export async function makeChanges(client: KubeClient, migrants: readonly Migrant[]): Promise<void> {
  const used = new Map<string, number>();
  for (const change of CHANGES) {
    const nth = used.get(change.shape) ?? 0;
    used.set(change.shape, nth + 1);
    const migrant = migrants.filter(({ shape }) => shape === change.shape)[nth];
    if (!migrant) throw new Error(`there is no ${change.shape} to change`);
    await make(client, migrant, change);
  }
}

async function make(client: KubeClient, { manifest, texts }: Migrant, change: Change): Promise<void> {
  const { namespace = '', name } = manifest.metadata;
  const target = { namespace, name: targetNameOf(manifest) };
  const merge = { type: 'merge', fieldManager: 'kubectl-edit' } as const;
  if (change.secret === 'create')
    await client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: target, data: { theirs: 'eA==' } });
  if (change.externalSecret) await client.patch(externalSecrets, { namespace, name }, change.externalSecret, merge);
  if (change.texts) {
    await client.patch(configMaps, { namespace, name: texts?.name ?? '' }, { data: change.texts }, merge);
  }
  if (change.secret === 'delete') await client.delete(secrets, target);
  else if (typeof change.secret === 'object') await client.patch(secrets, target, change.secret, merge);
}
