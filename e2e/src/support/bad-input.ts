import { services } from '@eso/kube';
import { eventually, type Pod, providerAddress } from '@eso/testing';
import { externalSecretManifest, fakeConfig, providerManifest, type System } from './system.ts';

/** Limits of the issue: where core or the provider can see that something was put right, and where neither can. */
export const SEEN_MS = 30_000;
export const UNSEEN_MS = 90_000;

/** Stands in every value, so that a scan finds any of them. No name of an object or key may contain it. */
export const MARKER = 'marker-4711';

/** One thing that goes wrong with a good ExternalSecret, and how it is put right. */
export interface BadInput {
  readonly namespace: string;
  /** The ExternalSecret. */
  readonly name: string;
  readonly breakIt: () => unknown;
  readonly mend: () => unknown;
  /** Code that the condition and the event end with. */
  readonly code: string;
  /** What the condition has to tell, in this order: field, what is wrong, next step. */
  readonly tells: readonly string[];
  /** Its Provider, and the reason why that one is not ready; absent where nothing is wrong with the Provider. */
  readonly provider?: { readonly name: string; readonly reason: string };
  /** How long the recovery may take, milliseconds. */
  readonly recoversWithinMs: number;
}

/**
 * What every bad input has to get: a condition that tells what to do, an event, a target that stays as it was, and a
 * recovery by itself once it is put right.
 */
export async function breakAndMend(system: System, input: BadInput): Promise<void> {
  const { namespace, name, code, tells, provider, recoversWithinMs } = input;
  await system.ready(namespace, name);
  const good = await system.secret(namespace, name);
  await input.breakIt();

  if (provider) await system.providerReady(namespace, provider.name, 'False', provider.reason);
  await eventually(async () => {
    const { reason, message = '' } = await system.failed(namespace, name, code, 0);
    expect(reason).toBe('SecretSyncedError');
    expectInOrder(message, [...tells.slice(0, -1), `[${code}]`, ...tells.slice(-1)]);
  });
  await system.warned(namespace, name, `[${code}]`);
  if (provider) await expectWarning(system, namespace, provider.name, provider.reason);

  // Later a good condition has taken its place.
  expect(spilled(JSON.stringify(await system.externalSecret(namespace, name)))).toEqual([]);
  expect(await system.secret(namespace, name)).toEqual(good);
  await input.mend();
  await system.ready(namespace, name, recoversWithinMs);
  if (provider) await system.providerReady(namespace, provider.name, 'True', 'Valid', 1_000);
  expect((await system.secret(namespace, name)).data).toEqual(good.data);
}

function expectInOrder(text: string, parts: readonly string[]): void {
  let rest = text;
  for (const part of parts) {
    expect(rest).toContain(part);
    rest = rest.slice(rest.indexOf(part) + part.length);
  }
}

async function expectWarning(system: System, namespace: string, name: string, reason: string): Promise<void> {
  await eventually(async () => {
    const events = await system.events(namespace, name);
    expect(events).toContainEqual(expect.objectContaining({ type: 'Warning', reason }));
  });
}

/** A good ExternalSecret `name` with a store `<name>-store` of its own, that has these secrets. */
export async function applyGood(
  system: System,
  options: {
    readonly namespace: string;
    readonly name: string;
    readonly data: Readonly<Record<string, string>>;
    /** `data` or `dataFrom`, as YAML. */
    readonly spec: string;
    /** Default: that of provider-fake. */
    readonly address?: string;
  },
): Promise<void> {
  const { namespace, name, data, spec, address = providerAddress('fake') } = options;
  const store = storeOf(name);
  await system.apply(
    [
      fakeConfig(namespace, store, data),
      providerManifest(
        namespace,
        store,
        'fake',
        `{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: ${store} }`,
        address,
      ),
      externalSecretManifest(namespace, name, store, spec),
    ].join('---\n'),
  );
  await system.ready(namespace, name);
}

export const storeOf = (externalSecret: string): string => `${externalSecret}-store`;

/** Changes fields of an object, as `kubectl patch --type=merge` does; null removes a field. */
export async function patch(
  system: System,
  kind: 'externalsecret' | 'provider' | 'secret',
  namespace: string,
  name: string,
  change: object,
): Promise<void> {
  await system.kubectl('-n', namespace, 'patch', kind, name, '--type=merge', '-p', JSON.stringify(change));
}

/**
 * Asks for a sync as a user does who mended something that nobody watches, such as what a backend holds: what only the content
 * can mend is read again at a change, or every ten minutes at the most often.
 */
export async function forceSync(system: System, namespace: string, name: string): Promise<void> {
  const annotations = { 'external-secrets.io/force-sync': String(Date.now()) };
  await patch(system, 'externalsecret', namespace, name, { metadata: { annotations } });
}

/** Asks for a sync until the ExternalSecret is Ready: a provider may know its config a few seconds longer than it is so. */
export async function syncUntilReady(system: System, namespace: string, name: string): Promise<void> {
  await eventually(
    async () => {
      await forceSync(system, namespace, name);
      await system.ready(namespace, name, 2_000);
    },
    { timeoutMs: SEEN_MS },
  );
}

/** A Service that may or may not be one that a Provider can use. */
export async function createService(
  system: System,
  namespace: string,
  name: string,
  options: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> } = {},
): Promise<void> {
  await system.admin.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, ...options },
    spec: { ports: [{ name: 'grpc', port: 8080, targetPort: 'grpc' }] },
  });
}

/** Nothing that a process wrote, counted or reported holds a value, a key or a token; and none of them was started again. */
export async function expectNothingSpilled(
  system: System,
  morePods: readonly Pod[] = [],
  moreSecrets: readonly string[] = [],
): Promise<void> {
  const { installation } = system;
  const pods = [...Object.values(installation.pods), ...morePods];
  const metrics = await Promise.all(pods.map((pod) => installation.metrics(pod)));
  const logs = pods.map((pod) => pod.lastLines(1_000_000));
  const objects = await system.kubectl('get', 'externalsecrets,providers,events', '-A', '-o', 'json');
  const spoken = [...logs, ...metrics, objects].join('\n');
  expect(spoken.includes('UpdateFailed')).toBe(true);
  expect(spilled(spoken, moreSecrets)).toEqual([]);
  expect(pods.map(({ restarts }) => restarts)).toEqual(pods.map(() => 0));
}

/** What of all that is secret stands in a text. */
function spilled(text: string, more: readonly string[] = []): string[] {
  // Whole groups of three bytes, so that it is the same whatever follows.
  const encoded = Buffer.from(MARKER.slice(0, 9)).toString('base64');
  return [MARKER, encoded, 'PRIVATE KEY', 'eyJhbGciOi', ...more].filter((secret) => text.includes(secret));
}
