/** What STS is asked for a role, and how often. The emulator checks no trust policy and drops tags: the requests are looked at on the way. */
import { ManualClock } from '@eso/runtime';
import { AwsProxy, eventually } from '@eso/testing';
import type { AwsStoreConfig } from './config/aws.ts';
import { AwsLab, type InlineStoreKind, refusedCall, REGION } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::123456789012:role/app';
const HOP = 'arn:aws:iam::123456789012:role/hop';
const MINUTE_MS = 60_000;

let lab: AwsLab;
let proxy: AwsProxy;
const clock = new ManualClock(Date.now());

interface Assumed {
  readonly role: string | undefined;
  readonly externalId: string | undefined;
  readonly tags: Record<string, string>;
  readonly transitive: readonly string[];
}

/** What was asked for, of each call. */
function assumed(): Assumed[] {
  return proxy.of('AssumeRole').map(({ body }) => {
    const form = new URLSearchParams(body);
    const members = (pattern: RegExp) => [...form].flatMap(([name, value]) => (pattern.test(name) ? [value] : []));
    const values = members(/^Tags\.member\.\d+\.Value$/);
    return {
      role: form.get('RoleArn') ?? undefined,
      externalId: form.get('ExternalId') ?? undefined,
      tags: Object.fromEntries(members(/^Tags\.member\.\d+\.Key$/).map((key, index) => [key, values[index] ?? ''])),
      transitive: members(/^TransitiveTagKeys\.member\.\d+$/),
    };
  });
}

const denial = (message: string) => ({
  status: 403,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
    provider: { clock },
  });
});

beforeEach(() => {
  proxy.reset();
  // Reads need no secret here: who asks is what counts.
  answerReads();
});

afterAll(async () => {
  const stopped = lab.stop();
  // What waits on its way out waits by this clock.
  await Promise.race([stopped, passTime()]);
  await stopped;
  await proxy.stop();
});

async function passTime(): Promise<never> {
  for (;;) {
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A store that is read now and then is not closed as idle. */
async function readEachMinute(config: string, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await clock.advance(MINUTE_MS);
    await lab.get(config, 'db');
  }
}

function answerReads(): void {
  const body = JSON.stringify({ ARN: 'arn', Name: 'db', VersionId: 'v', SecretString: 'value' });
  proxy.script = async ({ operation }, forward) => {
    if (operation === 'GetSecretValue') return { status: 200, body };
    // The emulator's sessions end in real time.
    const end = new Date(clock.now() + 15 * MINUTE_MS).toISOString();
    const answer = await forward();
    return { ...answer, body: answer.body.replace(/(?<=<Expiration>)[^<]*/, end) };
  };
}

describe.each<InlineStoreKind>(['SecretStore', 'ClusterSecretStore'])('a %s', (kind) => {
  let count = 0;
  const store = (config: Partial<AwsStoreConfig>): string => {
    const name = `${kind.toLowerCase()}-${++count}`;
    lab.store(kind, name, { role: ROLE, ...config });
    return name;
  };
  const written = { sessionTags: [{ key: 'team', value: 'a' }], customSessionTags: { cost: '7', empty: '' } };

  test('has the tags that are written, and no others, without a policy; STS is asked in the region of the store [V2.1.1] [V2.2.8] [V13.2.3]', async () => {
    await lab.get(store(written), 'db');
    expect(assumed()).toEqual([{ role: ROLE, externalId: undefined, tags: { team: 'a' }, transitive: [] }]);
    expect(proxy.of('AssumeRole').map(({ region }) => region)).toEqual([REGION]);
  });

  test.each([
    ['Simple', {}],
    ['Custom', { cost: '7' }],
  ] as const)('has tags of who uses which store by policy %s [V2.2.8] [V13.2.3]', async (sessionTagsPolicy, more) => {
    const name = store({ ...written, sessionTagsPolicy, transitiveTagKeys: ['esoNamespace'] });
    await lab.get(name, 'db');
    const tags = { esoNamespace: 'team-a', esoStoreName: name, esoStoreKind: kind, ...more };
    expect(assumed()).toEqual([{ role: ROLE, externalId: undefined, tags, transitive: ['esoNamespace'] }]);
  });

  test('says what of its tags has no effect', async () => {
    const warnings = async (config: Partial<AwsStoreConfig>) =>
      (await lab.provider.client.store.validate(lab.request(store({ ...written, ...config })))).warnings;
    const at = 'spec.provider.aws';
    expect(await warnings({})).toEqual([`${at}.customSessionTags has no effect with ${at}.sessionTagsPolicy None`]);
    expect(await warnings({ sessionTagsPolicy: 'Simple' })).toEqual([
      `${at}.sessionTags has no effect with ${at}.sessionTagsPolicy Simple`,
      `${at}.customSessionTags has no effect with ${at}.sessionTagsPolicy Simple`,
    ]);
    expect(await warnings({ sessionTagsPolicy: 'Custom', sessionTags: [] })).toEqual([
      `${at}.customSessionTags has a key or a value that is empty, which is left out`,
    ]);
  });

  test('assumes the roles before the last with nothing of it [V2.2.7]', async () => {
    await lab.get(
      store({ ...written, additionalRoles: [HOP], externalID: 'ticket', transitiveTagKeys: ['team'] }),
      'db',
    );
    expect(assumed()).toEqual([
      { role: HOP, externalId: undefined, tags: {}, transitive: [] },
      { role: ROLE, externalId: 'ticket', tags: { team: 'a' }, transitive: ['team'] },
    ]);
  });

  test('whose role does not trust it is told what the trust policy has to say [V13.2.2]', async () => {
    const trusting = ({ body }: { readonly body: string }) => new URLSearchParams(body).get('ExternalId') === 'right';
    proxy.script = (request) =>
      request.operation === 'AssumeRole' && !trusting(request)
        ? denial('not authorized to perform: sts:AssumeRole')
        : undefined;
    const { code, error } = await refusedCall(
      lab.get(store({ externalID: 'wrong', sessionTags: [{ key: 'team', value: 'a' }] }), 'db'),
    );
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'spec.provider.aws.role']);
    expect(error.nextStep).toBe(
      'allow sts:AssumeRole and sts:TagSession on the role to the identity that assumes it, and name that identity in the trust policy of the role, with this external ID',
    );
    const { warnings } = await lab.provider.client.store.validate(lab.request(store({ externalID: 'right' })));
    expect(warnings).toEqual([]);
  });
});

test('namespaces that use one ClusterSecretStore have sessions of their own, each with its tag', async () => {
  lab.store('ClusterSecretStore', 'shared', { role: ROLE, sessionTagsPolicy: 'Simple' });
  lab.keys('keys', { accessKeyId: 'AKIAOFTEAMB000000000', secretAccessKey: 'x' }, 'team-b');
  const get = (sourceNamespace: string) =>
    lab.provider.client.store.getSecret({ ...lab.request('shared'), sourceNamespace, remoteRef: { key: 'db' } });
  for (const namespace of ['team-a', 'team-b', 'team-a', 'team-b']) await get(namespace);
  expect(assumed().map(({ tags }) => tags['esoNamespace'])).toEqual(['team-a', 'team-b']);
  const signers = proxy.of('GetSecretValue').map(({ accessKeyId }) => accessKeyId);
  expect([signers[2], signers[3]]).toEqual([signers[0], signers[1]]);
  expect(signers[0]).not.toBe(signers[1]);
});

test('a session is made once for its life, and anew before its end, while the old one serves on', async () => {
  lab.config('lasting', { role: ROLE });
  for (let read = 0; read < 200; read += 1) await lab.get('lasting', 'db');
  expect(assumed()).toHaveLength(1);
  const [first] = proxy.of('GetSecretValue').map(({ accessKeyId }) => accessKeyId);
  await readEachMinute('lasting', 11);
  expect(assumed()).toHaveLength(1);
  // A fifth of fifteen minutes is left.
  await readEachMinute('lasting', 1);
  expect(proxy.of('GetSecretValue').at(-1)?.accessKeyId).toBe(first);
  await eventually(() => expect(assumed()).toHaveLength(2));
  await eventually(async () => {
    await lab.get('lasting', 'db');
    expect(proxy.of('GetSecretValue').at(-1)?.accessKeyId).not.toBe(first);
  });
  expect(assumed()).toHaveLength(2);
});

test('STS that is not there is not an end of the session, and no rejection', async () => {
  lab.config('away', { role: ROLE });
  await lab.get('away', 'db');
  const reads = proxy.script;
  proxy.script = (request, forward) =>
    request.operation === 'AssumeRole' ? { status: 503, body: '<html></html>' } : reads(request, forward);
  await readEachMinute('away', 13);
  await clock.advance(2 * MINUTE_MS);
  const { code } = await refusedCall(lab.get('away', 'db'));
  expect(code).toBe('BACKEND_UNAVAILABLE');
  proxy.script = reads;
  expect(await lab.get('away', 'db')).toBe('value');
});
