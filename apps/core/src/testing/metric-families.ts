/** One series of a page, as it is read back. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with all its series; those of a histogram under its own name. */
export interface ReadFamily {
  readonly type: string;
  readonly samples: readonly ReadSample[];
}

/** Reads a page in Prometheus' text format. @throws Error at a line that is none */
export function readFamilies(page: string): ReadonlyMap<string, ReadFamily> {
  const families = new Map<string, ReadFamily & { samples: ReadSample[] }>();
  let current: { samples: ReadSample[] } | undefined;
  for (const line of page.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) {
      if (families.has(name)) throw new Error(`${name} stands twice on the page`);
      const family = { type, samples: [] };
      families.set(name, family);
      current = family;
    } else if (line !== '' && !line.startsWith('#')) {
      current?.samples.push(readSample(line));
    }
  }
  return families;
}

function readSample(line: string): ReadSample {
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: value === '+Inf' ? Infinity : Number(value),
  };
}
