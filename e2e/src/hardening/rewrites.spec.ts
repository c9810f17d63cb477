// What a rewrite or a conversion makes of keys: nothing is lost without a word, nothing grows without bound, and what takes long is
// done in a worker. Each of these keeps its refresh at an hour: only the first pass counts.
import { eventually } from '@eso/testing';
import { fakeStore, System } from '../support/system.ts';

const TENANT = 'rewrites';
let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
  const values: Record<string, string> = {
    'app/a1': 'one',
    'app/a2': 'two',
    document: '{"pass/word":1,"pass_word":2}',
    text: 'hunter2',
  };
  for (let i = 0; i < 40; i++) values[`long/${'k'.repeat(200)}${i}`] = `value ${i}`;
  await system.apply(fakeStore(TENANT, 'store', values));
}, 120_000);
afterAll(() => system.stop());

/** An ExternalSecret with one `dataFrom` entry. */
async function applyFrom(name: string, entry: object): Promise<void> {
  await system.apply(
    JSON.stringify({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace: TENANT, name },
      spec: { refreshInterval: '1h', secretStoreRef: { kind: 'Provider', name: 'store' }, dataFrom: [entry] },
    }),
  );
}

const find = (regexp: string) => ({ name: { regexp } });
const rewrite = (source: string, target: string) => ({ regexp: { source, target } });

test.concurrent('a rewrite that leaves nothing of a key fails, and says which expression and of how many', async () => {
  await applyFrom('emptied', { find: find('^app'), rewrite: [rewrite('.*', '')] });
  const { message } = await system.failed(TENANT, 'emptied', 'KEY_EMPTY');
  expect(message).toContain('spec.dataFrom[0].rewrite[0].regexp: ');
  expect(message).toContain('the expression ".*" leaves nothing of 2 of 2 keys');
});

test.concurrent('two keys rewritten to one are told by expression and count, not by their names', async () => {
  await applyFrom('collision', { find: find('^app'), rewrite: [rewrite('[0-9]$', '')] });
  const { message } = await system.failed(TENANT, 'collision', 'KEY_COLLISION');
  expect(message).toContain('spec.dataFrom[0].rewrite[0].regexp: ');
  expect(message).toContain(
    'the expression "[0-9]$" gives 1 of 2 keys a name that another key with a different value has',
  );
});

test.concurrent('keys from inside of a secret are counted, not named', async () => {
  await applyFrom('document', { extract: { key: 'document' } });
  const { message } = await system.failed(TENANT, 'document', 'KEY_COLLISION');
  expect(message).toContain('of 2 keys 1 becomes the same as another one');
  expect(message).not.toContain('pass');
});

test.concurrent('an extract of what is no object says so, and names what was written', async () => {
  await applyFrom('no-object', { extract: { key: 'text' } });
  const { message } = await system.failed(TENANT, 'no-object', 'NOT_AN_OBJECT');
  expect(message).toContain('secret text is not a JSON object');
  expect(message).not.toContain('property');
});

test.concurrent('a key that doubles ends at the step that makes it too long', async () => {
  await applyFrom('doubling', { find: find('^app'), rewrite: Array(14).fill(rewrite('(.*)', '$1$1')) });
  const { message } = await system.failed(TENANT, 'doubling', 'DATA_TOO_LARGE');
  expect(message).toContain('spec.dataFrom[0].rewrite[7].regexp: ');
  expect(message).toContain('more than 1024 bytes');
});

test.concurrent('an expression that is too large is refused before it is compiled', async () => {
  await applyFrom('too-large', {
    find: find('^app'),
    rewrite: [rewrite('(?i)(\\pL\\pN?){1000}(\\pL\\pN?){500}', 'x')],
  });
  const { message } = await system.failed(TENANT, 'too-large', 'REGEXP_TOO_LARGE');
  expect(message).toContain('spec.dataFrom[0].rewrite[0].regexp.source: ');
  expect(message).toContain('more than 5000 instructions');
});

test.concurrent('work that is long and ends is done in a worker, in core and in the provider', async () => {
  await applyFrom('long', {
    find: find('^long/k*[0-9]+([a-z]?){150}$'),
    rewrite: [rewrite('^long_([a-z]?){190}k*', 'k')],
  });
  await system.ready(TENANT, 'long');
  expect(Object.keys((await system.values(TENANT, 'long')) ?? {})).toHaveLength(40);
  const { installation } = system;
  await eventually(async () => {
    expect(await installation.metrics(installation.core)).toMatch(
      /worker_jobs_total\{task="shape",result="done"\} [1-9]/,
    );
    expect(await installation.metrics(installation.providers['fake']!)).toMatch(
      /worker_jobs_total\{task="select",result="done"\} [1-9]/,
    );
  });
});
