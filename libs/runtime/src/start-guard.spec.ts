import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type StartConditions, startProblem } from './start-guard.ts';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));
const sound: StartConditions = {
  env: {},
  execArgv: [],
  tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384:HIGH:!aNULL:!eNULL:!EXPORT' },
};

/** Runs a main program that would end at once with "started", with Node's own flags and an environment. */
async function run(env: NodeJS.ProcessEnv, nodeFlags: string[] = []): Promise<{ code: number; text: string }> {
  const source = `
    import { runMain } from ${JSON.stringify(index)};
    runMain({ name: 'sample', flags: {}, main: async () => process.stdout.write('started') });`;
  const args = [...nodeFlags, '--conditions=@eso/source', '--input-type=module', '--eval', source, '--', 'sample'];
  const options = { env: { PATH: process.env['PATH'], ...env } };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr, stdout } = error as { code: number; stderr: string; stdout: string };
    return { code, text: `${stderr}${stdout}` };
  }
}

test.each<[NodeJS.ProcessEnv, string[], RegExp]>([
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [], /^sample: NODE_TLS_REJECT_UNAUTHORIZED=0 .*: remove it/m],
  [{ NODE_OPTIONS: '--tls-min-v1.0' }, [], /^sample: Node's flags allow TLSv1: remove/m],
  [{}, ['--tls_min_v1.1'], /^sample: Node's flags allow TLSv1.1: remove/m],
  [{ NODE_OPTIONS: '--tls-max-v1.2' }, [], /^sample: Node's flags do not allow TLS 1.3/m],
  [{ NODE_OPTIONS: '--tls-keylog=/dev/null' }, [], /^sample: --tls-keylog writes the keys/m],
  [{ NODE_OPTIONS: '"--tls_keylog=/dev/null"' }, [], /^sample: --tls-keylog writes the keys/m],
  [{}, ['--trace-tls'], /^sample: --trace-tls prints/m],
  [{ NODE_OPTIONS: '--insecure-http-parser' }, [], /^sample: --insecure-http-parser lets/m],
  [{ NODE_OPTIONS: '--tls-cipher-list=eNULL:@SECLEVEL=0' }, [], /^sample: --tls-cipher-list has ciphers/m],
])('with %j and flags %j no process starts, and it says why', async (env, flags, message) => {
  const { code, text } = await run(env, flags);
  expect(text).toMatch(message);
  expect(text).not.toContain('started');
  expect(code).toBe(2);
});

test.each<[NodeJS.ProcessEnv, string[]]>([
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }, []],
  [{ NODE_EXTRA_CA_CERTS: '/dev/null', NODE_OPTIONS: '--tls-min-v1.3 --max-old-space-size=200' }, []],
  [{}, ['--no-insecure-http-parser']],
])('with %j and flags %j it starts', async (env, flags) => {
  expect(await run(env, flags)).toMatchObject({ code: 0, text: expect.stringContaining('started') as string });
});

test.each([
  ['eNULL', false],
  ['HIGH:aNULL', false],
  ['ALL:@SECLEVEL=0', false],
  ['ADH-AES128-SHA:HIGH', false],
  ['HIGH:!aNULL:!eNULL', true],
  ['ECDHE+AESGCM:-aNULL', true],
  ['DEFAULT@SECLEVEL=0', false],
  ['ECDHE-RSA-NULL-SHA', false],
  ['DEFAULT@SECLEVEL=2', true],
])('ciphers %s', (ciphers, allowed) => {
  expect(startProblem({ ...sound, tls: { ...sound.tls, ciphers } }) === undefined).toBe(allowed);
});

test('a flag that a later one takes back does nothing', () => {
  const env = { NODE_OPTIONS: '--insecure-http-parser' };
  expect(startProblem({ ...sound, env })).toContain('--insecure-http-parser');
  expect(startProblem({ ...sound, env, execArgv: ['--no-insecure-http-parser'] })).toBeUndefined();
});

test("Node's own defaults are sound", () => {
  expect(startProblem()).toBeUndefined();
});
