import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inspectCertificate } from '@eso/pki';
import { leases, secrets } from '@eso/kube';
import {
  eventually,
  type LocalKubelet,
  type OwnControlPlane,
  ownControlPlane,
  type Pod,
  workspaceRoot,
} from '@eso/testing';
import { secretEntry } from './secret-data.ts';
import { Harness } from './testing/harness.ts';

const MAIN = join(workspaceRoot, 'apps', 'cert-manager-controller', 'src', 'main.ts');
const NODE = [process.execPath, '--conditions=@eso/source', MAIN] as const;
const LEASE = 'external-secrets-cert-manager-controller';
const TLS = 'external-secrets-provider-tls';
/** A killed leader is succeeded in two seconds, not in fifteen. */
const QUICK_LEASE = [
  '--leader-election-lease-duration=3s',
  '--leader-election-renew-deadline=2s',
  '--leader-election-retry-period=1s',
];

let own: OwnControlPlane;
let kubelet: LocalKubelet;
beforeAll(async () => {
  own = await ownControlPlane();
  kubelet = own.cluster.kubelet();
});
afterAll(() => own.cluster.stop());

function start(
  harness: Harness,
  name = 'cert-manager-controller',
  flags: readonly string[] = QUICK_LEASE,
): Promise<Pod> {
  return kubelet.run({
    name,
    namespace: harness.namespace,
    serviceAccount: 'cert-manager-controller',
    command: [
      ...NODE,
      `--key-encryption-key-file=${harness.keyFile}`,
      `--provider-namespaces=${harness.providerNamespaces.join(',')}`,
      '--metrics-addr=127.0.0.1:$(PORT_METRICS)',
      '--health-addr=127.0.0.1:$(PORT_HEALTH)',
      ...flags,
    ],
    ports: ['metrics', 'health'],
  });
}

const metrics = async (pod: Pod): Promise<string> =>
  (await fetch(`http://127.0.0.1:${String(pod.ports['metrics'])}/metrics`)).text();
const readiness = async (pod: Pod): Promise<number> =>
  (await fetch(`http://127.0.0.1:${String(pod.ports['health'])}/readyz`)).status;

test('the process gets ready, issues leaves of five minutes, gives its Lease back at SIGTERM, and goes on after a restart [6.6.3]', async () => {
  await using harness = await Harness.start(own.cluster);
  const pod = await start(harness, undefined, ['--leaf-validity=5m', ...QUICK_LEASE]);
  await harness.createService('aws');
  await pod.waitUntilReady({ port: 'health' });
  const secret = await harness.newSecret();
  const { notBefore, notAfter } = inspectCertificate(secretEntry(secret, 'tls.crt')!);
  expect(notAfter.getTime() - notBefore.getTime()).toBe(300_000);
  await eventually(async () => {
    const text = await metrics(pod);
    expect(text).toContain(`eso_provider_certificate_expiry_seconds{namespace="${harness.provider}",service="aws"} `);
    expect(text).toContain(`leader_election_master_status{name="${LEASE}"} 1\n`);
  });
  await pod.stop();
  expect(pod.state).toMatchObject({ kind: 'Ended', exit: { code: 0 } });
  const lease = await harness.admin.get(leases, { namespace: harness.namespace, name: LEASE });
  expect(lease.spec?.holderIdentity ?? '').toBe('');

  const next = await start(harness, 'next');
  await next.waitUntilReady({ port: 'health' });
  await eventually(async () => expect(await metrics(next)).toContain('eso_ca_certificate_expiry_seconds '));
  expect(await harness.secret()).toEqual(secret);
  expect(harness.history.authorities().size).toBe(1);
  await next.stop();
});

test.each(['authority', 'client', 'first provider', 'last provider'])(
  'killed as soon as the Secret of the %s is there, it converges after its restart',
  async (step) => {
    await using harness = await Harness.start(own.cluster, 3);
    const [first, second, third] = harness.providerNamespaces as [string, string, string];
    const names = new Map<string, [name: string, namespace: string]>([
      ['authority', ['eso-provider-ca-internal', harness.namespace]],
      ['client', ['eso-provider-client-tls', harness.namespace]],
      ['first provider', [TLS, first]],
      ['last provider', [TLS, third]],
    ]);
    for (const namespace of [first, second, third]) await harness.createService('provider', { namespace });
    const pod = await start(harness);
    await harness.history.seen(...names.get(step)!);
    pod.kill('SIGKILL');
    for (const namespace of [first, second, third]) await harness.newSecret(undefined, TLS, namespace);
    await eventually(async () => expect(await harness.clientSecret()).toBeDefined());
    await eventually(() => expect(pod.restarts).toBe(1));
    await pod.waitUntilReady({ port: 'health' });
    // What was there before the end is still in use.
    await eventually(async () => expect(await metrics(pod)).toContain('eso_ca_certificate_expiry_seconds '));
    expect(harness.history.authorities().size).toBe(1);
    expect(harness.history.unusablePairs()).toBe(0);
    expect(harness.history.misplacedAuthorityKeys()).toEqual([]);
    await pod.stop();
  },
);

test('of two replicas one works; when it is killed the other goes on', async () => {
  await using harness = await Harness.start(own.cluster);
  await harness.createService('aws');
  const pods = [await start(harness, 'one'), await start(harness, 'two')] as const;
  await Promise.all(pods.map((pod) => pod.waitUntilReady({ port: 'health' })));
  const secret = await harness.newSecret();
  const leads = async (pod: Pod) => (await metrics(pod)).includes(`leader_election_master_status{name="${LEASE}"} 1\n`);
  const states = await Promise.all(pods.map(leads));
  expect(states.filter(Boolean).length).toBe(1);
  const [leader, other] = states[0] ? pods : [pods[1], pods[0]];
  // For good: a restart would stand for election, too.
  await leader.stop({ graceMs: 0 });
  await eventually(async () => expect(await leads(other)).toBe(true));
  // Who leads next renews the Lease with what stands on it.
  const { metadata, spec } = await harness.admin.get(leases, { namespace: harness.namespace, name: LEASE });
  expect(metadata.annotations).toEqual({
    'external-secrets.io/authority': expect.stringMatching(/^1-[0-9a-f]{64}$/) as string,
    'external-secrets.io/authority-highest-generation': '1',
  });
  expect(spec?.leaseTransitions).toBe(1);
  await harness.admin.delete(secrets, secret.metadata);
  await harness.newSecret(secret);
  expect(harness.history.authorities().size).toBe(1);
  await other.stop();
});

test('an outage of the API server changes nothing; afterwards a Secret that is gone comes back without a restart', async () => {
  await using harness = await Harness.start(own.cluster);
  await harness.createService('aws');
  const pod = await start(harness);
  await pod.waitUntilReady({ port: 'health' });
  const secret = await harness.newSecret();
  const { pid } = pod;
  await own.controlPlane.killApiServer();
  await eventually(async () => expect(await readiness(pod)).toBe(503));
  await own.controlPlane.startApiServer();
  await pod.waitUntilReady({ port: 'health' });
  expect(await harness.secret()).toEqual(secret);
  await eventually(() => harness.admin.delete(secrets, secret.metadata));
  await harness.newSecret(secret);
  expect({ pid: pod.pid, restarts: pod.restarts }).toEqual({ pid, restarts: 0 });
  await pod.stop();
});

test.each([
  ['no key-encryption key', [], '--key-encryption-key-file is not set'],
  ['an absent one', ['--key-encryption-key-file=/nonexistent/kek'], 'cannot read /nonexistent/kek (ENOENT)'],
  ['a short one', ['--key-encryption-key-file=/dev/null'], '--key-encryption-key-file: /dev/null holds 0 bytes'],
  ['a window as long as the validity', ['--leaf-validity=1h', '--leaf-renewal-window=1h'], '--leaf-renewal-window: '],
])('with %s it ends at once and says why', async (_, flags, text) => {
  const ended = promisify(execFile)(NODE[0], [...NODE.slice(1), ...flags], { env: { PATH: '/usr/bin' } });
  await expect(ended).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining(text) as string });
});
