import { inspect } from 'node:util';
import fc from 'fast-check';
import { compile, functionTable, readDocument, readStringMap, TemplateError } from './index.ts';
import { plainError } from './value/go-error.ts';

/** No function changes it beyond its case. */
const MARKER = 'S3cretMarker';
/** A value that is a number: bounds, indexes and sizes are made of it. */
const PIN = '7316549';

const data = {
  text: MARKER,
  pin: PIN,
  json: `{"${MARKER}":"${MARKER}","a":[${PIN}]}`,
  badJson: `{"a":${MARKER}}`,
  yaml: `${MARKER}: *${MARKER}`,
  url: `https://${MARKER}:%zz@[${MARKER}]:${MARKER}/`,
  duration: `1${MARKER}`,
  version: `${PIN}${PIN}${PIN}${PIN}.0.0-${MARKER}`,
  regex: `(${MARKER}`,
  pem: `-----BEGIN ${MARKER}-----\nAAAA\n-----END ${MARKER}-----\n`,
  certificate: `-----BEGIN CERTIFICATE-----\n${MARKER}\n-----END CERTIFICATE-----\n`,
  jwk: `{"kty":"${MARKER}","k":"${MARKER}","d":"${MARKER}"}`,
  base64: Buffer.from(MARKER).toString('base64'),
};

/** Everything by which an error may get into a log, a condition or an answer. */
function shownOf(error: unknown): string {
  if (!(error instanceof TemplateError)) return inspect(error, { depth: 10, showHidden: true });
  const { publicMessage, message, stack = '' } = error;
  return [publicMessage, message, stack, String(error), JSON.stringify(error), inspect(error, { depth: 10, showHidden: true })].join('\n'); // prettier-ignore
}

/** Runs, and gives what a failure shows; undefined when nothing failed. */
function failure(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return shownOf(error);
  }
}

function leaks(text: string): boolean {
  return text.toLowerCase().includes(MARKER.toLowerCase()) || text.includes(PIN);
}

const render = (template: string): (() => Uint8Array) => {
  const limits = { time: 1_000, steps: 20_000, allocation: 1_000_000, output: 100_000 };
  return () => compile('t', template, { limits }).execute(data);
};

const operands = [
  ...Object.keys(data).map((name) => `.${name}`),
  ...['(int .pin)', '(int64 .pin)', '(float64 .pin)', '(mul -1 (int .pin))', '(upper .text)', '(list .text .pin)'],
  ...['(dict .text .text)', '(dict "scheme" (list .text))', '(fromJson .json)', '(list (int .pin))', '(now)', '$'],
  ...['0', '1', '-1', '"x"', '"2006-01-02"', 'true', '(list)', '(dict)', '(int64 2)', '"RSA-OAEP"', '"leaf"'],
] as const;

/** Functions that can take seconds are left to tests of their own. */
const functions = [...functionTable.values()].filter(({ runs }) => runs === 'inline');

test('no failure of any function shows a value, whatever it is called with', () => {
  const failed = new Set<string>();
  const call = fc.tuple(
    fc.constantFrom(...functions),
    fc.array(fc.constantFrom(...operands), { minLength: 4, maxLength: 4 }),
    fc.nat(2),
    fc.boolean(),
  );
  fc.assert(
    fc.property(call, ([{ name, params, variadic }, args, more, piped]) => {
      const given = args.slice(0, variadic ? params.length - 1 + more : params.length);
      const [last = '.text', ...others] = given.toReversed();
      const source = piped ? `${last} | ${[name, ...others.toReversed()].join(' ')}` : [name, ...given].join(' ');
      const shown = failure(render(`{{ ${source} }}`));
      if (shown !== undefined) failed.add(name);
      if (shown !== undefined && leaks(shown)) throw new Error(`{{ ${source} }} shows ${shown}`);
    }),
    { numRuns: 5_000, seed: 20_261 },
  );
  // What never fails proves nothing.
  expect(failed.size).toBeGreaterThan(100);
});

test.each([
  '{{ index (list 1) (int .pin) }}',
  '{{ substr (int .pin) -1 "abc" }}',
  '{{ .text | call }}',
  '{{ call .text }}',
  '{{ mustDateModify .duration now }}',
  '{{ semver .version }}',
  '{{ range .text }}{{ end }}',
  '{{ range $a, $b := int .pin }}{{ end }}',
  '{{ range (fromJson .json) }}{{ .a.b }}{{ end }}',
  '{{ $x := .text }}{{ $x.y }}',
  '{{ (fromJson .json).b.c.d }}',
  '{{ template "x" .text }}{{ define "x" }}{{ .y }}{{ end }}',
  '{{ eq (list .text) (dict .text .text) }}',
  '{{ len (int .pin) }}',
  '{{ .text 1 }}',
  '{{ fail .text }}',
  '{{ mustFromJson .badJson }}',
  '{{ urlParse .url }}',
  '{{ mustRegexMatch .regex "x" }}',
  '{{ genSignedCert .text (list .text) (list) 1 (dict) }}',
])('%s shows no value', (template) => {
  const shown = failure(render(template));
  expect(shown).toBeDefined();
  expect(shown).not.toMatch(new RegExp(`${MARKER}|${PIN}`, 'i'));
});

describe('a rendered document that is no YAML', () => {
  const documents = {
    'an anchor that is not there': `p: *${MARKER}`,
    'an anchor within itself': `p: &${MARKER} [*${MARKER}]`,
    'a merge of an anchor': `p: &${MARKER} x\nq:\n  <<: *${MARKER}`,
    'a tag': `p: !!int ${MARKER}`,
    'a handle': `p: !${MARKER}!x y`,
    'a directive': `%${MARKER} x\n---\np: x`,
    'a key that is a list': `? [${MARKER}]\n: x`,
    'a key that is null': `~: ${MARKER}`,
    'an escape': `p: "\\q${MARKER}"`,
    'an open quotation': `p: "${MARKER}`,
    'an open list': `p: [${MARKER}`,
    'a colon too many': `p: ${MARKER}: x`,
    'a tab': `\t${MARKER}: x`,
    'a control character': `p: ${MARKER}\u0001`,
    'a value where a mapping should be': MARKER,
    'a list for a value': `p: [${MARKER}]`,
  };
  const cases = Object.entries(documents);

  test.each(cases)('%s', (_, document) => {
    const text = Buffer.from(document);
    const shown = [failure(() => readStringMap('t', text)), failure(() => readDocument('t', text))];
    expect(shown.some((one) => one !== undefined)).toBe(true);
    expect(shown.join('')).not.toContain(MARKER);
  });

  test('whatever it is made of', () => {
    const pieces = ['*', '&', '!', '!!int ', '%', '? ', ': ', '- ', '[', ']', '{', '}', ',', '"', "'", '|', '>', '#', '\\q', '\n', '\t', ' ', '@', '~', '<<: ', '---\n', MARKER, 'p', PIN]; // prettier-ignore
    let failed = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
        const text = Buffer.from(parts.join(''));
        for (const read of [readStringMap, readDocument]) {
          const shown = failure(() => read('t', text));
          if (shown !== undefined) failed += 1;
          if (shown !== undefined && leaks(shown)) throw new Error(`${parts.join('')} shows ${shown}`);
        }
      }),
      { numRuns: 2_000, seed: 20_261 },
    );
    expect(failed).toBeGreaterThan(500);
  });

  test('where it is wrong is said all the same', () => {
    const text = Buffer.from(`a: b\np: *${MARKER}`);
    expect(() => readStringMap('t', text)).toThrow('yaml: unknown anchor referenced');
    expect(() => readStringMap('t', Buffer.from('a: b\n\tc: d'))).toThrow(/yaml: line 2: /);
  });
});

test.each([
  ['no template', `a\n{{ "${MARKER}" ${MARKER} }}`, 'template: t:2: the text is no template'],
  ['a call that fails', `{{ fail "${MARKER}" }}`, 'template: t:1:3: the template fails on its data'],
  ['a key that is not there', `{{ .${MARKER} }}`, 'fails on its data'],
  ['a definition', `{{ define "${MARKER}" }}{{ .x }}{{ end }}{{ template "${MARKER}" . }}`, 'fails on its data'],
])('of a text that comes out of a Secret nothing is quoted: %s', (_, text, says) => {
  const run = (confidential: boolean): string | undefined =>
    failure(() => compile('t', text, { confidential }).execute({}));
  expect(run(true)).toContain(says);
  expect(run(true)).not.toContain(MARKER);
  expect(run(false)).toContain(MARKER);
});

test("Go's own text and what was thrown below have to be asked for by name", () => {
  const thrown = failureOf('{{ fail .text }}');
  expect(thrown.goMessage).toContain(MARKER);
  expect(thrown.unsafeCause).toBeInstanceOf(Error);
  expect(Object.getOwnPropertyNames(thrown)).not.toEqual(expect.arrayContaining(['goMessage']));
  expect(Object.getOwnPropertyNames(thrown)).not.toEqual(expect.arrayContaining(['unsafeCause']));
  expect(thrown.cause).toBeUndefined();
});

function failureOf(template: string): TemplateError {
  try {
    render(template)();
  } catch (error) {
    return TemplateError.from(error);
  }
  throw new Error('nothing failed');
}

test('the compiler takes no text that something was filled into', () => {
  const unknown: string = data.text;
  // @ts-expect-error -- a text of unknown content
  plainError(unknown);
  // @ts-expect-error -- a text with a hole
  plainError(`unknown anchor ${unknown}`);
  expect(plainError('constant').message).toBe('constant');
});
