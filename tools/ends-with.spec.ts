import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const started: ChildProcess[] = [];
afterAll(() => started.forEach((child) => child.kill('SIGKILL')));

function start(program: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

/** Goes on until it is killed. */
const GOES_ON = 'setInterval(() => undefined, 1_000); console.log("runs");';

const endsWith = (pid: number | undefined): string =>
  `import { endWith } from ${JSON.stringify(new URL('ends-with.mjs', import.meta.url).href)}; endWith(${String(pid)}); ${GOES_ON}`;

test('a process ends with the one that it is tied to, which is killed, and not before', async () => {
  const other = start(GOES_ON);
  const tied = start(endsWith(other.pid));
  await new Promise((resolve) => tied.stdout?.once('data', resolve));
  expect(tied.exitCode).toBeNull();
  other.kill('SIGKILL');
  await once(tied, 'exit');
  expect(tied.exitCode).toBe(1);
});

test('nobody is kept alive by it', async () => {
  const tied = start(endsWith(process.pid).replace(GOES_ON, ''));
  await once(tied, 'exit');
  expect(tied.exitCode).toBe(0);
});
