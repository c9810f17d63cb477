import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { FaultyCore } from '../support/faulty-core.ts';

const TENANT = 'stale';
/** How many objects are in the case of the issue; it had 300, of which 266 stayed away. */
const OBJECTS = 100;

let core: FaultyCore;
beforeAll(async () => {
  core = await FaultyCore.start(TENANT, { red: { a: 'red-a', b: 'red-b' }, blue: { a: 'blue-a', b: 'blue-b' } });
});
afterAll(() => core.stop());

const encoded = (text: string): string => Buffer.from(text).toString('base64');

test(`${OBJECTS} Secrets, each deleted as it appears, come back`, async () => {
  const deleted = new Set<string>();
  const stop = core.proxy.intercept({
    matches: ({ verb, resource, name = '' }) =>
      verb === 'create' && resource === 'secrets' && name.startsWith('many-') && !deleted.has(name),
    after: async ({ name = '' }) => {
      deleted.add(name);
      await core.deleteSecret(name);
      // Long enough for the delete event to be there first, for most of them.
      await sleep(100);
      return undefined;
    },
  });
  for (let index = 0; index < OBJECTS; index++) await core.create({ name: `many-${index}`, store: 'red', keys: ['a'] });
  await eventually(async () => {
    const { items } = await core.admin.list(secrets, { namespace: TENANT });
    expect(items.filter(({ data }) => data?.['a'] === encoded('red-a'))).toHaveLength(OBJECTS);
  });
  expect(deleted.size).toBe(OBJECTS);
  stop();
});

test('a Secret whose delete event comes before the answer to its creation comes back', async () => {
  core.proxy.intercept(
    onlyFirst(
      intercepting(
        { verb: 'create', resource: 'secrets', name: 'early' },
        {
          after: async () => {
            const told = core.told('DELETED', 'secrets', 'early');
            await core.deleteSecret('early');
            await told;
            return undefined;
          },
        },
      ),
    ),
  );
  await core.create({ name: 'early', store: 'red', keys: ['a', 'b'] });
  await core.holds('early', { a: 'red-a', b: 'red-b' });
});

test('a Secret made and deleted while its watch was silent comes back when a new list shows its absence', async () => {
  const hold = core.proxy.hold({ resource: 'secrets' });
  await core.create({ name: 'silent', store: 'red', keys: ['a'] });
  await core.system.ready(TENANT, 'silent');
  await core.deleteSecret('silent');
  await eventually(() => expect(hold.events).toContainEqual({ type: 'DELETED', name: 'silent' }));
  hold.expire();
  await core.holds('silent', { a: 'red-a' });
});

test('a Secret that was only read, since the answer to its creation was lost, comes back when a new list shows its absence [1.6.18]', async () => {
  const hold = core.proxy.hold({ resource: 'secrets' });
  const lost = intercepting({ verb: 'create', resource: 'secrets', name: 'read' }, { after: () => ({ kind: 'cut' }) });
  core.proxy.intercept(onlyFirst(lost));
  await core.create({ name: 'read', store: 'red', keys: ['a'] });
  await core.system.ready(TENANT, 'read');
  await core.deleteSecret('read');
  await eventually(() => expect(hold.events).toContainEqual({ type: 'DELETED', name: 'read' }));
  hold.expire();
  await core.holds('read', { a: 'red-a' });
});

test('a target renamed before its creation was seen leaves no Secret behind', async () => {
  const hold = core.proxy.hold({ resource: 'secrets' });
  await core.create({ name: 'renamed', store: 'red', keys: ['a'], target: 'first-name' });
  await core.system.ready(TENANT, 'renamed');
  await core.change({ name: 'renamed', store: 'red', keys: ['a'], target: 'second-name' });
  await core.holds('second-name', { a: 'red-a' });
  await core.atRest();
  hold.release();
  await eventually(async () => expect(await core.system.values(TENANT, 'first-name')).toBeUndefined());
});

test('an ExternalSecret deleted while its values are fetched leaves no Secret', async () => {
  const thaw = core.freezeProvider();
  await core.create({ name: 'gone', store: 'red', keys: ['a'] });
  await core.busy();
  const told = core.told('DELETED', 'externalsecrets', 'gone');
  await core.deleteExternalSecret('gone');
  await told;
  thaw();
  expect(await core.events('gone')).toEqual([]);
  expect(core.sent('secrets', 'gone')).toEqual([]);
});

test('an ExternalSecret that points at another store while values are fetched gets those of the other alone', async () => {
  const thaw = core.freezeProvider();
  await core.create({ name: 'turned', store: 'red', keys: ['a'] });
  await core.busy();
  const told = core.told('MODIFIED', 'externalsecrets', 'turned');
  await core.change({ name: 'turned', store: 'blue', keys: ['a'] });
  await told;
  thaw();
  await core.holds('turned', { a: 'blue-a' });
  expect(await core.events('turned')).toEqual(['Normal Created']);
  expect(core.sent('secrets', 'turned').join()).not.toContain(encoded('red-a'));
});

test('an ExternalSecret deleted with its Secret before the answer to its status stays deleted', async () => {
  core.proxy.intercept(
    onlyFirst(
      intercepting(
        { verb: 'update', resource: 'externalsecrets', name: 'ghost', subresource: 'status' },
        {
          after: async () => {
            const told = Promise.all([
              core.told('DELETED', 'externalsecrets', 'ghost'),
              core.told('DELETED', 'secrets', 'ghost'),
            ]);
            await core.deleteExternalSecret('ghost');
            await core.deleteSecret('ghost');
            await told;
            return undefined;
          },
        },
      ),
    ),
  );
  await core.create({ name: 'ghost', store: 'red', keys: ['a'] });
  await eventually(() => expect(core.sent('externalsecrets', 'ghost')).not.toEqual([]));
  await core.atRest();
  expect(await core.system.values(TENANT, 'ghost')).toBeUndefined();
});

test.each(['get', 'update'] as const)(
  'a Secret deleted before core’s %s of it is created, and that is no failure',
  async (verb) => {
    const name = `absent-${verb}`;
    await core.create({ name, store: 'red', keys: ['a'] });
    await core.system.ready(TENANT, name);
    await core.atRest();
    let deleted = false;
    const before = async (): Promise<undefined> => {
      await core.deleteSecret(name);
      deleted = true;
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb, resource: 'secrets', name }, { before })));
    // A new key is a reason to write, whatever has become of the Secret.
    await core.change({ name, store: 'red', keys: ['a', 'b'] });
    await core.holds(name, { a: 'red-a', b: 'red-b' });
    expect(deleted).toBe(true);
    expect((await core.events(name)).filter((event) => event.startsWith('Warning'))).toEqual([]);
    expect(core.sent('externalsecrets', name).join()).not.toContain('"status":"False"');
    const { status } = await core.admin.get(externalSecrets, { namespace: TENANT, name });
    expect(status?.conditions).toMatchObject([{ type: 'Ready', status: 'True' }]);
  },
);
