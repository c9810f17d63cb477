/** A repository of charts on loopback, as `helm repo add` takes one. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import type { UserShell } from './user-shell.ts';

/** A repository that is being served. */
export interface ChartRepository {
  readonly url: string;
  close(): void;
}

/**
 * Packages charts and serves them until `close`.
 * @param folders of the charts
 * @param dir where a folder for the packages is made
 * @throws Error with what Helm says
 */
export async function serveCharts(shell: UserShell, folders: readonly string[], dir: string): Promise<ChartRepository> {
  const packages = mkdtempSync(join(dir, 'charts-'));
  for (const folder of folders) await shell.run(`helm package ${folder} --destination ${packages}`);
  const server = createServer((request, response) => {
    readFile(join(packages, basename(request.url ?? ''))).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  await shell.run(`helm repo index ${packages} --url ${url}`);
  return { url, close: () => void server.close() };
}
