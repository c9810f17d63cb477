import { firstSync } from './first-sync.ts';
import { table } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';

/** `--scenario first-sync`: how long until that many new ExternalSecrets are Ready. */
export const firstSyncScenario: Scenario = {
  options: { objects: { type: 'string' } },
  usage: '[--objects N]',
  prepare: (values) => {
    const objects = wholeNumber(values, 'objects', { fallback: 1_000, min: 1, max: 100_000 });
    return async () => {
      const report = await firstSync({ objects });
      return { table: table(report), figures: report, passed: true };
    };
  },
};
