import { join } from 'node:path';
import { Child } from './child.mjs';
import { freePort } from './ports.mjs';

/**
 * Starts etcd. It is ready when the API server is: that one waits for it.
 * @param {object} options
 * @param {string} options.binary
 * @param {string} options.dir directory of the control plane; the data goes to `etcd` in it
 * @returns {Promise<{ child: Child, url: string }>}
 */
export async function startEtcd({ binary, dir }) {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peers = `http://127.0.0.1:${await freePort()}`;
  const child = await Child.start({
    name: 'etcd',
    command: binary,
    args: [
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
      // Nothing here has to survive a power failure.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    logFile: join(dir, 'etcd.log'),
  });
  return { child, url };
}
