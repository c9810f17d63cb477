import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyVaultServer, startKeyVault } from '../index.ts';
import { allRules } from '../rules.ts';
import { clientEnvironment, type Judge, type Outcome, startJudge } from './run.ts';
import { SWITCHES } from './switches.ts';

const real = process.env['AZURE_KEYVAULT_URL'];
let judge: Judge;

beforeAll(async () => {
  judge = await startJudge();
});
afterAll(() => judge.stop());

const idsOf = (outcomes: readonly Outcome[], outcome: Outcome['outcome']): string[] =>
  outcomes.filter((each) => each.outcome === outcome).map((each) => each.case);

test("Microsoft's own clients are content with every case of the table [V13.3.1]", async () => {
  const started = performance.now();
  const outcomes = await judge.run();
  const counts = `${idsOf(outcomes, 'passed').length} passed, ${idsOf(outcomes, 'notRun').length} not run`;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stderr.write(`${outcomes.length} cases against ${real ?? 'the test server'}: ${counts}, in ${seconds} s\n`);
  expect(outcomes.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect(outcomes.length).toBeGreaterThan(290);
  if (!real) expect(idsOf(outcomes, 'notRun')).toEqual([]);
});

const testServer = real ? describe.skip : describe;

testServer('a rule of the server that is switched off turns its cases red', () => {
  const names = Object.keys(allRules()) as (keyof typeof SWITCHES)[];

  test.each(names)('%s', async (name) => {
    const cases = SWITCHES[name];
    const rules = judge.server!.rules;
    rules[name] = false;
    try {
      expect(idsOf(await judge.run(cases), 'failed')).toEqual(cases);
    } finally {
      rules[name] = true;
    }
    expect(idsOf(await judge.run(cases), 'passed')).toEqual(cases);
  });
});

testServer('before a vault that is not its to arrange', () => {
  const [TENANT, APP] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
  let server: KeyVaultServer;
  let dir: string;

  beforeAll(async () => {
    server = await startKeyVault({
      tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: 'p' }] }] }],
      vaults: [{ name: 'visited', tenantId: TENANT, access: { [APP]: 'all' } }],
    });
    dir = await mkdtemp(join(tmpdir(), 'key-vault-visited-'));
    await writeFile(join(dir, 'ca.pem'), server.ca);
  });
  afterAll(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('it runs what needs no arranging, and leaves nothing behind', async () => {
    const vault = server.vault('visited');
    const visitor = await startJudge({
      ...process.env,
      ...clientEnvironment(server, join(dir, 'ca.pem')),
      AZURE_KEYVAULT_URL: vault.url,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: APP,
      AZURE_CLIENT_SECRET: 'p',
    });
    const shelves = [vault.secrets, vault.keys, vault.certificates];
    const left = (): number => shelves.flatMap((shelf) => [...shelf.list(), ...shelf.deletedList()]).length;
    const cases = ['secrets.set ok', 'keys.delete soft-deleted', 'certificates.importPem ok', 'secrets.get 403'];
    const outcomes = await visitor.run(cases);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'notRun']);
    expect(left()).toBeGreaterThan(0);
    await visitor.stop();
    expect(left()).toBe(0);
  });
});
