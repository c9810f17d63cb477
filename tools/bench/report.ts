/** Figures of one run. */
export interface Report {
  readonly scenario: string;
  readonly objects: number;
  /** From the first POST of an ExternalSecret to the last Ready that an independent watch saw. */
  readonly seconds: number;
  readonly objectsPerSecond: number;
  /** Secret POST and status PUT per object by a bare client with the same concurrency, in the same run. */
  readonly floorObjectsPerSecond: number;
  /** `total`, and by verb and resource; from the API server's own metrics. */
  readonly requestsPerObject: Readonly<Record<string, number>>;
  readonly processes: Readonly<Record<string, { readonly cpuSeconds: number; readonly peakRssMiB: number }>>;
}

/** The report as a Markdown table. */
export function table(report: Report): string {
  const rows: [string, string][] = [
    ['scenario', report.scenario],
    ['objects', String(report.objects)],
    ['seconds', report.seconds.toFixed(2)],
    ['objects per second', report.objectsPerSecond.toFixed(1)],
    ['floor, objects per second', report.floorObjectsPerSecond.toFixed(1)],
    ...Object.entries(report.requestsPerObject).map(([name, count]): [string, string] => [
      `requests per object, ${name}`,
      count.toFixed(3),
    ]),
    ...Object.entries(report.processes).map(([name, { cpuSeconds, peakRssMiB }]): [string, string] => [
      name,
      `${cpuSeconds.toFixed(2)} s CPU, ${peakRssMiB.toFixed(0)} MiB peak RSS`,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const second = Math.max(...rows.map(([, value]) => value.length));
  const line = (a: string, b: string): string => `| ${a.padEnd(width)} | ${b.padEnd(second)} |`;
  return [
    line('figure', 'value'),
    line('-'.repeat(width), '-'.repeat(second)),
    ...rows.map(([a, b]) => line(a, b)),
  ].join('\n');
}
