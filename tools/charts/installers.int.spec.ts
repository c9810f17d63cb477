/** Who installs with the rights of docs/installers.yaml, by the commands of docs/install.md, on a real API server: enough, and no rule too many. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { parseAllDocuments } from 'yaml';
import { root } from '../setup.mjs';
import { commandsUnder, shellBlocks } from './pages/shell-blocks.ts';
import { UserShell } from './pages/user-shell.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const LONG_MS = 600_000;
const PAGE = 'docs/install.md';
const WITHOUT_CLUSTER_RIGHTS = 'One namespace, without rights on the cluster';
const [INSTALL = ''] = commandsUnder(PAGE, 'Installation');
const UNINSTALL = `helm uninstall provider-aws --namespace provider-aws --ignore-not-found
helm uninstall external-secrets --namespace external-secrets --ignore-not-found`;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly [string];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface Role {
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}
const text = readFileSync(join(root, 'docs/installers.yaml'), 'utf8');
const roles = parseAllDocuments(text).map((document) => document.toJS() as Role);
/** Each rule, with its role without it. */
const LESS = roles.flatMap((role) =>
  role.rules.map((rule, index) => ({
    what: `${rule.verbs.join(', ')} ${rule.resources[0]} of ${role.metadata.name}`,
    resource: rule.resources[0],
    less: { ...role, rules: role.rules.toSpliced(index, 1) },
    whole: role,
  })),
);

/** A cluster, its administrator, and users who may do what the roles say. */
class Cluster {
  readonly admin: UserShell;
  readonly #own: OwnControlPlane;

  private constructor(own: OwnControlPlane, admin: UserShell) {
    this.#own = own;
    this.admin = admin;
  }

  static async start(...namespaces: readonly string[]): Promise<Cluster> {
    const own = await ownControlPlane();
    await own.cluster.apply(text);
    for (const namespace of [...namespaces, 'team-a', 'installers']) await own.cluster.ensureNamespace(namespace);
    return new Cluster(own, await shellOf(own, own.cluster.adminKubeconfig));
  }

  /** A user with these roles, by where they are bound: a namespace, or everywhere. */
  async installer(name: string, bound: readonly (readonly [role: string, namespace?: string])[]): Promise<UserShell> {
    const kubeconfig = await this.#own.cluster.kubeconfigFor({ namespace: 'installers', name });
    for (const [role, namespace] of bound) {
      const [kind, where] =
        namespace === undefined ? ['clusterrolebinding', ''] : ['rolebinding', `--namespace ${namespace}`];
      const to = `--clusterrole external-secrets-installer-${role} --serviceaccount installers:${name}`;
      await this.admin.run(`kubectl create ${kind} ${name}-${role} ${to} ${where}`);
    }
    return shellOf(this.#own, kubeconfig);
  }

  apply(object: object): Promise<void> {
    return this.#own.cluster.apply(JSON.stringify(object));
  }

  stop(): Promise<void> {
    return this.#own.cluster.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Without a rule a user is refused the change of a release, or, where the right is asked for only when something is new, its installation;
 * the right is named. In the end everything is as it was.
 */
async function expectRefusal(
  cluster: Cluster,
  user: UserShell,
  { resource, less, whole }: (typeof LESS)[number],
  { change, uninstall, install }: Readonly<Record<'change' | 'uninstall' | 'install', string>>,
): Promise<void> {
  await cluster.apply(less);
  let { code, output } = await user.try(change);
  const anew = code === 0;
  if (anew) ({ code, output } = await user.try(`${uninstall}\n${install}`));
  await cluster.apply(whole);
  expect(code).toBe(1);
  expect(output).toMatch(/forbidden|denied/);
  expect(output).toContain(resource);
  if (anew) await cluster.admin.try(uninstall);
  if (anew) await cluster.admin.run(install);
}

const shellOf = ({ cluster, controlPlane }: OwnControlPlane, kubeconfig: string): Promise<UserShell> =>
  UserShell.prepare({ kubeconfig, kubectl: cluster.state.kubectl, dir: controlPlane.dir });

test('every block of the page is run: what deletes, upgrade and rollback by e2e/src/cluster/readme.cluster.spec.ts, the others here', () => {
  expect(shellBlocks(PAGE).map(({ heading }) => heading)).toEqual([
    'Installation',
    'Installation',
    'Upgrade and rollback',
    WITHOUT_CLUSTER_RIGHTS,
    WITHOUT_CLUSTER_RIGHTS,
    'The key-encryption key',
  ]);
});

describe('the whole cluster', () => {
  let cluster: Cluster;
  let user: UserShell;
  beforeAll(async () => {
    cluster = await Cluster.start('external-secrets', 'provider-aws');
    user = await cluster.installer('administrator', [
      ['questions'],
      ['cluster'],
      ['namespace', 'external-secrets'],
      ['namespace', 'provider-aws'],
    ]);
  }, BUILD_MS);
  afterAll(() => cluster.stop());

  test(
    'with the three roles the commands of the page install, and the release is upgraded and uninstalled',
    async () => {
      await user.run(INSTALL);
      await user.run(upgrade('first'));
      await user.run(UNINSTALL);
      await user.run(INSTALL);
    },
    LONG_MS,
  );

  test.each(LESS)(
    'without $what it is refused, and the right is named',
    async (rule) => {
      const commands = { change: upgrade('less'), uninstall: UNINSTALL, install: INSTALL };
      await expectRefusal(cluster, user, rule, commands);
    },
    LONG_MS,
  );

  test('with the key-encryption key of somebody else', async () => {
    await user.run(UNINSTALL);
    await user.run(commandsUnder(PAGE, 'The key-encryption key').join('\n'));
  });
});

const CORE = 'external-secrets charts/external-secrets --namespace external-secrets';
const PROVIDER = `provider-aws charts/provider-aws --namespace provider-aws --set 'tenantNamespaces={team-a}'`;
const upgrade = (label: string): string =>
  `helm upgrade ${CORE} --set commonLabels.is=${label}\nhelm upgrade ${PROVIDER} --set commonLabels.is=${label}`;

describe('one namespace, with what is the cluster’s by an administrator', () => {
  const [BY_ADMINISTRATOR = '', BY_TENANT = ''] = commandsUnder(PAGE, WITHOUT_CLUSTER_RIGHTS);

  test(
    'who has no right beyond it installs what the administrator has prepared, by the commands of the page',
    async () => {
      await using cluster = await Cluster.start();
      const { admin } = cluster;
      const tenant = await cluster.installer('tenant', [['questions'], ['namespace', 'team-a']]);
      await admin.run(BY_ADMINISTRATOR);
      await tenant.run(BY_TENANT);
      const { output } = await tenant.try('helm upgrade external-secrets charts/external-secrets --namespace team-a --reuse-values --set rbac.create=true'); // prettier-ignore
      expect(output).toMatch(/is forbidden: User "system:serviceaccount:installers:tenant" cannot/);
      // Core has its rights from the administrator, and serves that namespace.
      const may = 'kubectl auth can-i --as system:serviceaccount:team-a:external-secrets';
      expect(await admin.run(`${may} create secrets --namespace team-a`)).toBe('yes\n');
      expect((await admin.try(`${may} get secrets --namespace external-secrets`)).output).toBe('no\n');
      const flags = 'kubectl get deployment external-secrets --namespace team-a --output jsonpath={..args}';
      expect(await tenant.run(flags)).toContain('"--namespaces=team-a"');
      await tenant.run('helm uninstall external-secrets --namespace team-a');
    },
    LONG_MS,
  );
});

/** What the page has for one namespace, and the same for a list. */
const LIMITED: readonly (readonly [profile: string, commands: (page: string) => string, serves: string])[] = [
  ['one namespace', (page) => page, 'team-a'],
  [
    'a list of namespaces',
    (page) => page.replaceAll(/scopedRBAC=true(\S*)/g, "'watchNamespaces={team-a,team-b}$1'"),
    'team-a,team-b',
  ],
];

/** Of the two roles, what core alone does not ask for: CRDs and Services are of who brings the rest. */
const UNUSED: readonly string[] = ['customresourcedefinitions', 'services'];

describe.each(LIMITED)('%s, by who has no right on the cluster', (_profile, commands, serves) => {
  const [byAdministrator = '', byTenant = ''] = commandsUnder(PAGE, WITHOUT_CLUSTER_RIGHTS).map(commands);
  const [, installation = ''] = byTenant.split('\n');
  const change = (label: string): string =>
    `${installation.replace(' install ', ' upgrade ')} --set commonLabels.is=${label}`;
  const uninstall = 'helm uninstall external-secrets --namespace team-a --ignore-not-found';
  let cluster: Cluster;
  let tenant: UserShell;
  beforeAll(async () => {
    cluster = await Cluster.start('team-b');
    tenant = await cluster.installer('tenant', [['questions'], ['namespace', 'team-a']]);
    await cluster.admin.run(byAdministrator.split('\n')[0] ?? '');
    await tenant.run(byTenant);
  }, BUILD_MS);
  afterAll(() => cluster.stop());

  test('core serves what was asked for, and is changed', async () => {
    await tenant.run(change('first'));
    const flags = 'kubectl get deployment external-secrets --namespace team-a --output jsonpath={..args}';
    expect(await tenant.run(flags)).toContain(`"--namespaces=${serves}"`);
  });

  const ofTenant = LESS.filter(({ whole }) => !whole.metadata.name.endsWith('-cluster'));

  test.each(ofTenant.filter(({ resource }) => UNUSED.includes(resource)))(
    'without $what it is installed all the same',
    async ({ less, whole }) => {
      await cluster.apply(less);
      await tenant.run(`${uninstall}\n${installation}`);
      await cluster.apply(whole);
    },
    LONG_MS,
  );

  test.each(ofTenant.filter(({ resource }) => !UNUSED.includes(resource)))(
    'without $what it is refused, and the right is named',
    async (rule) => {
      const commands = { change: change('less'), uninstall, install: installation };
      await expectRefusal(cluster, tenant, rule, commands);
    },
    LONG_MS,
  );
});
