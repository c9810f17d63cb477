import { eventually } from '@eso/testing';
import { NETWORK } from '../../../tools/cluster/layout.ts';
import {
  applyAll,
  clusterUnderTest,
  createNamespaces,
  dialFrom,
  type Manifest,
  probePod,
  restrictedNamespace,
  resultsOf,
  waitUntilPodsReady,
} from '../../../tools/cluster/testing/pods.ts';

const RED = 'policies-red';
const BLUE = 'policies-blue';
const WORLD = 'policies-world';
const DNS = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } };
const cluster = clusterUnderTest();

const policy = (name: string, spec: object): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: RED },
  spec,
});
const app = (name: string): { matchLabels: { app: string } } => ({ matchLabels: { app: name } });

/** Everything is closed in the one namespace, but for what is named here. */
const POLICIES = [
  policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  policy('dns', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [DNS], ports: [{ port: 53, protocol: 'UDP' }] }],
  }),
  policy('client', {
    podSelector: app('client'),
    policyTypes: ['Egress'],
    egress: [
      { to: [{ podSelector: app('server') }], ports: [{ port: 8080 }] },
      { to: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ port: 7000 }] },
    ],
  }),
  policy('server', {
    podSelector: app('server'),
    ingress: [
      { from: [{ podSelector: app('client') }] },
      {
        from: [{ namespaceSelector: { matchLabels: { team: 'blue' } }, podSelector: app('friend') }],
        ports: [{ port: 'admin' }],
      },
    ],
  }),
];

/** Address of a pod. */
const addresses: Record<string, string> = {};
const server = (port: number): string => `${addresses['server'] ?? ''}:${String(port)}`;
const other = (port: number): string => `${addresses['other'] ?? ''}:${String(port)}`;

/** What each pod may reach with the policies: `open`, anything else is `dropped`. */
const flows = (): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  client: {
    [server(8080)]: 'open',
    [`server.${RED}.svc.cluster.local:80`]: 'open',
    [server(9090)]: 'dropped', // its own egress does not name the port
    [other(8080)]: 'dropped',
    [`${NETWORK.outside}:7000`]: 'open',
    [`${NETWORK.outside}:7001`]: 'dropped',
    [`${NETWORK.node}:7000`]: 'dropped',
    [`${NETWORK.apiService}:443`]: 'dropped',
  },
  friend: { [server(9090)]: 'open', [server(8080)]: 'dropped', [other(8080)]: 'open' },
  stranger: { [server(9090)]: 'dropped', [server(8080)]: 'dropped', [`${NETWORK.apiService}:443`]: 'open' },
  server: { [`${addresses['client'] ?? ''}:8080`]: 'dropped', [other(8080)]: 'dropped' },
});
const NAMESPACES: Readonly<Record<string, string>> = {
  client: RED,
  server: RED,
  friend: BLUE,
  stranger: BLUE,
  other: BLUE,
};

const tryFlows = async (): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(flows()).map(async ([pod, targets]) => [
        pod,
        await dialFrom(cluster, NAMESPACES[pod] ?? '', pod, Object.keys(targets)),
      ]),
    ),
  ) as Readonly<Record<string, Readonly<Record<string, string>>>>;

const allOpen = (): object =>
  Object.fromEntries(
    Object.entries(flows()).map(([pod, targets]) => [
      pod,
      Object.fromEntries(Object.keys(targets).map((target) => [target, 'open'])),
    ]),
  );

beforeAll(async () => {
  await createNamespaces(cluster, restrictedNamespace(RED), restrictedNamespace(BLUE, { team: 'blue' }), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: WORLD },
  });
  const pods = Object.entries(NAMESPACES).map(([name, namespace]) =>
    probePod({ name, namespace, args: ['serve', '8080', '9090'], ports: { admin: 9090 }, readyOn: 8080 }),
  );
  await applyAll(cluster, [
    ...pods,
    probePod({ name: 'world', namespace: WORLD, args: ['serve', '7000', '7001'], hostNetwork: true, readyOn: 7000 }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'server', namespace: RED },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]);
  await waitUntilPodsReady(cluster, WORLD, 'world');
  for (const [name, namespace] of Object.entries(NAMESPACES)) {
    await waitUntilPodsReady(cluster, namespace, name);
    addresses[name] = await cluster.kubectl('-n', namespace, 'get', 'pod', name, '-o', 'jsonpath={.status.podIP}');
  }
});
afterAll(() => cluster.kubectl('delete', 'namespace', RED, BLUE, WORLD, '--ignore-not-found', '--wait=false'));

describe('network policies, tried from inside of pods', () => {
  test('without any, every flow is open', async () => {
    await eventually(async () => expect(await tryFlows()).toEqual(allOpen()), { timeoutMs: 60_000 });
  });

  test('each allowed flow works, each other one is dropped', async () => {
    await applyAll(cluster, POLICIES);
    await eventually(async () => expect(await tryFlows()).toEqual(flows()), { timeoutMs: 60_000 });
    expect(await tryFlows()).toEqual(flows());
  });

  test('pods that are new, and dial a closed target in their first moment, do not reach it', async () => {
    const names = [1, 2, 3, 4, 5].map((number) => `new-${String(number)}`);
    const args = ['dial', server(8080), other(8080)];
    await applyAll(
      cluster,
      names.map((name) => probePod({ name, namespace: RED, args, restartPolicy: 'Never' })),
    );
    for (const name of names) {
      const pod = `pod/${name}`;
      await cluster.kubectl('-n', RED, 'wait', '--for=jsonpath={.status.phase}=Succeeded', pod, '--timeout=120s');
      expect(resultsOf(await cluster.kubectl('-n', RED, 'logs', name))).toEqual({
        [server(8080)]: 'dropped',
        [other(8080)]: 'dropped',
      });
    }
  });

  test('when the policies go, everything is open again', async () => {
    await cluster.kubectl('-n', RED, 'delete', 'networkpolicies', '--all');
    await eventually(async () => expect(await tryFlows()).toEqual(allOpen()), { timeoutMs: 60_000 });
  });
});
