// node tools/control-plane/cli.mjs <command>: see USAGE.
import { parseArgs } from 'node:util';
import { ensureBinaries } from './binaries.mjs';
import { cacheRoot } from './cache.mjs';
import { startControlPlane } from './control-plane.mjs';
import { ensureMoto, startMoto } from './moto.mjs';

const USAGE = `usage: node tools/control-plane/cli.mjs <command>

  binaries        find or make etcd, kube-apiserver and kubectl, and print where they are
  up [--dir DIR]  run a control plane until Ctrl-C and print its kubeconfig
  moto [--iam]    run an AWS emulator until Ctrl-C and print its address
  install         binaries and moto, so that a later start needs nothing
  cache           print the directory of the cache`;

/** @param {string} text */
const progress = (text) => console.error(`[${process.uptime().toFixed(1).padStart(6)} s] ${text}`);

/** @returns {Promise<NodeJS.Signals>} */
function interrupted() {
  return new Promise((resolve) => {
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => resolve(signal));
  });
}

/**
 * @param {string | undefined} command
 * @param {{ dir?: string, iam?: boolean }} options
 * @returns {Promise<number>} exit code
 */
async function main(command, { dir, iam = false }) {
  switch (command) {
    case 'binaries':
      console.log(JSON.stringify(await ensureBinaries({ progress }), undefined, 2));
      return 0;
    case 'up': {
      const controlPlane = await startControlPlane({ progress, ...(dir === undefined ? {} : { dir }) });
      console.log(`export KUBECONFIG=${controlPlane.adminKubeconfig}`);
      progress(`ready at ${controlPlane.url}; Ctrl-C ends it`);
      await interrupted();
      await controlPlane.stop();
      return 0;
    }
    case 'moto': {
      const moto = await startMoto({ progress, iam });
      console.log(JSON.stringify({ url: moto.url, ...moto.credentials }, undefined, 2));
      await interrupted();
      await moto.stop();
      return 0;
    }
    case 'install':
      await ensureBinaries({ progress });
      await ensureMoto({ progress });
      return 0;
    case 'cache':
      console.log(cacheRoot());
      return 0;
    case undefined:
    default:
      console.error(USAGE);
      return 2;
  }
}

try {
  const { values, positionals } = parseArgs({
    options: { dir: { type: 'string' }, iam: { type: 'boolean' } },
    allowPositionals: true,
  });
  process.exitCode = await main(positionals[0], values);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
