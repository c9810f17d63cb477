import type { Goal, Report } from './report.ts';

/** The goals are stated for as many objects; with fewer they are told, and nothing follows from them. */
export const GOAL_OBJECTS = 10_000;

/** Peak of core's memory, MiB. */
const MAX_RSS_MIB = 200;
/** Of the floor, at least. */
const MIN_OF_FLOOR = 0.9;
/** Requests per object, at most. */
const MAX_REQUESTS: Readonly<Record<string, number>> = { refresh: 1.01, 'refresh-coalesced': 0.15, restart: 0.01 };
/** 99th percentile of what one new object waits, seconds. */
const MAX_LANE_SECONDS = 0.5;

/** Each goal of the scenario of a report, met or not. */
export function goalsOf(report: Report): Goal[] {
  const { scenario, objectsPerSecond, floorObjectsPerSecond, requestsPerObject, latencySeconds, processes } = report;
  const goals: Goal[] = [];
  if (scenario === 'first-sync') {
    const share = objectsPerSecond / floorObjectsPerSecond;
    goals.push(goal(`at least ${MIN_OF_FLOOR} of the floor`, share.toFixed(3), share >= MIN_OF_FLOOR));
  }
  const most = MAX_REQUESTS[scenario];
  if (most !== undefined) {
    const total = requestsPerObject['total'] ?? 0;
    goals.push(goal(`at most ${most} requests per object`, total.toFixed(3), total <= most));
  }
  if (scenario === 'lane' && latencySeconds)
    goals.push(
      goal(
        `p99 of a new object at most ${MAX_LANE_SECONDS} s`,
        `${latencySeconds.p99.toFixed(3)} s`,
        latencySeconds.p99 <= MAX_LANE_SECONDS,
      ),
    );
  const peak = Math.max(processes['core']?.peakRssMiB ?? 0, report.coreRssMiB?.restartPeak ?? 0);
  goals.push(goal(`core's peak RSS at most ${MAX_RSS_MIB} MiB`, `${peak.toFixed(0)} MiB`, peak <= MAX_RSS_MIB));
  return goals;
}

/** Whether the figures are what they have to be; always so where there are fewer objects than the goals are stated for. */
export function passes(report: Report): boolean {
  return report.objects < GOAL_OBJECTS || goalsOf(report).every(({ met }) => met);
}

function goal(what: string, figure: string, met: boolean): Goal {
  return { what, figure, met };
}
