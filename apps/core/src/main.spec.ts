import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Each starts a process, which loads the whole program: seconds on a busy machine. */
const START_MS = 60_000;

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Starts core with these flags and waits for its end. */
function start(...flags: string[]): Promise<{ code: unknown; output: string }> {
  const args = ['--conditions=@eso/source', program, ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

test(
  'tokens over plain HTTP: core says so and ends with 1 [6.7.2]',
  async () => {
    const { code, output } = await start('--metrics-auth');
    expect(output).toContain('--metrics-auth requires --metrics-secure');
    expect(code).toBe(1);
  },
  START_MS,
);

test(
  'flags that contradict each other end it with 1, and both are named',
  async () => {
    const { code, output } = await start('--namespace=a', '--namespaces=b');
    expect(output).toContain('--namespace and --namespaces exclude each other: use --namespaces');
    expect(code).toBe(1);
  },
  START_MS,
);

test.each([
  ['webhook', '--port=10250', '6.8.1'],
  ['certcontroller', '--crd-requeue-interval=5m', '6.9.1'],
])(
  'the command %s of External Secrets, with its flag %s, ends it with 1 and says who does that now [%s]',
  async (...args) => {
    const [command, flag] = args;
    const { code, output } = await start(command, flag);
    expect(output).toMatch(
      new RegExp(
        `^external-secrets: there is no command ${command}: the API server judges by ValidatingAdmissionPolicies, .*Delete what`,
      ),
    );
    expect(code).toBe(1);
  },
  START_MS,
);

test(
  'a level of the log that there is not ends it with 1; those of External Secrets are known [6.7.14]',
  async () => {
    const { code, output } = await start('--loglevel=chatty');
    expect(output).toMatch(/flag --loglevel: "chatty" is not one of .*debug, info, warn, error, dpanic, panic, fatal/);
    expect(code).toBe(1);
  },
  START_MS,
);

test(
  'an unknown flag ends it with 1, and the one that was meant is named',
  async () => {
    const { code, output } = await start('--enable-cluster-store-reconcilier=false');
    expect(output).toContain(
      'unknown flag --enable-cluster-store-reconcilier: did you mean --enable-cluster-store-reconciler?',
    );
    expect(code).toBe(1);
  },
  START_MS,
);
