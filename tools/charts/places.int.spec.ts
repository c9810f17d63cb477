/** Charts in namespaces, and with ServiceAccounts, that are not those of their files. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chartFolder, Helm, objectsOf, type Rendered } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;

let helm: Helm;
beforeAll(async () => (helm = await Helm.prepare()), BUILD_MS);

async function rendered(folder: string, ...args: string[]): Promise<Rendered[]> {
  const { code, stdout, stderr } = await helm.run('template', 'release', folder, '--namespace', 'other', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return objectsOf(stdout);
}

const subjectsOf = (objects: readonly Rendered[]): unknown[] =>
  objects.flatMap(({ subjects }) => (subjects as unknown[] | undefined) ?? []);

test('a provider is addressed, and has its rights, where it is installed', async () => {
  const objects = await rendered(chartFolder('provider-aws'), '--set=serviceAccount.name=aws,coreNamespace=eso');
  const one = (kind: string): Rendered | undefined => objects.find((each) => each.kind === kind);
  expect(one('ClusterProviderClass')?.['spec']).toMatchObject({ address: 'provider-aws.other.svc:8080' });
  expect(one('Service')?.metadata).toMatchObject({ name: 'provider-aws', namespace: 'other' });
  expect(new Set(subjectsOf(objects).map((each) => JSON.stringify(each)))).toEqual(
    new Set([
      JSON.stringify({ kind: 'ServiceAccount', name: 'aws', namespace: 'other' }),
      JSON.stringify({ kind: 'ServiceAccount', name: 'cert-manager-controller', namespace: 'eso' }),
    ]),
  );
});

test.each([
  [[], "['other']", '--admin-namespaces=other'],
  [['--set=adminNamespaces={a,b}'], "['a', 'b']", '--admin-namespaces=a,b'],
])(
  'with %j the admission policies and the provider name the same namespaces of administrators',
  async (args, list, flag) => {
    const objects = await rendered(chartFolder('provider-aws'), ...args);
    const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    // Those of kinds whose references never leave their namespace have no such list.
    const lists = policies.flatMap((policy) => {
      const { variables } = policy['spec'] as { variables: { name: string; expression: string }[] };
      return variables.filter(({ name }) => name === 'adminNamespaces').map(({ expression }) => expression);
    });
    expect(lists).toEqual([list, list, list, list]);
    expect(JSON.stringify(objects.find(({ kind }) => kind === 'Deployment'))).toContain(`"${flag}"`);
  },
);

test('a policy about a ServiceAccount of ours is about the one of this release', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'charts-'));
  for (const chart of ['external-secrets', 'provider'])
    cpSync(chartFolder(chart), join(copy, chart), { recursive: true, verbatimSymlinks: true });
  const expression = `request.userInfo.username in ['system:serviceaccount:external-secrets:external-secrets', 'system:serviceaccount:external-secrets:cert-manager-controller']`;
  const policy = {
    apiVersion: 'x/v1',
    kind: 'Policy',
    metadata: { name: 'p' },
    spec: { variables: [{ name: 'v', expression }] },
  };
  writeFileSync(join(copy, 'external-secrets', 'files', 'admission-extra.yaml'), JSON.stringify(policy));
  const args = ['--set=keyEncryptionKey.existingSecret=k,serviceAccount.name=core'];
  const [placed] = (await rendered(join(copy, 'external-secrets'), ...args)).filter(({ kind }) => kind === 'Policy');
  expect(placed?.['spec']).toEqual({
    variables: [
      {
        name: 'v',
        expression: `request.userInfo.username in ['system:serviceaccount:other:core', 'system:serviceaccount:other:cert-manager-controller']`,
      },
    ],
  });
  rmSync(copy, { recursive: true });
});
