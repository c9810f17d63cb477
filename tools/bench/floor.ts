import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { loadConnection } from '@eso/kube';
import { forEachConcurrently } from './concurrency.ts';
import { externalSecret, secretName, valueOf } from './objects.ts';

/**
 * The floor that every scenario is compared with. Frozen: figures of different revisions are only comparable while this file stays
 * as it is, which is why nothing of ours but the credentials is in the way of its bytes.
 */

/** Requests under way at once: as many as core has workers. */
const IN_FLIGHT = 32;

export interface FloorOptions {
  /** Path of a kubeconfig that may write everything in `namespace`. */
  readonly kubeconfig: string;
  /** PEM file of the CA of the API server. */
  readonly caFile: string;
  /** A namespace that core does not serve. */
  readonly namespace: string;
  readonly objects: number;
}

/**
 * What a first sync writes, from a client that does nothing else: for each object a POST of the ExternalSecret, a POST of the Secret,
 * a PUT of the status and a POST of the event, one after the other, 32 objects at a time, over one HTTP/2 connection.
 * @returns seconds
 * @throws Error at the first answer that is not a success
 */
export async function floorSeconds({ kubeconfig, caFile, namespace, objects }: FloorOptions): Promise<number> {
  const connection = await loadConnection({ kubeconfig });
  const { cert, key } = await connection.tls();
  const session = connect(connection.server, { ca: readFileSync(caFile), ...(cert && key ? { cert, key } : {}) });
  session.setMaxListeners(0);
  const authorization = await connection.authorization();
  const headers = authorization === undefined ? {} : { authorization };
  const send = (method: string, path: string, body: object): Promise<Answer> =>
    request(session, { ...headers, ':method': method, ':path': path, 'content-type': 'application/json' }, body);
  try {
    const started = performance.now();
    await forEachConcurrently(objects, IN_FLIGHT, (index) => writeOne(send, namespace, index));
    return (performance.now() - started) / 1_000;
  } finally {
    session.close();
  }
}

interface Answer {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
}

type Send = (method: string, path: string, body: object) => Promise<Answer>;

async function writeOne(send: Send, namespace: string, index: number): Promise<void> {
  const name = secretName(index);
  const resources = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  const manifest = externalSecret(namespace, index);
  const created = await send('POST', resources, manifest);
  const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name, uid: created.metadata.uid };
  await send('POST', `/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': HASH },
      annotations: { 'reconcile.external-secrets.io/data-hash': HASH },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    type: 'Opaque',
    data: { value: Buffer.from(valueOf(index)).toString('base64') },
  });
  const now = new Date().toISOString().replace(/\.\d+/, '');
  await send('PUT', `${resources}/${name}/status`, {
    ...manifest,
    metadata: { name, namespace, resourceVersion: created.metadata.resourceVersion },
    status: {
      binding: { name },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: now },
      ],
      refreshTime: now,
      syncedResourceVersion: `1-${HASH}`,
    },
  });
  await send('POST', `/api/v1/namespaces/${namespace}/events`, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.floor`, namespace },
    involvedObject: { ...owner, namespace },
    reason: 'Created',
    message: 'secret created',
    type: 'Normal',
    source: { component: 'floor' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  });
}

/** As long as the hashes that core writes. */
const HASH = 'd4a8e5c0f1b2938475665748392a1b0cd4a8e5c0f1b2938475665748';

function request(session: ClientHttp2Session, headers: Record<string, string>, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    const chunks: Buffer[] = [];
    let status = 0;
    stream.on('response', (answer) => (status = Number(answer[':status'])));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (status >= 200 && status < 300) resolve(JSON.parse(text) as Answer);
      else
        reject(
          new Error(`floor: ${headers[':method'] ?? ''} ${headers[':path'] ?? ''}: ${status} ${text.slice(0, 300)}`),
        );
    });
    stream.end(JSON.stringify(body));
  });
}
