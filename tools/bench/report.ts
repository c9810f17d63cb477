import { percentile } from './percentile.ts';

/** What processes took, by name. */
export type Processes = Readonly<Record<string, { readonly cpuSeconds: number; readonly peakRssMiB: number }>>;

/** What one stretch of work took. */
export interface Measured {
  readonly seconds: number;
  /** By verb and resource; from the API server's own metrics, without what the benchmark asked for itself. */
  readonly requests: ReadonlyMap<string, number>;
  readonly processes: Processes;
}

/** Figures of one run of a scenario that syncs. */
export interface Report {
  readonly scenario: string;
  readonly objects: number;
  /** What is measured stands with each scenario. */
  readonly seconds: number;
  readonly objectsPerSecond: number;
  /** The writes of a first sync by a bare client with the same concurrency, in the same run; see floor.ts. */
  readonly floorObjectsPerSecond: number;
  /** `total`, and by verb and resource; from the API server's own metrics. */
  readonly requestsPerObject: Readonly<Record<string, number>>;
  readonly processes: Processes;
  /** Of a first sync: until the last object was Ready. Its events may be written behind that. */
  readonly readySeconds?: number;
  /** Where single objects are waited for. */
  readonly latencySeconds?: Latency;
  /** Core's memory besides: before there is any ExternalSecret, and at its peak when it starts with all of them in sync. */
  readonly coreRssMiB?: { readonly idle: number; readonly restartPeak: number };
  /** Of core's heap, what an ExternalSecret in sync and its Secret keep alive: all of it that goes when they are deleted. */
  readonly coreLiveBytesPerObject?: number;
}

/** One demand on the figures of a scenario. */
export interface Goal {
  readonly what: string;
  /** What was measured, as people read it. */
  readonly figure: string;
  readonly met: boolean;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** How many objects were waited for. */
  readonly tries: number;
}

/** Median and 99th percentile of times in seconds. */
export function latency(seconds: readonly number[]): Latency {
  return { p50: percentile(seconds, 50), p99: percentile(seconds, 99), tries: seconds.length };
}

/** The part of a report that all scenarios have. @param objects how many the time and the requests were for; default: all */
export function reportOf(
  scenario: string,
  system: Pick<Report, 'objects' | 'floorObjectsPerSecond'>,
  { seconds, requests, processes }: Measured,
  objects: number = system.objects,
): Report {
  const perObject = (count: number): number => count / objects;
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  return {
    scenario,
    objects: system.objects,
    seconds,
    objectsPerSecond: objects / seconds,
    floorObjectsPerSecond: system.floorObjectsPerSecond,
    requestsPerObject: {
      total: perObject(total),
      ...Object.fromEntries([...requests].map(([name, count]) => [name, perObject(count)])),
    },
    processes,
  };
}

/** The report as a Markdown table, with each goal met or not. */
export function table(report: Report, goals: readonly Goal[] = []): string {
  const { floorObjectsPerSecond, readySeconds, latencySeconds, coreRssMiB, coreLiveBytesPerObject } = report;
  const rows: [string, string][] = [
    ['scenario', report.scenario],
    ['objects', String(report.objects)],
    ['seconds', report.seconds.toFixed(2)],
    ['objects per second', report.objectsPerSecond.toFixed(1)],
    [
      'floor, objects per second',
      `${floorObjectsPerSecond.toFixed(1)} (${(report.objectsPerSecond / floorObjectsPerSecond).toFixed(2)} of it)`,
    ],
    ...(readySeconds === undefined
      ? []
      : [['seconds until the last Ready', readySeconds.toFixed(2)] satisfies [string, string]]),
    ...Object.entries(report.requestsPerObject).map(([name, count]): [string, string] => [
      `requests per object, ${name}`,
      count.toFixed(3),
    ]),
    ...Object.entries(report.processes).map(([name, { cpuSeconds, peakRssMiB }]): [string, string] => [
      name,
      `${cpuSeconds.toFixed(2)} s CPU, ${peakRssMiB.toFixed(0)} MiB peak RSS`,
    ]),
  ];
  if (latencySeconds) {
    const { p50, p99, tries } = latencySeconds;
    rows.push(['latency', `p50 ${p50.toFixed(3)} s, p99 ${p99.toFixed(3)} s, of ${tries}`]);
  }
  if (coreRssMiB) {
    rows.push(['core, idle', `${coreRssMiB.idle.toFixed(0)} MiB RSS`]);
    rows.push(['core, started anew with all in sync', `${coreRssMiB.restartPeak.toFixed(0)} MiB peak RSS`]);
  }
  if (coreLiveBytesPerObject !== undefined)
    rows.push(['core, live per ExternalSecret in sync', `${(coreLiveBytesPerObject / 1_000).toFixed(1)} kB`]);
  for (const { what, figure, met } of goals) rows.push([`goal: ${what}`, `${met ? 'met' : 'not met'}: ${figure}`]);
  return markdown(['figure', 'value'], rows);
}

/** A Markdown table whose columns are in line for those who read it as text. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
