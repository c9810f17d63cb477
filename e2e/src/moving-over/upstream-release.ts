/** A release of upstream's shape with what its users have, for Helm to move over. */
import type { TestCluster } from '@eso/testing';
import { type Migrant, migrants, STORED } from '@eso/upstream-model';
import { leaveBehind } from './leave-behind.ts';
import { leaveStatus, STORES, writeStores } from './stores.ts';

/** Namespaces of users. */
export const TEAMS = ['team-a', 'team-b'] as const;
/** What to give `helm install` and `upgrade` for it. */
export const UPSTREAM = 'external-secrets/external-secrets --version 2.9.0';

/** Runs a user's commands, and returns what they print. */
export interface Shell {
  run(commands: string): Promise<string>;
}

/** Objects of kinds that our charts do not have, or that only one of a provider has. */
const OTHER_KINDS = TEAMS.map(
  (namespace) => `apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: { name: outwards, namespace: ${namespace} }
spec: { selector: { secret: { name: some } } }
---
apiVersion: generators.external-secrets.io/v1alpha1
kind: Password
metadata: { name: random, namespace: ${namespace} }
spec: { length: 12 }
---
apiVersion: generators.external-secrets.io/v1alpha1
kind: ECRAuthorizationToken
metadata: { name: registry, namespace: ${namespace} }
spec: { region: eu-central-1 }
`,
).join('---\n');

/**
 * Installs the release as `external-secrets`, and leaves what upstream's programs would: they are not there, so its webhook is turned on
 * once everything is written.
 * @param count of ExternalSecrets
 */
export async function upstreamWithUsers(cluster: TestCluster, shell: Shell, count: number): Promise<Migrant[]> {
  const client = cluster.client();
  for (const namespace of TEAMS) await cluster.ensureNamespace(namespace);
  const release = `external-secrets ${UPSTREAM} --namespace external-secrets`;
  await shell.run(`helm install ${release} --create-namespace --set webhook.create=false,crds.conversion.enabled=true`);
  await shell.run('kubectl wait --for=condition=Established crd --all');
  await writeStores(client, TEAMS, STORED);
  await leaveStatus(client);
  const all = migrants({ count, namespaces: TEAMS, stores: STORES });
  await leaveBehind(client, all);
  await cluster.apply(OTHER_KINDS);
  await shell.run(`helm upgrade ${release} --reuse-values --set webhook.create=true,webhook.replicaCount=2`);
  return all;
}

const KINDS =
  'externalsecrets,secretstores,pushsecrets,passwords.generators.external-secrets.io,ecrauthorizationtokens,' +
  'clustersecretstores,secrets';

interface Kept {
  readonly kind: string;
  readonly metadata: {
    readonly namespace?: string;
    readonly name: string;
    readonly uid: string;
    readonly generation?: number;
  };
  readonly data?: object;
}

/** Everything of the users, by kind and name, with what would tell that it is another, or was changed: uid, generation of the spec, data. */
export async function belongings(shell: Shell): Promise<Record<string, string>> {
  const { items } = JSON.parse(await shell.run(`kubectl get ${KINDS} --all-namespaces --output json`)) as {
    readonly items: readonly Kept[];
  };
  const theirs = items.filter(({ metadata: { namespace = TEAMS[0] } }) => TEAMS.some((team) => team === namespace));
  return Object.fromEntries(
    theirs.map(({ kind, metadata: { namespace = '', name, uid, generation = 0 }, data }) => [
      `${kind} ${namespace}/${name}`,
      `${uid} ${generation} ${JSON.stringify(data ?? {})}`,
    ]),
  );
}
