/**
 * Least privilege, in both directions: what programs do is allowed, and each right that a chart grants is needed by something that
 * they do. What they ask of the API server is read in its audit log; each right is taken out in turn, and the request is refused.
 */
import { eventually, type Manifest, mayDo, type Right, rightsOf, serviceAccountUser } from '@eso/testing';
import { type AuditedRequest, covers } from './audited-requests.ts';
import { type Behaviour, rightsIn, wordsOf } from './behaviour.ts';
import { CERTIFICATE_BEHAVIOURS } from './certificate-behaviours.ts';
import { CORE_BEHAVIOURS } from './core-behaviours.ts';
import { roleWithout, unboundRoles } from './granted.ts';
import { PROVIDER_BEHAVIOURS } from './provider-behaviours.ts';
import { LISTING, withoutStreamedLists } from './listing.ts';
import { placedRights, World } from './world.ts';

const ROLES = '/apis/rbac.authorization.k8s.io/v1';
const BEHAVIOURS: readonly Behaviour[] = [...CERTIFICATE_BEHAVIOURS, ...CORE_BEHAVIOURS, ...PROVIDER_BEHAVIOURS];

let world: World;
let documents: readonly Manifest[];
/** Of both systems. */
let requests: AuditedRequest[] = [];

beforeAll(async () => {
  documents = await placedRights();
  requests = await withoutStreamedLists();
  world = await World.start();
}, 300_000);
afterAll(() => world[Symbol.asyncDispose]());

describe('what is done', () => {
  test.each(BEHAVIOURS.map((each) => [each.name, each] as const))('%s', async (_, behaviour) => {
    const before = behaviour.atStart ? 0 : (await world.requests()).length;
    await behaviour.run(world);
    await eventually(async () => {
      const since = (await world.requests()).slice(before);
      const missing = behaviour.needs.flatMap(rightsIn).filter((right) => !since.some((each) => covers(right, each)));
      expect(missing.map(wordsOf)).toEqual([]);
    });
  });

  test(LISTING.name, () => {
    const missing = LISTING.needs.flatMap(rightsIn).filter((right) => !requests.some((each) => covers(right, each)));
    expect(missing.map(wordsOf)).toEqual([]);
  });

  test('is all allowed', async () => {
    requests = [...requests, ...(await world.requests())];
    expect(requests.filter(({ status }) => status === 403)).toEqual([]);
    expect(requests.length).toBeGreaterThan(100);
  });
});

/** Every need, with who has it. */
const NEEDS: readonly (readonly [right: string, behaviour: string])[] = [...BEHAVIOURS, LISTING].flatMap(
  ({ name, needs, within }) =>
    [...needs, ...(within ? [within.right] : [])].flatMap(rightsIn).map((right) => [wordsOf(right), name] as const),
);
const byRight = [...new Map(NEEDS)].sort();

test('each right that charts grant is needed, and each that is needed is granted', () => {
  expect(byRight.map(([right]) => right)).toEqual([...new Set(rightsOf(documents).map(wordsOf))].sort());
});

test('roles that no ServiceAccount of ours has are those for people, which have tests of their own', () => {
  expect(unboundRoles(documents)).toEqual([
    'ClusterRole /external-secrets-provider-registrar',
    'ClusterRole /external-secrets-metrics-reader',
  ]);
});

describe('a right taken out', () => {
  const place = ({ kind, metadata: { name, namespace } }: Manifest): string =>
    namespace === undefined
      ? `${ROLES}/${kind.toLowerCase()}s/${name}`
      : `${ROLES}/namespaces/${namespace}/roles/${name}`;
  const put = (role: Manifest): Promise<unknown> => world.system.admin.request('PUT', place(role), { body: role });

  test.each(byRight)('%s: without it not so: %s', async (words) => {
    const [right] = rightsIn(words) as [Right];
    const within = BEHAVIOURS.find((each) => each.within?.right === words)?.within;
    const request = requests.find((each) => covers(right, each));
    const served = within
      ? () =>
          within.send(world).then(
            () => true,
            () => false,
          )
      : () => allowed(request ?? right);
    const { whole, without } = roleWithout(documents, right);
    await put(without);
    try {
      await eventually(async () => expect(await served()).toBe(false));
    } finally {
      await put(whole);
    }
    await eventually(async () => expect(await served()).toBe(true));
  });

  /** Whether the API server would take a request, as it was sent. */
  function allowed({ account, ...access }: Right): Promise<boolean> {
    // What is created has a name in its body alone, which is not asked about.
    const isNamed = access.verb !== 'create' || access.resource.includes('/');
    const asked = isNamed ? access : { ...access, name: undefined };
    return mayDo(world.system.admin, serviceAccountUser(account), asked);
  }
});
