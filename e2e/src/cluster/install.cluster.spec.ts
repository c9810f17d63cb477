/** What we ship, installed as docs/install.md says: images in containerd, charts by Helm, pods, network policies, and what stays at the end. */
import { eventually } from '@eso/testing';
import { chartFolder, Helm } from '../../../tools/charts/helm.ts';
import { NETWORK, NODE } from '../../../tools/cluster/layout.ts';
import { asking, passwordOf } from '../../../tools/cluster/testing/asking.ts';
import { dialFromProgram, memoryIn, objectsIn, objectsLabelled } from '../../../tools/cluster/testing/installation.ts';
import {
  applyAll,
  clusterUnderTest,
  createNamespaces,
  dialFrom,
  probePod,
  restrictedNamespace,
  waitUntilPodsReady,
} from '../../../tools/cluster/testing/pods.ts';
import {
  CORE,
  OURS,
  PROVIDER,
  STAYS_WITH_CORE,
  takeOff,
  waitUntilRolledOut,
} from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';

/** Images and Helm are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const TENANT = 'install-tenant';
const WORLD = 'install-world';
const GOES = 'install-goes';
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);

let helm: Helm;
beforeAll(async () => {
  for (const app of ['core', 'cert-manager-controller', PROVIDER]) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  await createNamespaces(cluster, ...[CORE, PROVIDER, TENANT, GOES].map((name) => restrictedNamespace(name)), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: WORLD },
  });
}, BUILD_MS);
afterAll(() => takeOff(cluster, helm, [PROVIDER, CORE], TENANT, WORLD, GOES));

async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await helm.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

async function install(...tenants: readonly string[]): Promise<void> {
  await run('install', CORE, chartFolder(CORE), '--namespace', CORE);
  const served = `--set=tenantNamespaces={${tenants.join(',')}}`;
  await run('install', PROVIDER, chartFolder(PROVIDER), '--namespace', PROVIDER, served);
}

async function secretComesTrue(name: string, value: string): Promise<void> {
  await applyAll(cluster, asking(TENANT, name, value));
  expect(await passwordOf(cluster, TENANT, name)).toBe(value);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const secondsSince = (start: number): string => ((performance.now() - start) / 1_000).toFixed(1);
const keyOf = (secret: string, key: string): Promise<string> =>
  kubectl('-n', CORE, 'get', 'secret', secret, '-o', `jsonpath={.data.${key}}`);

describe('installed by the charts', () => {
  test('every pod becomes ready, and none is started anew until its certificate is there', async () => {
    const start = performance.now();
    await install(TENANT, GOES);
    print(`helm install of both charts: ${secondsSince(start)} s`);
    await waitUntilRolledOut(cluster);
    print(`every pod ready: ${secondsSince(start)} s after helm install began`);
    for (const [namespace, pods] of [
      [CORE, 3],
      [PROVIDER, 2],
    ] as const) {
      const restarts = await kubectl('-n', namespace, 'get', 'pods', '-o', 'jsonpath={.items[*].status.containerStatuses[0].restartCount}'); // prettier-ignore
      expect(restarts).toBe(Array.from({ length: pods }, () => '0').join(' '));
    }
  });

  test('an ExternalSecret becomes a Secret', async () => {
    const start = performance.now();
    await secretComesTrue('first', 'of the first installation');
    print(`from kubectl apply to the Secret: ${secondsSince(start)} s`);
    for (const namespace of [CORE, PROVIDER]) {
      print(`working set, MiB: ${JSON.stringify(await memoryIn(cluster, namespace, NODE))}`);
    }
  });

  test('with an ExternalSecret goes the Secret that it owns, with a namespace everything in it', async () => {
    for (const name of ['one', 'other']) {
      await applyAll(cluster, asking(GOES, name, name));
      expect(await passwordOf(cluster, GOES, name)).toBe(name);
    }
    await kubectl('-n', GOES, 'delete', 'externalsecret', 'one', '--timeout=120s');
    await kubectl('-n', GOES, 'wait', '--for=delete', 'secret/one', '--timeout=120s');
    await kubectl('-n', GOES, 'get', 'secret/other');
    await kubectl('delete', 'namespace', GOES, '--timeout=120s');
  });
});

describe('network policies of the charts', () => {
  const outside = `${NETWORK.outside}:7000`;
  const addressOf = (namespace: string, name: string): Promise<string> =>
    kubectl(
      '-n',
      namespace,
      'get',
      'pods',
      '-l',
      `app.kubernetes.io/name=${name}`,
      '-o',
      'jsonpath={.items[0].status.podIP}',
    );
  let core: string;
  let certificates: string;
  let provider: string;
  let stranger: string;

  beforeAll(async () => {
    // It says it were core: a label does not make it so in another namespace.
    const labels = { 'app.kubernetes.io/name': CORE, 'app.kubernetes.io/component': 'core' };
    await applyAll(cluster, [
      probePod({ name: 'stranger', namespace: TENANT, labels, args: ['serve', '8080'], readyOn: 8080 }),
      probePod({ name: 'world', namespace: WORLD, args: ['serve', '7000', '7001'], hostNetwork: true, readyOn: 7001 }),
    ]);
    await waitUntilPodsReady(cluster, TENANT, 'stranger');
    await waitUntilPodsReady(cluster, WORLD, 'world');
    core = await addressOf(CORE, CORE);
    certificates = await addressOf(CORE, 'cert-manager-controller');
    provider = await addressOf(PROVIDER, PROVIDER);
    stranger = await addressOf(TENANT, CORE);
  });

  const expectFlows = async (
    dial: (targets: readonly string[]) => Promise<Readonly<Record<string, string>>>,
    flows: Readonly<Record<string, 'open' | 'dropped'>>,
  ): Promise<void> => {
    await eventually(async () => expect(await dial(Object.keys(flows))).toEqual(flows), { timeoutMs: 60_000 });
  };
  const fromStranger = (targets: readonly string[]) => dialFrom(cluster, TENANT, 'stranger', targets);

  test('a stranger with the labels of core reaches no provider, and probes alone', async () => {
    await expectFlows(fromStranger, {
      [`${PROVIDER}.${PROVIDER}.svc:8080`]: 'dropped',
      [`${provider}:8080`]: 'dropped',
      [`${provider}:8081`]: 'dropped',
      [`${provider}:8082`]: 'open',
      [`${core}:8080`]: 'dropped',
      [`${core}:8081`]: 'dropped',
      [`${core}:8082`]: 'open',
      [`${certificates}:8080`]: 'dropped',
      [`${certificates}:8081`]: 'open',
      [`${certificates}:8082`]: 'dropped',
      [outside]: 'open',
    });
  });

  test('core reaches providers and the API server, and nothing else', async () => {
    await expectFlows((targets) => dialFromProgram(cluster, CORE, CORE, targets), {
      [`${PROVIDER}.${PROVIDER}.svc:8080`]: 'open',
      [`${provider}:8080`]: 'open',
      [`${provider}:8081`]: 'dropped',
      [`${NETWORK.apiService}:443`]: 'open',
      [`${stranger}:8080`]: 'dropped',
      [outside]: 'dropped',
    });
  });

  test('a provider without a backend reaches the API server alone', async () => {
    await expectFlows((targets) => dialFromProgram(cluster, PROVIDER, PROVIDER, targets), {
      [`${NETWORK.apiService}:443`]: 'open',
      [`${core}:8080`]: 'dropped',
      [`${stranger}:8080`]: 'dropped',
      [outside]: 'dropped',
    });
  });

  test('an upgrade opens the metrics to whom it names, and keeps the key-encryption key and the pods', async () => {
    const key = await keyOf('external-secrets-key-encryption-key', 'key');
    const scraper = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': TENANT } } };
    const metricsFrom = `--set-json=networkPolicy.metricsFrom=${JSON.stringify([scraper])}`;
    await run('upgrade', CORE, chartFolder(CORE), '--namespace', CORE, metricsFrom);
    await expectFlows(fromStranger, {
      [`${core}:8080`]: 'open',
      [`${core}:8081`]: 'dropped',
      [`${certificates}:8080`]: 'open',
      [`${certificates}:8082`]: 'dropped',
    });
    await expectFlows((targets) => dialFromProgram(cluster, PROVIDER, PROVIDER, targets), {
      [`${core}:8080`]: 'dropped',
    });
    expect(await keyOf('external-secrets-key-encryption-key', 'key')).toBe(key);
    expect(await addressOf(CORE, CORE)).toBe(core);
  });
});

describe('uninstalled', () => {
  const CRDS = [
    'clusterproviderclasses.external-secrets.io',
    'clusterproviders.external-secrets.io',
    'clustersecretstores.external-secrets.io',
    'externalsecrets.external-secrets.io',
    'fakes.provider.external-secrets.io',
    'providerclasses.external-secrets.io',
    'providers.external-secrets.io',
    'secretstores.external-secrets.io',
  ];
  let authority: string;

  test('what docs/install.md names stays, and nothing else', async () => {
    authority = await keyOf('eso-provider-ca-internal', String.raw`tls\.crt`);
    await run('uninstall', PROVIDER, '--namespace', PROVIDER);
    await run('uninstall', CORE, '--namespace', CORE);
    await eventually(async () => expect(await objectsIn(cluster, PROVIDER)).toEqual([]), { timeoutMs: 120_000 });
    await eventually(async () => expect(await objectsIn(cluster, CORE)).toEqual(STAYS_WITH_CORE), {
      timeoutMs: 120_000,
    });
    expect(await objectsLabelled(cluster, OURS)).toEqual([
      ...CRDS.map((name) => `/CustomResourceDefinition/${name}`),
      'external-secrets/Secret/external-secrets-key-encryption-key',
    ]);
    await kubectl('-n', TENANT, 'get', 'secret/first', 'externalsecret/first', 'secretstore/first');
  });

  test('installed again, it goes on with the authority that stayed', async () => {
    await install(TENANT);
    await waitUntilRolledOut(cluster);
    expect(await keyOf('eso-provider-ca-internal', String.raw`tls\.crt`)).toBe(authority);
    await secretComesTrue('second', 'of the second installation');
  });

  test('with what docs/install.md deletes, everything is gone', async () => {
    await run('uninstall', PROVIDER, '--namespace', PROVIDER);
    await run('uninstall', CORE, '--namespace', CORE);
    await kubectl('delete', 'crd', '--selector', OURS, '--timeout=120s');
    await kubectl('delete', 'namespace', CORE, PROVIDER, '--timeout=240s');
    expect(await objectsLabelled(cluster, OURS)).toEqual([]);
    expect(await kubectl('api-resources', '-o', 'name')).not.toContain('external-secrets.io');
  });
});
