/** Who sends the requests of the tables, and what they are told. */
import { isKubeError, type KubeClient } from '@eso/kube';
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { DRY_RUN, PolicyBench, refusal, REGISTRAR_RIGHTS } from '../policy-bench.ts';
import { KINDS, PLACES, type Request, type Who } from './row.ts';

/** Told to who has no right to send a request at all. */
export const NO_RIGHT = 'no right';

/** An API server with all policies, and everybody who acts in the tables. */
export class Actors implements AsyncDisposable {
  readonly bench: PolicyBench;
  readonly #clients: Readonly<Record<Who, KubeClient>>;

  private constructor(bench: PolicyBench, clients: Readonly<Record<Who, KubeClient>>) {
    this.bench = bench;
    this.#clients = clients;
  }

  /** @param standing what is there before the policies are */
  static async start(standing: readonly Request[]): Promise<Actors> {
    const bench = await PolicyBench.start(ESO_NAMESPACE, async (admin, namespace) => {
      // A CRD that was just installed is served a moment later.
      for (const each of standing) await eventually(() => send(admin, each, namespace, {}));
    });
    const { cluster, namespace, admin, tenant } = bench;
    await admin.request('PATCH', `/api/v1/namespaces/${namespace}`, {
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { 'external-secrets.io/provider-images': 'digest' } } },
    });
    for (const chart of ['provider-aws', 'provider-azure']) await cluster.ensureNamespace(chart);
    await cluster.grant(
      { namespace, name: 'tenant' },
      [
        {
          apiGroups: ['provider.external-secrets.io', 'generators.external-secrets.io'],
          resources: ['*'],
          verbs: ['*'],
        },
        { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] },
      ],
      'tables',
    );
    await cluster.apply(REGISTRAR_RIGHTS.replaceAll('NAMESPACE', namespace));
    const registrar = await cluster.clientFor({ namespace, name: 'registrar' });
    const core = await cluster.clientFor({ namespace: ESO_NAMESPACE, name: 'external-secrets' });
    const controller = await cluster.clientFor({ namespace: ESO_NAMESPACE, name: 'cert-manager-controller' });
    return new Actors(bench, { tenant, admin, registrar, core, controller });
  }

  /** What one of them is told; empty where the request is taken. It leaves nothing behind. */
  async told(who: Who, request: Request): Promise<string> {
    try {
      return await refusal(() => send(this.#clients[who], request, this.bench.namespace, DRY_RUN));
    } catch (error) {
      if (isKubeError(error, 'FORBIDDEN')) return NO_RIGHT;
      throw error;
    }
  }

  /** A sentence of the tables, with the namespaces that they stand for. */
  inPlace(text: string): string {
    return placed(text, this.bench.namespace);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bench[Symbol.asyncDispose]();
  }
}

const placed = (text: string, tenant: string): string =>
  text.replaceAll(PLACES.TENANT, tenant).replaceAll(PLACES.HOME, ESO_NAMESPACE);

async function send(
  client: KubeClient,
  { kind, namespace, body, patches }: Request,
  tenant: string,
  query: Readonly<Record<string, string>>,
): Promise<void> {
  const { api, plural } = KINDS[kind];
  const where = namespace === undefined ? '' : `/namespaces/${placed(namespace, tenant)}`;
  const name = patches === undefined ? '' : `/${patches}`;
  const whole = { apiVersion: api.replace(/^apis?\//, ''), kind, ...body };
  const object = JSON.parse(placed(JSON.stringify(whole), tenant)) as object;
  await (patches === undefined
    ? client.request('POST', `/${api}${where}/${plural}`, { query, body: object })
    : client.request('PATCH', `/${api}${where}/${plural}${name}`, { query, body: object, contentType: MERGE }));
}
const MERGE = 'application/merge-patch+json';
