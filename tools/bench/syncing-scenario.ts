import { goalsOf, passes } from './goals.ts';
import { type Report, table } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';
import { SyncingSystem } from './syncing-system.ts';

export interface SyncingScenarioOptions {
  /** `--objects`, where it is not given. */
  readonly fallback: number;
  /** The fewest that show anything. Default 1. */
  readonly min?: number;
  /** @throws Error when what is measured went wrong: a value that is missing or wrong, a write that may not be */
  readonly run: (system: SyncingSystem) => Promise<Report>;
}

/** A scenario with `--objects` alone, on a system of its own. */
export function syncingScenario({ fallback, min = 1, run }: SyncingScenarioOptions): Scenario {
  return {
    options: { objects: { type: 'string' } },
    usage: `[--objects N]   (${fallback})`,
    prepare: (values) => {
      const objects = wholeNumber(values, 'objects', { fallback, min, max: 100_000 });
      return async () => {
        const report = await SyncingSystem.with(objects, run);
        const goals = goalsOf(report);
        return { table: table(report, goals), figures: { ...report, goals }, passed: passes(report) };
      };
    },
  };
}
