import { eventually } from '@eso/testing';
import {
  applyAll,
  clusterUnderTest,
  createNamespaces,
  probePod,
  restrictedNamespace,
  waitUntilPodsReady,
} from '../../../tools/cluster/testing/pods.ts';

const NAMESPACE = 'node-spec';
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl('-n', NAMESPACE, ...args);

beforeAll(async () => {
  await createNamespaces(cluster, restrictedNamespace(NAMESPACE));
  await applyAll(cluster, [
    probePod({ name: 'server', namespace: NAMESPACE, args: ['serve', '8080'], readyOn: 8080 }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'server', namespace: NAMESPACE },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]);
  await waitUntilPodsReady(cluster, NAMESPACE, 'server');
});
afterAll(() => kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false'));

describe('the node', () => {
  test('is ready, at the version of the API server', async () => {
    const versions = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}');
    const { serverVersion } = JSON.parse(await kubectl('version', '-o', 'json')) as {
      serverVersion: { gitVersion: string };
    };
    expect(versions).toBe(serverVersion.gitVersion);
  });

  test('resolves the name of a Service, and leads to its pod', async () => {
    const name = `server.${NAMESPACE}.svc.cluster.local`;
    const ip = await kubectl('get', 'service', 'server', '-o', 'jsonpath={.spec.clusterIP}');
    expect((await kubectl('exec', 'server', '--', '/probe', 'resolve', name)).trim()).toBe(ip);
    await eventually(async () =>
      expect(await kubectl('exec', 'server', '--', '/probe', 'dial', `${ip}:80`)).toBe(`${ip}:80 open\n`),
    );
  });

  test('has no way out: a name of the world outside does not resolve', async () => {
    await expect(kubectl('exec', 'server', '--', '/probe', 'resolve', 'example.com')).rejects.toThrow(
      /lookup example\.com/,
    );
  });

  test('ends a container at its limit of memory', async () => {
    const pod = { name: 'greedy', namespace: NAMESPACE, args: ['hold', '200'], memory: '24Mi' };
    await applyAll(cluster, [probePod({ ...pod, restartPolicy: 'Never' })]);
    const path = 'jsonpath={.status.containerStatuses[0].state.terminated.reason}';
    await eventually(async () => expect(await kubectl('get', 'pod', 'greedy', '-o', path)).toBe('OOMKilled'), {
      timeoutMs: 120_000,
    });
  });

  test('refuses what Pod Security restricted forbids', async () => {
    const pod = probePod({ name: 'host', namespace: NAMESPACE, args: ['serve', '9'], hostNetwork: true });
    await expect(applyAll(cluster, [pod])).rejects.toThrow(/violates PodSecurity "restricted:latest": host namespaces/);
  });
});

describe('controllers', () => {
  test('an object goes when its owner does', async () => {
    await kubectl('create', 'configmap', 'owner');
    const uid = await kubectl('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
    const metadata = { name: 'owned', namespace: NAMESPACE, ownerReferences };
    await applyAll(cluster, [{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { key: 'value' } }]);
    await kubectl('delete', 'configmap', 'owner');
    await kubectl('wait', '--for=delete', 'secret/owned', '--timeout=120s');
  });

  test('a namespace goes with everything in it', async () => {
    const namespace = 'node-spec-goes';
    await createNamespaces(cluster, restrictedNamespace(namespace));
    await applyAll(cluster, [probePod({ name: 'server', namespace, args: ['serve', '8080'], readyOn: 8080 })]);
    await waitUntilPodsReady(cluster, namespace, 'server');
    await cluster.kubectl('delete', 'namespace', namespace, '--timeout=120s');
    expect(await cluster.kubectl('get', 'pods', '-A', '-o', 'name')).not.toContain(namespace);
    await expect(cluster.kubectl('get', 'namespace', namespace)).rejects.toThrow(/NotFound/);
  });
});
