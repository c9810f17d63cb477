import { Fuel } from '@eso/runtime';
import { shape, type ShapeInput } from '@eso/sync';
import { percentile } from './percentile.ts';
import { markdown } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';

/** What is demanded of the median: microseconds from the answers of providers to the data of the Secret. */
const DEMANDED_US = 100;
const KEYS = 20;
const VALUE_BYTES = 50;
/** Renderings that are timed together: one alone is as short as the clock is coarse. */
const BATCH = 50;

/** `--scenario template`: what it takes to render a template of 1,000 characters over 20 keys, warm, in this process. */
export const templateScenario: Scenario = {
  options: { renderings: { type: 'string' } },
  usage: '[--renderings N]',
  inProcess: true,
  prepare: (values) => {
    const renderings = wholeNumber(values, 'renderings', { fallback: 20_000, min: 1_000, max: 10_000_000 });
    return () => {
      const timings = TEMPLATES.map(({ name, text }) => ({ name, length: text.length, ...timed(text, renderings) }));
      const passed = timings.every(({ p50Us }) => p50Us < DEMANDED_US);
      return Promise.resolve({
        table: table(timings),
        figures: { keys: KEYS, demandedUs: DEMANDED_US, timings },
        passed,
      });
    };
  },
};

/** As people write them: a file with a value here and there, and one that is little else than actions. */
const TEMPLATES = [
  {
    name: 'configuration file',
    text: ofLength((at) => [
      `# what is behind number ${at}\n`,
      at % 5 === 0
        ? `{{ if .key_${at} }}key_${at} = {{ .key_${at} | quote }}\n{{ end }}`
        : at % 5 === 1
          ? `key_${at}: {{ .key_${at} | b64enc }}\n`
          : `key_${at} = "{{ .key_${at} }}"\n`,
    ]),
  },
  { name: 'actions alone', text: ofLength((at) => [`{{ if .key_${at} }}{{ .key_${at} | b64enc | quote }}{{ end }}`]) },
];

/** Whole pieces over all keys, over and over, and plain text up to exactly 1,000 characters. */
function ofLength(pieces: (key: number) => readonly string[]): string {
  let text = '';
  for (let at = 0; ; at = (at + 1) % KEYS) {
    const next = pieces(at).join('');
    if (text.length + next.length > 1_000) return text.padEnd(1_000, '.');
    text += next;
  }
}

interface Timing {
  readonly p50Us: number;
  readonly p99Us: number;
}

function timed(text: string, renderings: number): Timing {
  const input = inputFor(text);
  const batch = (): number => {
    const start = performance.now();
    for (let i = 0; i < BATCH; i++) shape(input, new Fuel(20_000_000));
    return ((performance.now() - start) * 1_000) / BATCH;
  };
  const batches = Array.from({ length: Math.ceil(renderings / BATCH) }, batch);
  // The first third warms up.
  const warm = batches.slice(Math.floor(batches.length / 3));
  return { p50Us: percentile(warm, 50), p99Us: percentile(warm, 99) };
}

function inputFor(text: string): ShapeInput {
  const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
  return {
    answers: Array.from({ length: KEYS }, (_, index) => ({
      source: {
        kind: 'data',
        field: `spec.data[${index}]`,
        index,
        store,
        secretKey: `key_${index}`,
        ref: { key: 'k' },
      },
      value: Buffer.from(`value ${index} `.padEnd(VALUE_BYTES, 'x')),
    })),
    template: {
      target: 'secret',
      template: { data: { config: text } },
      texts: [],
      delimiters: { left: '{{', right: '}}' },
      rendersEmpty: false,
    },
    nowMs: 0,
  };
}

function table(timings: readonly (Timing & { readonly name: string; readonly length: number })[]): string {
  return markdown(
    [`${KEYS} keys of ${VALUE_BYTES} bytes`, 'characters', 'p50 µs', 'p99 µs'],
    timings.map(({ name, length, p50Us, p99Us }) => [name, String(length), p50Us.toFixed(1), p99Us.toFixed(1)]),
  );
}
