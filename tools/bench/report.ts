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
  /** Core's memory besides: before there is any ExternalSecret, and at its peak when it starts with all of them in sync. */
  readonly coreRssMiB: { readonly idle: number; readonly restartPeak: number };
  /** Of core's heap, what an ExternalSecret in sync and its Secret keep alive: all of it that goes when they are deleted. */
  readonly coreLiveBytesPerObject: number;
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
    ['core, idle', `${report.coreRssMiB.idle.toFixed(0)} MiB RSS`],
    ['core, started anew with all in sync', `${report.coreRssMiB.restartPeak.toFixed(0)} MiB peak RSS`],
    ['core, live per ExternalSecret in sync', `${(report.coreLiveBytesPerObject / 1_000).toFixed(1)} kB`],
  ];
  return markdown(['figure', 'value'], rows);
}

/** A Markdown table whose columns are in line for those who read it as text. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
