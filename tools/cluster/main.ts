/** npm run cluster -- up | test | down | status | kubectl … | import FILE | run COMMAND …: see USAGE. */
import { spawn } from 'node:child_process';
import { guardProcess } from '@eso/control-plane/guard.mjs';
import { endWith } from '../ends-with.mjs';
import { root } from '../setup.mjs';
import { type Cluster, down, running, up } from './up.ts';

const USAGE = `usage: npm run cluster -- <command>

  up                  start a cluster and print how to use it; it stays until "down"
  test [jest options] start one, run e2e/src/cluster/*.cluster.spec.ts in it, end it
  down                end it and wait until nothing is left
  status              say whether one runs
  kubectl ARGUMENTS   kubectl with the administrator's rights
  import FILE         import an OCI archive
  run COMMAND...      run a command with the network of the node

The environment variable CLUSTER_NAME names another cluster than "default".`;

const startedAt = performance.now();
const progress = (text: string): void =>
  console.error(`[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s] ${text}`);

const name = process.env['CLUSTER_NAME'] ?? 'default';

function needed(): Cluster {
  const cluster = running(name);
  if (!cluster) throw new Error(`no cluster named ${name} runs: start it with "npm run cluster -- up"`);
  return cluster;
}

/** A cluster of its own, that ends with this process whatever ends it; and this one with the run of tests that asked for it. */
async function test(options: readonly string[]): Promise<number> {
  const asker = process.env['ESO_ENDS_WITH'];
  if (asker !== undefined) endWith(Number(asker));
  const own = `test-${String(process.pid)}`;
  const cluster = await up({ name: own, owned: true, progress });
  try {
    const run = spawn(process.execPath, ['tools/jest.mjs', 'cluster', 'e2e', ...options], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CLUSTER_NAME: own, KUBECONFIG: cluster.kubeconfig },
      detached: true,
    });
    if (run.pid !== undefined) guardProcess(run.pid);
    return await new Promise((done, fail) => {
      run.once('error', fail);
      run.once('exit', (code) => done(code ?? 1));
    });
  } finally {
    await down(own);
    progress('cluster: ended');
  }
}

async function main([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'up': {
      const cluster = await up({ name, progress });
      progress('cluster: ready; "npm run cluster -- down" ends it');
      console.log(`export KUBECONFIG=${cluster.kubeconfig}`);
      return 0;
    }
    case 'test':
      return await test(rest);
    case 'down':
      console.log((await down(name)) ? `cluster ${name}: ended` : `cluster ${name}: there was none`);
      return 0;
    case 'status': {
      const cluster = running(name);
      console.log(
        cluster ? `cluster ${name}: runs, kubeconfig ${cluster.kubeconfig}` : `cluster ${name}: does not run`,
      );
      return cluster ? 0 : 1;
    }
    case 'kubectl':
      return await needed().kubectlInteractive(rest);
    case 'import':
      if (rest.length === 0) throw new Error('import: name an OCI archive');
      for (const path of rest) await needed().importImage(path);
      return 0;
    case 'run':
      if (rest[0] === undefined) throw new Error('run: name a command');
      process.stdout.write(await needed().run(rest[0], rest.slice(1)));
      return 0;
    default:
      console.error(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
