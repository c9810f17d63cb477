import type { ExternalSecretTemplate } from '@eso/api/resources';
import { Fuel, FuelSpent } from '@eso/runtime';
import { functionTable } from '@eso/template';
import { array, assert, constantFrom, option, property, record, string } from 'fast-check';
import { SyncError } from '../error.ts';
import { rewriteTransform } from '../rewrite/transform.ts';
import { dataOf, requestOf } from '../testing/template-requests.ts';
import { renderManifest } from './render-manifest.ts';
import { renderSecret } from './render-secret.ts';

/** In upper case it is found in any case that functions make of it. */
const MARKER = 'HUNTER';
const functions = [...functionTable.values()].filter(({ runs }) => runs === 'inline').map(({ name }) => name);

/** Values that break whatever reads them: YAML, JSON, base64, numbers, PEM, labels. */
const value = array(
  constantFrom(MARKER, MARKER, ': ', '\n', '"', "'", '{', '[', '- ', '&', '*', '%', '=', ' ', 'é', '1', '-----BEGIN '),
  {
    minLength: 1,
    maxLength: 6,
  },
).map((parts) => `${parts.join('')}${MARKER}`);
const argument = constantFrom(
  '.a',
  '.b',
  '$',
  '.',
  '"x"',
  '1',
  '(index . "a")',
  '(list .a .b)',
  '(dict "k" .a)',
  '(dict .a 1)',
  '(fromYaml .a)',
  '(split "" .b)',
);
const action = record({
  fn: constantFrom(...functions),
  args: array(argument, { maxLength: 3 }),
  then: option(constantFrom(...functions)),
}).map(({ fn, args, then }) => `{{ ${fn} ${args.join(' ')}${then === null ? '' : ` | ${then}`} }}`);
const piece = constantFrom(
  '{{ .a }}',
  '{{ .b }}',
  'k: {{ .a }}',
  '{{ .a }}: v',
  '\n',
  'text',
  '{{ .missing }}',
  '{{ index .a 0 }}',
  '{{ range .a }}{{ end }}',
  '{{ .a.b }}',
  '{{ template "x" .a }}',
  '{{ fail .a }}',
);
const text = array(piece, { minLength: 1, maxLength: 4 }).chain((pieces) => action.map((one) => pieces.join('') + one));
const target = constantFrom('Data', 'Labels', 'Annotations', 'spec', 'spec.a', 'spec.a[0].b', 'spec.a.b', 'x', 'a..b');
const entry = record({
  literal: text,
  target,
  valuesDecodingStrategy: constantFrom('None' as const, 'Base64' as const, 'Base64URL' as const),
});
const secretItem = (key: string) => ({ name: 's', items: [{ key, templateAs: 'KeysAndValues' as const }] });

function shown(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    if (error instanceof FuelSpent) return '';
    if (!(error instanceof SyncError)) throw error;
    if (error.code === 'UNEXPECTED') throw error;
    return [error.message, error.publicMessage, error.field, error.nextStep, String(error.cause), error.stack].join(
      '\n',
    );
  }
}

test('no error of a template holds a value that was fetched, or anything out of a Secret', () => {
  let failures = 0;
  assert(
    property(
      value,
      value,
      array(entry, { maxLength: 3 }),
      text,
      text,
      string(),
      (a, b, templateFrom, data, label, confidential) => {
        const template: ExternalSecretTemplate = {
          templateFrom: [...templateFrom, { secret: secretItem('k') }],
          data: { d: data },
          metadata: { labels: { l: label } },
        };
        const sources = { 's.k': `${confidential}${MARKER}{{ .${MARKER} }}${data}` };
        const fetched = dataOf({ a, b });
        const options = { fuel: new Fuel(50_000_000), nowMs: 0 };
        for (const target of ['secret', 'manifest'] as const) {
          const request = requestOf(template, sources, { target });
          const render = target === 'secret' ? renderSecret : renderManifest;
          const text = shown(() => render(request, fetched, options));
          if (text !== '') failures++;
          expect(text.toUpperCase()).not.toContain(MARKER);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  // A property over nothing that fails would say nothing.
  expect(failures).toBeGreaterThan(500);
});

test('no error of a transform holds a key that comes from inside of a secret', () => {
  let failures = 0;
  assert(
    property(value, text, (key, template) => {
      const step = { fuel: new Fuel(50_000_000), field: 'spec.dataFrom[0].rewrite[0]', names: 'secret' as const };
      const renamed = template.replaceAll('.a', '.value').replaceAll('.b', '.value').replaceAll('"a"', '"value"');
      const text = shown(() => rewriteTransform(dataOf({ [key]: 'v' }), renamed, step));
      if (text !== '') failures++;
      expect(text.toUpperCase()).not.toContain(MARKER);
    }),
    { numRuns: 1_000 },
  );
  expect(failures).toBeGreaterThan(200);
});
