import fc from 'fast-check';
import { compile, functionTable, TemplateError } from './index.ts';
import { fromBytes, toBytes } from './value/utf8.ts';

const runs = { numRuns: 1500, seed: 20_261 };

/** Renders; every failure has to be a typed error, and no defect. */
function survives(template: string | Uint8Array, data: Record<string, string | Uint8Array>): void {
  try {
    const output = compile('t', template, { limits: { time: 500 } }).execute(data);
    expect(output).toBeInstanceOf(Uint8Array);
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
    const { code, unsafeCause } = error as TemplateError;
    if (code === 'INTERNAL') throw unsafeCause;
  }
}

const words = [
  ...[
    '{{',
    '}}',
    '{{-',
    '-}}',
    '{{/*',
    '*/}}',
    '|',
    '(',
    ')',
    '.',
    '$',
    ':=',
    '=',
    ',',
    ' ',
    '\n',
    '"',
    '`',
    "'",
    '\\',
  ],
  ...[
    'if',
    'else',
    'end',
    'range',
    'with',
    'define',
    'block',
    'template',
    'break',
    'continue',
    'nil',
    'true',
    '.a',
    '.b',
  ],
  ...['$x', '"text"', '1', '-1.5', '0x1F', '1i', "'a'", '"\\xff"', '%!', '%v', 'é'],
  ...functionTable.keys(),
];

/** Functions that generate keys or hash passwords take seconds by their nature. */
const slow = new Set([...functionTable.values()].filter((fn) => fn.runs === 'thread').map((fn) => fn.name));

const grammar = fc
  .array(fc.constantFrom(...words.filter((word) => !slow.has(word))), { minLength: 1, maxLength: 40 })
  .map((parts) => parts.join(' '));

describe('no text and no data crash the engine', () => {
  test('bytes as a template', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => survives(bytes, { a: 'x' })),
      runs,
    );
  });

  test('words of the grammar in any order', () => {
    fc.assert(
      fc.property(grammar, (text) => survives(text, { a: 'x', b: '1' })),
      { ...runs, numRuns: 5000 },
    );
  });

  test('words of the grammar inside of an action', () => {
    fc.assert(
      fc.property(grammar, (text) => survives(`{{ ${text} }}`, { a: 'x', b: '1' })),
      { ...runs, numRuns: 5000 },
    );
  });

  test('every function with any values', () => {
    const value = fc.constantFrom(
      ...[
        '.a',
        '.b',
        '""',
        '"x"',
        '0',
        '1',
        '-1',
        '9223372036854775807',
        '1.5',
        'true',
        'nil',
        '(list)',
        '(list 1 "a" nil)',
      ],
      ...[
        '(dict)',
        '(dict "a" 1)',
        '(until 3)',
        'now',
        '(semver "1.2.3")',
        '(fromJson .a)',
        '"\\xff"',
        '1i',
        '.',
        '"["',
      ],
    );
    const fast = [...functionTable.values()].filter((fn) => !slow.has(fn.name));
    fc.assert(
      fc.property(
        fc.constantFrom(...fast),
        fc.array(value, { maxLength: 5 }),
        fc.string(),
        fc.uint8Array(),
        (fn, args, a, b) => survives(`{{ ${fn.name} ${args.join(' ')} }}`, { a, b }),
      ),
      { ...runs, numRuns: 5000 },
    );
  });

  test('any data through the parsers', () => {
    const parsers = [
      'fromJson',
      'fromYaml',
      'b64dec',
      'b32dec',
      'hexdec',
      'urlParse',
      'mustFromJson',
      'semver',
      'quote',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...parsers), fc.oneof(fc.uint8Array(), fc.string(), fc.json()), (name, a) =>
        survives(`{{ ${name} .a | toString | quote }}`, { a }),
      ),
      runs,
    );
  });

  test('YAML comes back as it was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const json = JSON.stringify(value);
        const there = compile('t', '{{ toYaml (fromJson .a) }}').execute({ a: json });
        if (there.length === 0) return;
        const back = compile('t', '{{ fromYaml .a | toRawJson }}').execute({ a: there });
        const direct = compile('t', '{{ fromJson .a | toRawJson }}').execute({ a: json });
        expect(normal(back)).toEqual(normal(direct));
      }),
      runs,
    );
  });

  test('bytes come out as they went in', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(compile('t', '{{ .a }}').execute({ a: bytes })).toEqual(bytes);
        expect(compile('t', '{{ .a | b64enc | b64dec }}').execute({ a: bytes })).toEqual(bytes);
        expect(compile('t', '{{ .a | b32enc | b32dec }}').execute({ a: bytes })).toEqual(bytes);
        expect(toBytes(fromBytes(bytes))).toEqual(bytes);
      }),
      runs,
    );
  });
});

/** Minus zero has no place in YAML's integers. */
function normal(bytes: Uint8Array): unknown {
  return JSON.parse(
    Buffer.from(bytes)
      .toString()
      .replace(/(?<=[[:,])-0(?=[,\]}])/g, '0'),
  );
}
