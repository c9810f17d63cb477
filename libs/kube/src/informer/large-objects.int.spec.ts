import { createHash } from 'node:crypto';
import { eventually, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { KubeClient } from '../client/client.ts';
import { loadConnection } from '../connection/load.ts';
import { type Secret, secrets } from '../resource/index.ts';
import { createInformer } from './informer.ts';

/** What an informer may hold of a Secret. */
interface Digest {
  metadata: { name: string; resourceVersion?: string };
  sha: string;
}

const COUNT = 60;
const LABELS = { size: 'large' };
/** One MiB, the most that the API server takes. */
const valueOf = (index: number): string => Buffer.alloc(1024 * 1024 - 64, String(index)).toString('base64');
const shaOf = (value: string | undefined): string =>
  createHash('sha256')
    .update(value ?? '')
    .digest('hex');

function digest({ metadata, data }: Secret): Digest {
  const { name, resourceVersion } = metadata;
  return { metadata: { name, ...(resourceVersion && { resourceVersion }) }, sha: shaOf(data?.['v']) };
}

let own: OwnControlPlane;
let namespace: string;

/** The API server of this version lists by watch unless told not to, as one of an older version. */
describe.each([
  ['a watch that begins with the list', []],
  ['pages', ['--feature-gates=WatchList=false']],
])('by %s', (_how, flags) => {
  beforeAll(async () => {
    own = await ownControlPlane({ apiServerFlags: flags });
    namespace = await own.cluster.createNamespace('large');
    const admin = own.cluster.client();
    for (let i = 0; i < COUNT; i += 1) {
      const metadata = { name: `s${i}`, namespace, labels: LABELS };
      await admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: { v: valueOf(i) } });
    }
  }, 300_000);

  afterAll(() => own.cluster.stop());

  test('every Secret arrives whole, and later changes do', async () => {
    const stop = new AbortController();
    const connection = await loadConnection({ kubeconfig: own.cluster.adminKubeconfig });
    const client = new KubeClient({ connection });
    const informer = createInformer(client, secrets, { labelSelector: 'size=large', transform: digest });
    try {
      informer.start(stop.signal);
      await informer.waitForSync(stop.signal);
      expect(informer.store.size).toBe(COUNT);
      for (let i = 0; i < COUNT; i += 1) expect(informer.store.get(namespace, `s${i}`)?.sha).toBe(shaOf(valueOf(i)));
      const patch = { data: { v: valueOf(COUNT) } };
      const changed = await client.patch(secrets, { namespace, name: 's1' }, patch, { type: 'merge' });
      await eventually(() => expect(informer.store.get(namespace, 's1')?.sha).toBe(shaOf(valueOf(COUNT))));
      expect(informer.position()).toBe(changed.metadata.resourceVersion);
      await client.delete(secrets, { namespace, name: 's2' });
      await eventually(() => expect(informer.store.get(namespace, 's2')).toBeUndefined());
    } finally {
      stop.abort(new Error('test over'));
      await client.close();
    }
  });
});
