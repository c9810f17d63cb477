import { compile, functionTable, TemplateError } from '@eso/template';
import { attempt, MARKER, must, mustNotShow, partsOf, type Target, wordFor } from '../target.ts';

const limits = { time: 10_000, steps: 100_000, allocation: 4_000_000, output: 100_000 };
/** Of so many steps and bytes no output is longer than the limit. */
const options = { limits } as const;
const run = { now: Date.parse('2026-06-01T12:00:00Z'), random: { kind: 'seeded', seed: 'fuzz' } } as const;
/** What generates keys or hashes passwords takes seconds by its nature, and is left to tests of its own. */
const inline = [...functionTable.values()].filter(({ runs }) => runs === 'inline').map(({ name }) => name);

/** Compiles a template and runs it: the template, and values `a` and `b`, divided by NUL. */
export const templates: Target = {
  name: 'templates',
  maxBytes: 4_096,
  dictionary: [
    ...['{{', '}}', '{{- ', ' -}}', '{{/*', '*/}}', '|', '(', ')', '.', '$', ' := ', ' = ', '"', '`', "'", '\\', '\0'],
    ...[
      'if ',
      'else ',
      'end',
      'range ',
      'with ',
      'define "x"',
      'block "x" .',
      'template "x" .',
      'break',
      'continue',
      'nil',
    ],
    ...[
      '.a',
      '.b',
      '$x',
      '1',
      '-1',
      '9223372036854775807',
      '0x1F',
      '1.5',
      '1i',
      "'a'",
      '"%v"',
      '"%-+#08.3x"',
      '\xff',
      MARKER,
    ],
    ...inline,
  ],
  run(input) {
    const [text = Buffer.alloc(0), a = Buffer.alloc(0), b = Buffer.alloc(0)] = partsOf(input, 3);
    const compiled = attempt(() => compile('t', text, options), TemplateError);
    if ('refused' in compiled) return `not compiled ${outcome(compiled.refused, text)}`;
    if (compiled.value.blocks) return 'for a worker';
    const data = { a, b };
    const first = attempt(() => compiled.value.execute(data, run), TemplateError);
    if ('refused' in first) return outcome(first.refused, text);
    must(first.value.length <= limits.output, 'an output is as long as it may be');
    const second = attempt(() => compiled.value.execute(data, run), TemplateError);
    must('value' in second && Buffer.from(first.value).equals(second.value), 'the same comes out of the same');
    return wordFor(first);
  },
};

function outcome(error: Error, text: Buffer): string {
  if (!(error instanceof TemplateError)) throw error;
  const { code, publicMessage, unsafeCause } = error;
  if (code === 'INTERNAL') throw unsafeCause;
  must(code !== 'TIMEOUT', 'work is bounded by steps before it is by time');
  // Of the template itself anything may be quoted.
  if (!text.toString('latin1').toLowerCase().includes(MARKER.toLowerCase())) mustNotShow(publicMessage);
  return code;
}
