/** The narrower profiles of docs/install.md on a real cluster: who is served, who is not, and how far the rights of core and provider go. */
import { eventually } from '@eso/testing';
import { chartFolder, Helm } from '../../../tools/charts/helm.ts';
import {
  applyAll,
  clusterUnderTest,
  createNamespaces,
  restrictedNamespace,
} from '../../../tools/cluster/testing/pods.ts';
import { CORE, PROVIDER, waitUntilRolledOut } from '../../../tools/cluster/testing/releases.ts';
import { fakeStoreAndSecret } from '../../../tools/cluster/testing/tenants.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';

/** Images and Helm are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const [FIRST, SECOND, UNSERVED] = ['profile-first', 'profile-second', 'profile-unserved'];
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);

interface Profile {
  readonly core: readonly string[];
  readonly provider: readonly string[];
  /** Namespaces with tenants that are served. */
  readonly served: readonly string[];
  readonly unserved: readonly string[];
}

const PROFILES: Readonly<Record<string, Profile>> = {
  'list of namespaces': {
    core: [`--set=watchNamespaces={${FIRST},${SECOND}}`],
    provider: [`--set=tenantNamespaces={${FIRST},${SECOND}}`],
    served: [FIRST, SECOND],
    unserved: [UNSERVED],
  },
  'one namespace': {
    core: ['--set=scopedRBAC=true', `--set=scopedNamespace=${FIRST}`],
    provider: [`--set=tenantNamespaces={${FIRST}}`],
    served: [FIRST],
    unserved: [SECOND, UNSERVED],
  },
};

let helm: Helm;
beforeAll(async () => {
  for (const app of ['core', 'cert-manager-controller', PROVIDER]) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  const names = [CORE, PROVIDER, FIRST, SECOND, UNSERVED];
  await createNamespaces(cluster, ...names.map((name) => restrictedNamespace(name)));
}, BUILD_MS);
afterAll(async () => {
  await kubectl('delete', 'crd', '-l', 'app.kubernetes.io/part-of=external-secrets', '--ignore-not-found', '--timeout=120s'); // prettier-ignore
  await kubectl('delete', 'namespace', CORE, PROVIDER, FIRST, SECOND, UNSERVED, '--ignore-not-found', '--wait=false');
});

async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await helm.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** Whether the ServiceAccount of a release may do it, as the API server judges. */
async function may(release: string, verb: string, resource: string, namespace?: string): Promise<string> {
  const where = namespace === undefined ? '--all-namespaces' : `--namespace=${namespace}`;
  const query = ['auth', 'can-i', verb, resource, where, `--as=system:serviceaccount:${release}:${release}`];
  // It exits with 1 where it says no.
  return (await kubectl(...query).catch((error: unknown) => String(error))).includes('yes') ? 'yes' : 'no';
}

const jsonPath = (namespace: string, object: string, path: string): Promise<string> =>
  kubectl('-n', namespace, 'get', object, '-o', `jsonpath=${path}`);

describe.each(Object.entries(PROFILES))('profile %s', (_profile, { core, provider, served, unserved }) => {
  beforeAll(async () => {
    await run('install', CORE, chartFolder(CORE), '--namespace', CORE, ...core);
    await run('install', PROVIDER, chartFolder(PROVIDER), '--namespace', PROVIDER, ...provider);
    await waitUntilRolledOut(cluster);
  }, BUILD_MS);
  afterAll(async () => {
    for (const namespace of [FIRST, SECOND, UNSERVED])
      await kubectl('-n', namespace, 'delete', 'externalsecret,secretstore', '--all', '--timeout=60s');
    await kubectl('delete', 'clustersecretstore', '--all', '--timeout=60s');
    for (const release of [PROVIDER, CORE]) await helm.run('uninstall', release, '--namespace', release, '--wait');
  });

  test('an ExternalSecret of a namespace that is served becomes a Secret; elsewhere nobody looks at one', async () => {
    for (const namespace of [...unserved, ...served])
      await applyAll(cluster, fakeStoreAndSecret(namespace, 'database', `of ${namespace}`));
    for (const namespace of served) {
      await kubectl('-n', namespace, 'wait', '--for=condition=Ready', 'externalsecret/database', '--timeout=120s');
      const encoded = await jsonPath(namespace, 'secret/database', '{.data.password}');
      expect(Buffer.from(encoded, 'base64').toString()).toBe(`of ${namespace}`);
    }
    for (const namespace of unserved) {
      expect(await jsonPath(namespace, 'externalsecret/database', '{.status}')).toBe('');
      expect(await jsonPath(namespace, 'secretstore/database', '{.status}')).toBe('');
      expect(await kubectl('-n', namespace, 'get', 'secrets', '-o', 'name')).toBe('');
    }
  });

  test('a cluster-scoped store is off: it is looked at by nobody, as is an ExternalSecret that names it', async () => {
    await applyAll(cluster, fakeStoreAndSecret(FIRST, 'shared', 'of nobody', 'ClusterSecretStore'));
    await applyAll(cluster, fakeStoreAndSecret(FIRST, 'later', 'of somebody'));
    await kubectl('-n', FIRST, 'wait', '--for=condition=Ready', 'externalsecret/later', '--timeout=120s');
    expect(await jsonPath(FIRST, 'externalsecret/shared', '{.status}')).toBe('');
    expect(await kubectl('get', 'clustersecretstore/shared', '-o', 'jsonpath={.status}')).toBe('');
  });

  test('neither core nor the provider may read a Secret elsewhere', async () => {
    const rights = async (namespaces: readonly (string | undefined)[]): Promise<string[]> =>
      Promise.all([
        ...namespaces.flatMap((namespace) =>
          ['get', 'list', 'create'].map((verb) => may(CORE, verb, 'secrets', namespace)),
        ),
        ...namespaces.map((namespace) => may(PROVIDER, 'get', 'secrets', namespace)),
      ]);
    expect(new Set(await rights([...unserved, undefined, 'kube-system']))).toEqual(new Set(['no']));
    for (const namespace of served) expect(await may(CORE, 'get', 'secrets', namespace)).toBe('yes');
  });

  test('a Secret that somebody deletes comes back', async () => {
    await kubectl('-n', FIRST, 'delete', 'secret/database');
    await eventually(async () => expect(await jsonPath(FIRST, 'secret/database', '{.data.password}')).not.toBe(''), {
      timeoutMs: 60_000,
    });
  });
});
