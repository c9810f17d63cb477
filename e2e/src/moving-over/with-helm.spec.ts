/** The ways of docs/moving-over.md, gone with the real Helm by the page's own commands, and what happens to who goes another. */
import { externalSecrets } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { eventually, Installation, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { type ChartRepository, serveCharts } from '../../../tools/charts/pages/chart-repository.ts';
import { commandsUnder } from '../../../tools/charts/pages/shell-blocks.ts';
import { UserShell } from '../../../tools/charts/pages/user-shell.ts';
import { CrdWatch } from './crd-watch.ts';
import { belongings, TEAMS, UPSTREAM, upstreamWithUsers } from './upstream-release.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const COUNT = 40;
const page = (heading: string): string => commandsUnder('docs/moving-over.md', heading).join('\n');
const CHANGE = `kubectl --namespace ${TEAMS[0]} annotate secretstore backend --overwrite touched=$RANDOM`;
const OURS = 'charts/external-secrets --namespace external-secrets';

let own: OwnControlPlane;
let shell: UserShell;
let repository: ChartRepository;
let watch: CrdWatch;
let left: Record<string, string>;
beforeAll(async () => {
  // Webhooks are sought at endpoints, of which there are none, and not by asking a name server.
  own = await ownControlPlane({ apiServerFlags: ['--enable-aggregator-routing=true'] });
  const { adminKubeconfig: kubeconfig, state } = own.cluster;
  shell = await UserShell.prepare({ kubeconfig, kubectl: state.kubectl, dir: state.dir });
  repository = await serveCharts(shell, ['tools/charts/upstream-shape'], state.dir);
  await shell.run(`helm repo add external-secrets ${repository.url}`);
  await upstreamWithUsers(own.cluster, shell, COUNT);
  watch = await CrdWatch.start(own.cluster.client());
  left = await belongings(shell);
}, BUILD_MS);
afterAll(async () => {
  await watch.stop();
  repository.close();
  await own.cluster.stop();
});

const deployments = async (): Promise<string[]> =>
  (await shell.run('kubectl --namespace external-secrets get deployments --output name')).trim().split('\n').sort();

/** Everything that users had is as it was, and more may be there. */
async function nothingIsLost(): Promise<void> {
  expect(await belongings(shell)).toMatchObject(left);
  expect(watch.deletions).toEqual([]);
}

/** Runs what is to be refused. @returns what Helm said */
async function refused(command: string): Promise<string> {
  const { code, output } = await shell.try(command);
  expect({ command, code }).toEqual({ command, code: 1 });
  return output;
}

/** The commands of a refusal, in their order, for the chart of the repository. */
const commandsIn = (refusal: string): string =>
  [
    ...refusal.matchAll(
      /helm upgrade \S+ CHART .*?keep'|helm uninstall \S+ --namespace [\w-]+|kubectl .*?(?=\. |\s*$)/gm,
    ),
  ]
    .map(([command]) => command.replace('CHART --version VERSION', UPSTREAM))
    .join('\n');

test('there is something to lose', () => {
  const kinds = Map.groupBy(Object.keys(left), (name) => name.split(' ')[0] ?? '');
  expect(kinds.get('ExternalSecret')).toHaveLength(COUNT);
  expect(kinds.get('Secret')?.length).toBeGreaterThan(COUNT / 2);
  expect([...kinds.keys()].sort()).toEqual(
    expect.arrayContaining(['ClusterSecretStore', 'ECRAuthorizationToken', 'Password', 'PushSecret', 'SecretStore']),
  );
});

describe('there, and back', () => {
  test('upstream’s webhook configurations refuse every change once its pods are gone', async () => {
    expect(await refused(CHANGE)).toContain('failed calling webhook "validate.secretstore.external-secrets.io"');
  });

  test('the release becomes ours by the commands of the page, and nothing is lost', async () => {
    await shell.run(page('The way with Helm'));
    expect(await deployments()).toEqual([
      'deployment.apps/cert-manager-controller',
      'deployment.apps/external-secrets',
    ]);
    await shell.run(CHANGE);
    await nothingIsLost();
    const conversion = 'kubectl get crd externalsecrets.external-secrets.io --output jsonpath={.spec.conversion}';
    expect(JSON.parse(await shell.run(conversion))).toEqual({ strategy: 'None' });
  });

  test('our core, with the rights that Helm gave it, serves what is there and what comes', async () => {
    const teams = `--set 'tenantNamespaces={${TEAMS.join(',')}}'`;
    await shell.run(
      `helm install provider-fake charts/provider-fake --namespace provider-fake --create-namespace ${teams}`,
    );
    const providers = { fake: {} };
    const { cluster } = own;
    const installation = await Installation.start({ cluster, tenants: 'all', providers, installedByHelm: true });
    const [team] = TEAMS;
    await cluster.apply(`apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: new, namespace: ${team} }
spec:
  secretStoreRef: { kind: SecretStore, name: backend }
  data: [{ secretKey: user, remoteRef: { key: db-user } }]
`);
    const client = cluster.client();
    await eventually(async () => {
      const { items } = await client.list(externalSecrets);
      expect(items).toHaveLength(COUNT + 1);
      const ready = items.map(({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status);
      expect(new Set(ready)).toEqual(new Set(['True']));
    });
    const { data } = await client.get(secrets, { namespace: team, name: 'new' });
    expect(Buffer.from(data?.['user'] ?? '', 'base64').toString()).toBe('admin');
    await installation.stop();
    await nothingIsLost();
    await shell.run('helm uninstall provider-fake --namespace provider-fake');
  });

  test('helm rollback stops half-way, and the commands of the page lead back from there, too', async () => {
    const said = await refused('helm rollback external-secrets 2 --namespace external-secrets');
    expect(said).toContain('metadata.resourceVersion: Invalid value: 0: must be specified for an update');
    await shell.run(page('Back'));
    await nothingIsLost();
  });

  test('there once more and straight back: what is left of ours is what an uninstallation leaves', async () => {
    await shell.run('kubectl delete validatingadmissionpolicies,validatingadmissionpolicybindings --all');
    await shell.run(
      'kubectl --namespace external-secrets delete deployment cert-manager-controller --ignore-not-found',
    );
    await shell.run(page('The way with Helm'));
    await shell.run(page('Back'));
    expect(await deployments()).toEqual([
      'deployment.apps/external-secrets',
      'deployment.apps/external-secrets-cert-controller',
      'deployment.apps/external-secrets-webhook',
    ]);
    const policies = 'kubectl get validatingadmissionpolicies,validatingwebhookconfigurations --output name';
    expect((await shell.run(policies)).trim().split('\n').sort()).toEqual([
      'validatingwebhookconfiguration.admissionregistration.k8s.io/externalsecret-validate',
      'validatingwebhookconfiguration.admissionregistration.k8s.io/secretstore-validate',
    ]);
    await nothingIsLost();
  });
});

describe('other ways', () => {
  test('uninstalled before ours is installed: what the page has set makes the CRDs stay, and ours takes them up', async () => {
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
    await shell.run(`helm install external-secrets ${OURS}`);
    await nothingIsLost();
  });

  test('and the other way round: ours is uninstalled, upstream’s takes the CRDs up', async () => {
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
    await shell.run(`helm install external-secrets ${UPSTREAM} --namespace external-secrets`);
    await nothingIsLost();
  });

  test('without the mark on its CRDs the release does not become ours, and the refusal has the command', async () => {
    await shell.run('kubectl annotate crd --all helm.sh/resource-policy-');
    const said = await refused(`helm upgrade external-secrets ${OURS} --reset-values`);
    expect(said).toContain('this release has CRDs that the chart does not bring: Helm would delete them');
    expect(said).toContain('pushsecrets.external-secrets.io');
    // What the chart brings stays.
    expect(said).not.toContain(' externalsecrets.external-secrets.io');
    await shell.run(commandsIn(said));
    await shell.run(`helm upgrade external-secrets ${OURS} --reset-values`);
    await nothingIsLost();
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
  });
});

describe('a release of another name', () => {
  /** Marks those CRDs that upstream has, too. */
  const hand = 'kubectl annotate --overwrite $(kubectl get crd --output name | grep -v provider)';
  const theirs = 'meta.helm.sh/release-name=eso meta.helm.sh/release-namespace=eso';

  test('the commands of the page', async () => {
    await shell.run(`${hand} ${theirs} helm.sh/resource-policy-`);
    await shell.run(`helm install eso ${UPSTREAM} --namespace eso --create-namespace`);
    await shell.run(page('A release of another name'));
    await shell.run(CHANGE);
    await nothingIsLost();
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
  });

  test('ours is refused beside its CRDs, and what it says leads on', async () => {
    await shell.run(`${hand} ${theirs} helm.sh/resource-policy-`);
    await shell.run(`helm install eso ${UPSTREAM} --namespace eso`);
    const said = await refused(`helm install external-secrets ${OURS}`);
    expect(said).toMatch(
      /the CRDs clustersecretstores\.external-secrets\.io, .* belong to release eso in namespace eso\./,
    );
    await shell.run(commandsIn(said));
    await shell.run(`helm install external-secrets ${OURS}`);
    await nothingIsLost();
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
  });

  test('CRDs handed over too early: ours is refused beside its webhook configurations, and what it says leads on', async () => {
    await shell.run(`${hand} ${theirs} helm.sh/resource-policy-`);
    await shell.run(`helm install eso ${UPSTREAM} --namespace eso`);
    await shell.run(
      `${hand} meta.helm.sh/release-name=external-secrets meta.helm.sh/release-namespace=external-secrets`,
    );
    const said = await refused(`helm install external-secrets ${OURS}`);
    expect(said).toContain('the webhook configuration externalsecret-validate');
    expect(said).toContain('It is of release eso in namespace eso');
    await shell.run(commandsIn(said));
    await nothingIsLost();
    const { code, output } = await shell.try(`helm install external-secrets ${OURS}`);
    if (code !== 0) await shell.run(`${commandsIn(output)}\nhelm install external-secrets ${OURS}`);
    await nothingIsLost();
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
  });

  test('webhook configurations that nobody’s release left behind are named with the command', async () => {
    await shell.run(
      `${hand} meta.helm.sh/release-name=external-secrets meta.helm.sh/release-namespace=external-secrets`,
    );
    await shell.run(`helm template eso ${UPSTREAM} --set installCRDs=false | kubectl apply --filename -`);
    await shell.run(
      'kubectl label validatingwebhookconfiguration externalsecret-validate secretstore-validate app.kubernetes.io/managed-by-',
    );
    const said = await refused(`helm install external-secrets ${OURS}`);
    expect(said).toContain('It is of no release of Helm');
    await shell.run(commandsIn(said));
    await shell.run(`helm install external-secrets ${OURS}`);
    await shell.run(CHANGE);
    await nothingIsLost();
    await shell.run('helm uninstall external-secrets --namespace external-secrets');
  });
});

test('what the page warns of is so: Helm deletes the CRDs of a release that does not itself keep them', async () => {
  expect(watch.deletions).toEqual([]);
  await shell.run(`helm install external-secrets ${UPSTREAM} --namespace external-secrets`);
  await shell.run('kubectl annotate crd --all --overwrite helm.sh/resource-policy=keep');
  await shell.run('helm uninstall external-secrets --namespace external-secrets');
  // It ends when the last finalizer is off.
  await eventually(() => expect(watch.deletions).toContain('being deleted: externalsecrets.external-secrets.io'));
});
