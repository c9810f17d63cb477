import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePythonPackage } from '@eso/control-plane/python.mjs';
import { type Cloud, type KeyVaultServer, startKeyVault } from '../index.ts';
import { Control } from './control.ts';

/** How a case ended. */
export interface Outcome {
  readonly case: string;
  /** `notRun`: it needs the test server's controls, and there is a real vault. */
  readonly outcome: 'passed' | 'failed' | 'notRun';
  readonly reason?: string;
}

/** Microsoft's clients, ready to judge. */
export interface Judge {
  /** Absent before a real vault. */
  readonly server: KeyVaultServer | undefined;
  /** Runs cases by id, all of them without. @throws when the clients' process ends */
  readonly run: (cases?: readonly string[]) => Promise<readonly Outcome[]>;
  readonly stop: () => Promise<void>;
}

const TENANT = '11111111-1111-4111-8111-111111111111';
const APP = '22222222-2222-4222-8222-222222222222';
const PASSWORD = 'a-password-of-the-judge';
/** A cloud that no client knows by name. */
const PRIVATE: Cloud = {
  authority: 'login.private.test',
  issuer: 'https://login.private.test/',
  vaultSuffix: 'vault.private.test',
  registrySuffix: 'registry.private.test',
  management: ['https://management.private.test'],
};
const here = import.meta.dirname;

/**
 * Starts the clients, in a private Python environment, against a server of their own, or against the vault that AZURE_KEYVAULT_URL
 * names, with AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET. There it deletes and purges what it made when it stops.
 * @param environment default: that of this process
 * @throws when Python or its packages cannot be had
 */
export async function startJudge(environment: NodeJS.ProcessEnv = process.env): Promise<Judge> {
  const file = join(here, 'requirements.txt');
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
  const progress = (text: string): void => void process.stderr.write(`${text}\n`);
  const { python } = await ensurePythonPackage({
    name: `azure-sdk-${digest}`,
    requirement: ['--require-hashes', '--only-binary=:all:', '--requirement', file],
    what: 'Azure SDK for Python',
    progress,
  });
  const setting = environment['AZURE_KEYVAULT_URL'] ? undefined : await startServer();
  const child = spawn(python, ['-u', join(here, 'main.py')], {
    env: { ...environment, PYTHONDONTWRITEBYTECODE: '1', ...setting?.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    server: setting?.server,
    run: async (cases = ['*']) => {
      child.stdin.write(`${JSON.stringify(cases)}\n`);
      const outcomes: Outcome[] = [];
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error('the judge ended');
        const line = JSON.parse(value) as Outcome | { readonly over: true };
        if ('over' in line) return outcomes;
        outcomes.push(line);
      }
    },
    stop: async () => {
      if (child.exitCode === null) {
        child.stdin.end();
        await once(child, 'exit');
      }
      await setting?.stop();
    },
  };
}

/** What tells clients in another process where to go and what to trust. `caFile` holds the server's `ca`. */
export function clientEnvironment(server: KeyVaultServer, caFile: string): Record<string, string> {
  return { HTTPS_PROXY: server.proxyUrl, NO_PROXY: '127.0.0.1', REQUESTS_CA_BUNDLE: caFile };
}

async function startServer(): Promise<{
  server: KeyVaultServer;
  env: Record<string, string>;
  stop: () => Promise<void>;
}> {
  const server = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: PASSWORD }] }] }],
    clouds: [PRIVATE],
    vaults: [
      { name: 'judged', tenantId: TENANT, access: { [APP]: 'all' } },
      { name: 'judged', tenantId: TENANT, access: { [APP]: 'all' }, cloud: PRIVATE },
    ],
    registries: [
      { name: 'judged', tenantId: TENANT, access: { [APP]: ['catalog', 'pull'] }, repositories: ['a/b', 'c'] },
    ],
    identities: [
      { tenantId: TENANT, clientId: '44444444-4444-4444-8444-444444444444', systemAssigned: true },
      {
        tenantId: TENANT,
        clientId: '55555555-5555-4555-8555-555555555555',
        resourceId: '/subscriptions/s/userAssignedIdentities/judge',
      },
    ],
  });
  const control = await Control.start(server);
  const dir = await mkdtemp(join(tmpdir(), 'key-vault-judge-'));
  await writeFile(join(dir, 'ca.pem'), server.ca);
  const env = {
    ...clientEnvironment(server, join(dir, 'ca.pem')),
    AZURE_KEYVAULT_URL: server.vault('judged').url,
    AZURE_TENANT_ID: TENANT,
    AZURE_CLIENT_ID: APP,
    AZURE_CLIENT_SECRET: PASSWORD,
    JUDGE_CONTROL_URL: control.url,
    JUDGE_METADATA_URL: server.metadataUrl,
    JUDGE_APP_SERVICE: JSON.stringify(server.appService),
    JUDGE_DIR: dir,
  };
  const stop = async (): Promise<void> => {
    await Promise.all([server.stop(), control.stop()]);
    await rm(dir, { recursive: true, force: true });
  };
  return { server, env, stop };
}
