/** The profiles of docs/install.md that serve a part of the cluster: what is served, and what the programs may read, asked with their own tokens. */
import { chartFolder, Helm } from '../../../tools/charts/helm.ts';
import { asking, passwordOf } from '../../../tools/cluster/testing/asking.ts';
import { askFromProgram } from '../../../tools/cluster/testing/installation.ts';
import {
  applyAll,
  clusterUnderTest,
  createNamespaces,
  restrictedNamespace,
} from '../../../tools/cluster/testing/pods.ts';
import { CORE, PROVIDER, takeOff, waitUntilRolledOut } from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';

/** Images and Helm are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const [TEAM_A, TEAM_B, ELSEWHERE] = ['profiles-team-a', 'profiles-team-b', 'profiles-elsewhere'] as const;
const TENANTS = [TEAM_A, TEAM_B, ELSEWHERE];
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);

let helm: Helm;
beforeAll(async () => {
  for (const app of ['core', 'cert-manager-controller', PROVIDER]) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  await createNamespaces(cluster, ...[CORE, PROVIDER, ...TENANTS].map((name) => restrictedNamespace(name)));
}, BUILD_MS);
afterAll(() => takeOff(cluster, helm, [PROVIDER, CORE], ...TENANTS));

/** Installs or upgrades both charts with the values of a profile and no others, and waits for the pods. */
async function deploy(core: readonly string[], tenants: readonly string[]): Promise<void> {
  const releases = [
    [CORE, core],
    [PROVIDER, [`--set=tenantNamespaces={${tenants.join(',')}}`]],
  ] as const;
  for (const [release, values] of releases) {
    const command = ['upgrade', '--install', '--reset-values', release, chartFolder(release), '--namespace', release];
    expect(await helm.run(...command, ...values)).toMatchObject({ code: 0, stderr: '' });
  }
  await waitUntilRolledOut(cluster);
}

/** A store and an ExternalSecret in each of these; the value is the name of the namespace. */
async function ask(name: string, ...namespaces: readonly string[]): Promise<void> {
  await applyAll(
    cluster,
    namespaces.flatMap((namespace) => asking(namespace, name, namespace)),
  );
}

async function becomesSecret(namespace: string, name: string): Promise<void> {
  expect(await passwordOf(cluster, namespace, name)).toBe(namespace);
}

/** Nobody has written anything about it: no Secret, and no status of ExternalSecret or store. */
async function isNotServed(namespace: string, name: string): Promise<void> {
  const status = ['-o', 'jsonpath={range .items[*]}{.kind}{.status.conditions}{"\\n"}{end}'];
  const objects = await kubectl('-n', namespace, 'get', `externalsecret/${name}`, `secretstore/${name}`, ...status);
  expect(objects).toBe('ExternalSecret\nSecretStore\n');
  await expect(kubectl('-n', namespace, 'get', 'secret', name)).rejects.toThrow(/NotFound/);
}

const secretsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

/** Core and the provider read Secrets of the served namespaces and of no others, nor those of the whole cluster. */
async function mayReadSecretsIn(served: readonly string[]): Promise<void> {
  const secrets = Object.fromEntries(
    TENANTS.map((namespace) => [secretsIn(namespace), served.includes(namespace) ? '200' : '403']),
  );
  const closed = { '/api/v1/secrets': '403', [secretsIn('kube-system')]: '403', [secretsIn('default')]: '403' };
  const ofCore = { ...secrets, ...closed, [secretsIn(PROVIDER)]: '403' };
  expect(await askFromProgram(cluster, CORE, CORE, Object.keys(ofCore))).toEqual(ofCore);
  // provider-fake has no credentials to read.
  const ofProvider = Object.fromEntries([...Object.keys(ofCore), secretsIn(CORE)].map((path) => [path, '403']));
  expect(await askFromProgram(cluster, PROVIDER, PROVIDER, Object.keys(ofProvider))).toEqual(ofProvider);
}

describe('a list of namespaces', () => {
  test('an ExternalSecret of a listed namespace becomes a Secret, another gets nothing', async () => {
    await deploy([`--set=watchNamespaces={${TEAM_A},${TEAM_B}}`], [TEAM_A, TEAM_B]);
    await ask('listed', ELSEWHERE);
    await ask('listed', TEAM_A, TEAM_B);
    await becomesSecret(TEAM_A, 'listed');
    await becomesSecret(TEAM_B, 'listed');
    await isNotServed(ELSEWHERE, 'listed');
  });

  test('no pod may read Secrets of another namespace', () => mayReadSecretsIn([TEAM_A, TEAM_B]));

  test('a longer list serves what was there before', async () => {
    await deploy([`--set=watchNamespaces={${TENANTS.join(',')}}`], TENANTS);
    await becomesSecret(ELSEWHERE, 'listed');
    await mayReadSecretsIn(TENANTS);
  });
});

describe('one namespace', () => {
  test('its ExternalSecret becomes a Secret; in others new ones get nothing, and what was there stays', async () => {
    await deploy(['--set=scopedRBAC=true', `--set=scopedNamespace=${TEAM_B}`], [TEAM_B]);
    await ask('one', TEAM_A, ELSEWHERE);
    await ask('one', TEAM_B);
    await becomesSecret(TEAM_B, 'one');
    for (const namespace of [TEAM_A, ELSEWHERE]) {
      await isNotServed(namespace, 'one');
      await becomesSecret(namespace, 'listed');
    }
  });

  test('no pod may read Secrets of another namespace', () => mayReadSecretsIn([TEAM_B]));
});
