import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `main` (source of a function body with `flags`, `logger`, `signal`) in a real process. */
function start(
  main: string,
  args: string[] = [],
): { child: ChildProcess; sees: (text: string) => Promise<void>; outcome: Promise<Outcome> } {
  const source = `
    import { runMain } from ${JSON.stringify(index)};
    runMain({
      name: 'sample',
      flags: { answer: { type: 'number', default: 42, describe: 'The answer' } },
      main: async ({ flags, logger, signal }) => { ${main} },
    });`;
  const options = ['--conditions=@eso/source', '--input-type=module', '--eval', source, '--', 'sample', ...args];
  const child = spawn(process.execPath, options, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  running.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const outcome = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const sees = async (text: string): Promise<void> => {
    while (!stdout.includes(text)) {
      if (child.exitCode !== null) throw new Error(`exited with ${child.exitCode}: ${stdout}${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { child, sees, outcome };
}

const UNTIL_STOPPED = `logger.info('up'); await new Promise((done) => { const t = setInterval(() => 0, 1000); signal.onabort = () => { clearInterval(t); done(); }; });`;

test('a process that is done exits 0', async () => {
  await expect(start(`logger.info({ answer: flags.answer }, 'hello');`, ['--answer=7']).outcome).resolves.toMatchObject(
    {
      code: 0,
      stdout: expect.stringMatching(/"answer":7,"msg":"hello"/) as string,
    },
  );
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s aborts the signal; the process cleans up and exits 0', async (name) => {
  const { child, sees, outcome } = start(`${UNTIL_STOPPED} logger.info('cleaned up');`);
  await sees('"up"');
  child.kill(name);
  await expect(outcome).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('cleaned up') as string });
});

test('what the signal interrupts is no failure', async () => {
  const { child, sees, outcome } = start(
    `logger.info('up'); const t = setInterval(() => 0, 1000); await new Promise((_, fail) => { signal.onabort = () => { clearInterval(t); fail(signal.reason); }; });`,
  );
  await sees('"up"');
  child.kill('SIGTERM');
  await expect(outcome).resolves.toMatchObject({ code: 0 });
});

test('a second signal ends a process that does not stop', async () => {
  const { child, sees, outcome } = start(`logger.info('up'); setInterval(() => 0, 1000); await new Promise(() => 0);`);
  await sees('"up"');
  child.kill('SIGTERM');
  await sees('"stopping"');
  child.kill('SIGTERM');
  await expect(outcome).resolves.toMatchObject({ code: 1 });
});

test.each([
  ['an error', `throw new Error('boom');`],
  [
    'an unhandled rejection',
    `void Promise.reject(new Error('boom')); await new Promise((done) => setTimeout(done, 60000));`,
  ],
  [
    'an uncaught exception',
    `setTimeout(() => { throw new Error('boom'); }, 1); await new Promise((done) => setTimeout(done, 60000));`,
  ],
])('%s is logged, and the process exits 1', async (_name, main) => {
  const { code, stdout } = await start(main).outcome;
  expect(code).toBe(1);
  expect(stdout).toMatch(/"level":"fatal".*boom/);
});

test('a bad flag is explained on standard error and exits 1', async () => {
  await expect(start('', ['--anwser=1']).outcome).resolves.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('sample: unknown flag --anwser') as string,
  });
});

test('--help lists own and common flags and exits 0', async () => {
  const { code, stdout } = await start('', ['--help']).outcome;
  expect(code).toBe(0);
  expect(stdout).toContain('--answer=NUMBER');
  expect(stdout).toContain('--loglevel=TEXT');
});
