import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ESO_NAMESPACE,
  eventually,
  FaultProxy,
  HalfOpenProxy,
  LocalKubelet,
  type OwnControlPlane,
  ownControlPlane,
  type Pod,
  type PodSpec,
  bundlePath,
} from '@eso/testing';

/** The programs alone: whether they lead does not depend on certificates or providers. */
let own: OwnControlPlane;
let kubelet: LocalKubelet;
const kubelets: LocalKubelet[] = [];
beforeAll(async () => {
  own = await ownControlPlane();
  await own.cluster.installCrds();
  for (const namespace of [ESO_NAMESPACE, 'election']) await own.cluster.ensureNamespace(namespace);
  await own.cluster.applyRights({ chart: 'external-secrets', tenantNamespaces: ['election'], providerNamespaces: [] });
  kubelet = own.cluster.kubelet();
});
afterAll(async () => {
  await Promise.all(kubelets.map((each) => each.stop()));
  await own.cluster.stop();
});
afterEach(async () => {
  for (const each of [kubelet, ...kubelets]) await Promise.all(each.pods.map((pod) => pod.stop()));
});

/** A kubelet whose pods reach the API server through a port on loopback. */
function kubeletThrough(port: number): LocalKubelet {
  const { url, caFile, adminCert, adminKey, adminKubeconfig, kubectl, dir, stateFile } = own.cluster.state;
  const through = new URL(url);
  through.port = String(port);
  const controlPlane = { caFile, adminCert, adminKey, adminKubeconfig, kubectl, dir, stateFile, url: through.origin };
  const made = new LocalKubelet({ controlPlane });
  kubelets.push(made);
  return made;
}

const apiPort = (): number => Number(new URL(own.cluster.url).port);

type Program = 'core' | 'cert-manager-controller';

function spec(program: Program, name: string, flags: readonly string[]): PodSpec {
  const ownFlags = {
    core: ['--live-addr=127.0.0.1:$(PORT_HEALTH)', '--namespaces=election', '--client-cert-dir=/nonexistent'],
    'cert-manager-controller': ['--health-addr=127.0.0.1:$(PORT_HEALTH)', `--key-encryption-key-file=${keyFile()}`],
  }[program];
  return {
    name,
    namespace: ESO_NAMESPACE,
    serviceAccount: program === 'core' ? 'external-secrets' : program,
    command: [process.execPath, bundlePath(program), '--metrics-addr=127.0.0.1:$(PORT_METRICS)', ...ownFlags, ...flags],
    ports: ['metrics', 'health'],
  };
}

/** Any file of 32 bytes and more will do. */
const keyFile = (): string => own.cluster.caFile;

async function readyz(pod: Pod): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${String(pod.ports['health'])}/readyz`);
  return `${String(answer.status)} ${await answer.text()}`;
}

async function isLeader(pod: Pod): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${String(pod.ports['metrics'])}/metrics`);
  return /^leader_election_master_status\{.*\} 1$/m.test(await answer.text());
}

interface Line {
  readonly time: string;
  readonly msg: string;
  readonly level: string;
}

/** What a pod has logged, and that contains a text. */
function lines(pod: Pod, text: string): Line[] {
  const all = readFileSync(pod.logFile, 'utf8').split('\n');
  return all.filter((line) => line.startsWith('{') && line.includes(text)).map((line) => JSON.parse(line) as Line);
}

test.each(['core', 'cert-manager-controller'] as const)(
  '%s with a lease that it has no rights on says so in its readiness, and once in its log',
  async (program) => {
    const pod = await kubelet.run(spec(program, program, ['--leader-election-id=somebody-elses']));
    await eventually(async () => {
      const answer = await readyz(pod);
      expect(answer).toMatch(/^503 /);
      expect(answer).toMatch(/leader-election: may not use lease external-secrets\/somebody-elses: give .* the rights/);
    });
    await sleep(5_000);
    expect(lines(pod, 'somebody-elses').filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(await isLeader(pod)).toBe(false);
  },
);

test.each([
  ['leader-election-renew-deadline', '15s', '40s', '2s'],
  ['leader-election-renew-deadline', '15s', '15s', '2s'],
  ['leader-election-retry-period', '15s', '10s', '9s'],
  ['leader-election-lease-duration', '10000h', '10s', '2s'],
] as const)(
  'durations that allow two leaders, or none, are refused at start, naming --%s (%s/%s/%s)',
  async (flag, lease, deadline, retry) => {
    const flags = [
      `--leader-election-lease-duration=${lease}`,
      `--leader-election-renew-deadline=${deadline}`,
      `--leader-election-retry-period=${retry}`,
    ];
    const pod = await kubelet.run({ ...spec('core', 'core', flags), restartPolicy: 'Never' });
    await eventually(() => expect(pod.state.kind).toBe('Ended'));
    expect(pod.lastLines()).toContain(`flag --${flag}: `);
  },
);

test('a connection that broke in silence does not cost the leadership', async () => {
  await using proxy = await HalfOpenProxy.start(apiPort());
  const flags = [
    '--leader-election-lease-duration=6s',
    '--leader-election-renew-deadline=4s',
    '--leader-election-retry-period=1s',
  ];
  const pod = await kubeletThrough(proxy.port).run(spec('core', 'core', flags));
  await eventually(async () => expect(await isLeader(pod)).toBe(true));
  const { pid } = pod;
  proxy.freeze();
  await sleep(8_000);
  expect(lines(pod, 'lost the leadership')).toEqual([]);
  expect([pod.pid, await isLeader(pod)]).toEqual([pid, true]);
});

test('a leader that is cut off stops before another begins [8.50]', async () => {
  await using proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: apiPort() } });
  // With a long pause between two renewals the deadline passes in the middle of one.
  const flags = [
    '--leader-election-lease-duration=5s',
    '--leader-election-renew-deadline=4s',
    '--leader-election-retry-period=3s',
  ];
  const first = await kubeletThrough(proxy.port).run(spec('core', 'core-a', flags));
  await eventually(async () => expect(await isLeader(first)).toBe(true));
  const eager = [...flags.slice(0, 2), '--leader-election-retry-period=1s'];
  const second = await kubelet.run(spec('core', 'core-b', eager));
  await eventually(() => expect(lines(second, 'caches are filled')).toHaveLength(1));
  await proxy.set({ kind: 'drop' });
  const [began] = await eventually(() => {
    const found = lines(second, 'became leader');
    expect(found).toHaveLength(1);
    return found;
  });
  const [lost] = await eventually(() => {
    const found = lines(first, 'lost the leadership');
    expect(found).toHaveLength(1);
    return found;
  });
  expect(Date.parse(lost!.time)).toBeLessThan(Date.parse(began!.time));
});
