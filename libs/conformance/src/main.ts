#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readConfig } from './config/config.ts';
import { reportLines } from './report.ts';
import { runConformance } from './run-conformance.ts';

const USAGE = 'usage: conformance --address HOST:PORT --certs DIR [--config FILE] [--report FILE]';

/** @throws TypeError with how the command is used */
function argumentsOf() {
  try {
    const { values } = parseArgs({
      options: {
        address: { type: 'string' },
        certs: { type: 'string' },
        config: { type: 'string' },
        report: { type: 'string' },
      },
    });
    const [, host, port] = /^\[?([^\]]+)\]?:(\d+)$/.exec(values.address ?? '') ?? [];
    if (host !== undefined && values.certs !== undefined)
      return { ...values, host, port: Number(port), certs: values.certs };
  } catch (error) {
    throw new TypeError(USAGE, { cause: error });
  }
  throw new TypeError(USAGE);
}

/** Exit code: 0 when no rule failed, 1 when one did, 2 when nothing could be checked. */
async function main(): Promise<number> {
  const { host, port, certs, config: file, report: to } = argumentsOf();
  const config = file === undefined ? undefined : await readConfig(file);
  const report = await runConformance({ host, port, certsDir: certs }, { config });
  if (to !== undefined) await writeFile(to, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${reportLines(report).join('\n')}\n`);
  return report.rules.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
