#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from './config/config.ts';
import { reportLines } from './report.ts';
import { runConformance } from './run-conformance.ts';

const USAGE = 'usage: conformance --address HOST:PORT --certs DIR [--config FILE] [--report FILE]';

/** Exit code: 0 when no rule failed, 1 when one did, 2 when nothing could be checked. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      address: { type: 'string' },
      certs: { type: 'string' },
      config: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(values.address ?? '') ?? [];
  if (host === undefined || values.certs === undefined) throw new TypeError(USAGE);
  const config = values.config === undefined ? undefined : await readConfig(values.config);
  const report = await runConformance({ host, port: Number(port), certsDir: values.certs }, { config });
  if (values.report !== undefined) await writeFile(values.report, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${reportLines(report).join('\n')}\n`);
  return report.rules.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
