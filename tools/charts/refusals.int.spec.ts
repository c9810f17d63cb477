/** What cannot be installed is refused by the real Helm at a real API server, with what to do, and leaves nothing behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { chartFolder, Helm, type HelmResult } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const KINDS =
  'namespaces,deployments,services,serviceaccounts,secrets,networkpolicies,poddisruptionbudgets,roles,rolebindings,clusterroles,' +
  'clusterrolebindings,validatingadmissionpolicies,validatingadmissionpolicybindings,customresourcedefinitions';

let own: OwnControlPlane;
let helm: Helm;
beforeAll(async () => {
  own = await ownControlPlane();
  helm = await Helm.prepare(own.cluster.adminKubeconfig, own.controlPlane.dir);
}, BUILD_MS);
afterAll(() => own.cluster.stop());

const install = (release: string, chart: string, ...args: readonly string[]): Promise<HelmResult> =>
  helm.run('install', release, chartFolder(chart), '--namespace', release, '--create-namespace', ...args);

/** Every object of these kinds, whoever made it; the names of Helm's releases are among the Secrets. */
async function everything(): Promise<string[]> {
  const { stdout, stderr, code } = await own.cluster.kubectl(
    'get', KINDS, '--all-namespaces', '--output=jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}{end}',
  ); // prettier-ignore
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').sort();
}

async function refuses(release: string, chart: string, args: readonly string[], ...says: string[]): Promise<void> {
  const before = await everything();
  expect(before.length).toBeGreaterThan(20);
  const { code, stderr } = await install(release, chart, ...args);
  expect(code).toBe(1);
  for (const each of says) expect(stderr).toContain(each);
  expect(await everything()).toEqual(before);
}

/** The CRDs of a chart, as an administrator applies them. */
async function applyCrds(chart: string, change = (text: string): string => text): Promise<void> {
  const folder = join(chartFolder(chart), 'files', 'crds');
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  await own.cluster.apply(texts.map(change).join('\n---\n'));
}

const WITHOUT_CRDS = ['--set=installCRDs=false'];

test.each<[what: string, chart: string, args: string[], says: string[]]>([
  [
    'an unknown value',
    'external-secrets',
    ['--set=metrics.listne.port=1'],
    ["at '/metrics': additional properties 'listne' not allowed"],
  ],
  ['a value of another type', 'external-secrets', ['--set=replicaCount=many'], ["at '/replicaCount': got string, want integer"]], // prettier-ignore
  [
    'values that contradict each other',
    'external-secrets',
    ['--set=watchNamespaces={default}', '--set=processClusterStore=true'],
    ['processClusterStore is true, and not all namespaces are served', 'Leave processClusterStore out'],
  ],
  [
    'a flag beside the value that it contradicts',
    'external-secrets',
    ['--set=watchNamespaces={default}', '--set=extraArgs.namespaces=kube-system'],
    ['the chart gives --namespaces by a value of its own', 'take extraArgs.namespaces out'],
  ],
  [
    'a list with a namespace that does not exist yet',
    'external-secrets',
    ['--set=watchNamespaces={default,nowhere}'],
    ['watchNamespaces: there is no namespace nowhere yet', 'kubectl create namespace nowhere'],
  ],
  [
    'a namespace of providers that does not exist yet',
    'external-secrets',
    ['--set=providerNamespaces={nowhere}'],
    ['providerNamespaces: there is no namespace nowhere yet', 'or take it out of the list'],
  ],
  [
    'CRDs that are somebody else’s to install, and not there',
    'external-secrets',
    WITHOUT_CRDS,
    ['installCRDs is false, and the CRD ', 'is not in the cluster', 'kubectl apply --server-side -f charts/external-secrets/files/crds'], // prettier-ignore
  ],
  [
    'CRDs that are not there, by who may not ask for them',
    'external-secrets',
    [...WITHOUT_CRDS, '--set=rbac.create=false', '--set=admissionPolicies.enabled=false'],
    ['installCRDs is false, and the cluster does not serve ', 'of external-secrets.io/v1', 'Have an administrator apply the CRDs of this release first'], // prettier-ignore
  ],
  ['a provider before core', 'provider-fake', [], ['Install the chart external-secrets first']],
  [
    'a provider without its CRDs',
    'provider-fake',
    [...WITHOUT_CRDS, '--set=class.enabled=false'],
    ['the CRD fakes.provider.external-secrets.io is not in the cluster', 'charts/provider-fake/files/crds'],
  ],
])('%s', (_, chart, args, says) => refuses(chart, chart, args, ...says));

describe('where CRDs are there', () => {
  test('of an older release, the first field that they lack is named, and applying them is what helps', async () => {
    await applyCrds('external-secrets', (text) => text.replace(/^( +)refreshPolicy:\n(?:\1 +.*\n)+/m, ''));
    await refuses(
      'external-secrets',
      'external-secrets',
      WITHOUT_CRDS,
      'the CRD externalsecrets.external-secrets.io in the cluster is of an older release: it does not know spec.refreshPolicy',
    );
    await applyCrds('external-secrets');
    expect(await install('external-secrets', 'external-secrets', ...WITHOUT_CRDS)).toMatchObject({ code: 0 });
  });

  test('a second core is refused, with the first one named', () =>
    refuses('second', 'external-secrets', WITHOUT_CRDS, 'as release external-secrets in namespace external-secrets', 'or uninstall it first')); // prettier-ignore

  test('a second installation of a provider is refused, with the first one named', async () => {
    const { code, stdout } = await install('provider-fake', 'provider-fake');
    expect(code).toBe(0);
    // Where to look, should the image not be on the node.
    expect(stdout).toContain('kubectl describe pods --namespace provider-fake');
    expect(stdout).toContain('localhost/external-secrets/');
    await refuses(
      'second',
      'provider-fake',
      WITHOUT_CRDS,
      'provider-fake is installed in this cluster already, as release provider-fake in namespace provider-fake',
      'helm upgrade provider-fake --namespace provider-fake',
    );
  });
});
