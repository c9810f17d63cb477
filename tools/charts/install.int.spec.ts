/** The charts, installed by the real Helm on a real API server. No kubelet is there: what is asked for is what is stored. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { chartFolder, Helm, type HelmResult, objectsOf, type Rendered } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const PROVIDERS = ['provider-aws', 'provider-azure', 'provider-fake'];
const CORE = ['external-secrets', ...PROVIDERS];

let own: OwnControlPlane;
let helm: Helm;
beforeAll(async () => {
  own = await ownControlPlane();
  helm = await Helm.prepare(own.cluster.adminKubeconfig, own.controlPlane.dir);
}, BUILD_MS);
afterAll(() => own.cluster.stop());

const install = (chart: string, ...args: string[]): Promise<HelmResult> =>
  helm.run('upgrade', '--install', chart, chartFolder(chart), '--namespace', chart, '--create-namespace', ...args);

async function uninstall(chart: string): Promise<void> {
  expect(await helm.run('uninstall', chart, '--namespace', chart, '--wait=false')).toMatchObject({ code: 0 });
}

async function get<T = Rendered>(...args: string[]): Promise<T | undefined> {
  const { code, stdout, stderr } = await own.cluster.kubectl('get', '--output=json', ...args);
  if (code !== 0 && stderr.includes('NotFound')) return undefined;
  expect(stderr).toBe('');
  return JSON.parse(stdout) as T;
}

/** What is in the cluster that a chart of ours has put there, as `Kind namespace/name`. */
async function installed(): Promise<string[]> {
  const kinds =
    'deployments,services,serviceaccounts,secrets,networkpolicies,poddisruptionbudgets,roles,rolebindings,clusterroles,' +
    'clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions';
  const { items } = (await get<{ items: Rendered[] }>(
    kinds,
    '--all-namespaces',
    '--selector=app.kubernetes.io/part-of=external-secrets',
  ))!;
  return items.map(nameOf).sort();
}

const nameOf = ({ kind, metadata }: Rendered): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

describe('before anything is there', () => {
  test('a provider asks for the chart external-secrets first', async () => {
    const { code, stderr } = await install('provider-fake');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Install the chart external-secrets first') as string,
    });
    expect(await installed()).toEqual([]);
  });

  test('a namespace of a list that does not exist is named, and nothing is installed', async () => {
    const { code, stderr } = await install('external-secrets', '--set=watchNamespaces={nowhere}');
    expect(code).toBe(1);
    expect(stderr).toContain('watchNamespaces: there is no namespace nowhere yet');
    expect(stderr).toContain('kubectl create namespace nowhere');
    expect(await installed()).toEqual([]);
  });

  test('a CRD that somebody else brought is named with the commands that hand it over, and these work', async () => {
    const crd = 'externalsecrets.external-secrets.io';
    const file = join(chartFolder('external-secrets'), 'files/crds/external-secrets.io_externalsecrets.yaml');
    await own.cluster.apply(readFileSync(file, 'utf8'));
    const { code, stderr } = await install('external-secrets');
    expect(code).toBe(1);
    expect(stderr).toContain(`the CRD ${crd} is in the cluster already and belongs to no release of Helm`);
    const commands = [...stderr.matchAll(/kubectl ((?:label|annotate) --overwrite crd \S+(?: \S+=\S+)+)/g)];
    expect(commands).toHaveLength(2);
    for (const [, command = ''] of commands) {
      const args = command.replace(/\.$/, '').split(' ');
      expect(await own.cluster.kubectl(...args)).toMatchObject({ code: 0 });
    }
    expect(await install('external-secrets')).toMatchObject({ code: 0 });
    await uninstall('external-secrets');
    expect(await get('crd', crd)).toBeDefined();
  });
});

describe('all of it', () => {
  beforeAll(async () => {
    for (const chart of CORE) expect(await install(chart)).toMatchObject({ code: 0, stderr: '' });
  }, 120_000);

  test('everything that is rendered is stored', async () => {
    const stored = await installed();
    for (const chart of CORE) {
      const { stdout } = await helm.run('get', 'manifest', chart, '--namespace', chart);
      const objects = objectsOf(stdout);
      expect(objects.length).toBeGreaterThan(10);
      expect(stored).toEqual(
        expect.arrayContaining(objects.filter(({ kind }) => kind !== 'ClusterProviderClass').map(nameOf)),
      );
    }
    for (const name of ['aws', 'azure', 'fake']) expect(await get('clusterproviderclass', name)).toBeDefined();
  });

  test('a second installation beside it is refused with the first one named', async () => {
    const args = ['install', 'second', chartFolder('external-secrets'), '--namespace=second', '--create-namespace'];
    const { code, stderr } = await helm.run(...args, '--set=installCRDs=false');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('as release external-secrets in namespace external-secrets') as string,
    });
  });

  test('the key-encryption key stays as it is when the release is upgraded', async () => {
    const secret = ['secret', 'external-secrets-key-encryption-key', '--namespace=external-secrets'];
    const before = await get(...secret);
    const key = (before?.['data'] as { key: string }).key;
    // What the program asks for: 32 to 1024 bytes.
    expect(Buffer.from(key, 'base64').length).toBeGreaterThanOrEqual(32);
    expect(await install('external-secrets', '--set=commonLabels.team=x')).toMatchObject({ code: 0 });
    const after = await get(...secret);
    expect(after?.metadata.labels).toMatchObject({ team: 'x' });
    expect(after?.['data']).toEqual({ key });
  });

  test('an upgrade brings what a CRD gained', async () => {
    const crd = 'fakes.provider.external-secrets.io';
    type Schema = {
      spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: { properties: object } } } } }[] };
    };
    const fields = async (): Promise<string[]> => {
      const stored = (await get<Schema>('crd', crd))!;
      return Object.keys(stored.spec.versions[0]!.schema.openAPIV3Schema.properties.spec.properties);
    };
    const path = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/validationResult';
    const patch = JSON.stringify([{ op: 'remove', path }]);
    expect(await own.cluster.kubectl('patch', 'crd', crd, '--type=json', `--patch=${patch}`)).toMatchObject({
      code: 0,
    });
    expect(await fields()).not.toContain('validationResult');
    expect(await install('provider-fake')).toMatchObject({ code: 0 });
    expect(await fields()).toContain('validationResult');
  });

  test('without a cluster that is asked, the key-encryption key has to be named', async () => {
    await expect(helm.template('external-secrets')).rejects.toThrow(/keyEncryptionKey.existingSecret is needed/);
    await expect(helm.template('external-secrets', '--set=keyEncryptionKey.existingSecret=mine')).resolves.toContain(
      'secretName: mine',
    );
  });

  test('uninstalling leaves the CRDs and the key-encryption key, and nothing else', async () => {
    for (const chart of [...PROVIDERS, 'external-secrets']) await uninstall(chart);
    const left = await installed();
    expect(left.filter((each) => !each.startsWith('CustomResourceDefinition '))).toEqual([
      'Secret external-secrets/external-secrets-key-encryption-key',
    ]);
    expect(left.filter((each) => each.startsWith('CustomResourceDefinition ')).length).toBeGreaterThan(10);
  });

  test('and what was left is taken up by the next installation, key included', async () => {
    const secret = ['secret', 'external-secrets-key-encryption-key', '--namespace=external-secrets'];
    const key = (await get(...secret))?.['data'];
    for (const chart of CORE) expect(await install(chart)).toMatchObject({ code: 0 });
    expect((await get(...secret))?.['data']).toEqual(key);
  });
});
