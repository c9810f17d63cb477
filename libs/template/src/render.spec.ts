import { renderKeysAndValues, renderValues, TemplateError } from './index.ts';

function texts(entries: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...entries].map(([key, value]) => [key, Buffer.from(value).toString()]));
}

function failure(rendering: () => unknown): TemplateError {
  try {
    rendering();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('it was rendered');
}

describe('scope Values', () => {
  test('renders each entry under its key; keys are no templates [5.2.1]', () => {
    const entries = new Map([
      ['{{ .a }}', '{{ .a }}'],
      ['b', '{{ define "x" }}{{ end }}plain'],
    ]);
    expect(texts(renderValues(entries, { a: '1' }))).toEqual({ '{{ .a }}': '1', b: 'plain' });
  });

  test('definitions of one key are not seen in another', () => {
    const entries = new Map([
      ['a', '{{ define "x" }}{{ end }}'],
      ['b', '{{ template "x" }}'],
    ]);
    expect(failure(() => renderValues(entries, {})).goMessage).toBe(
      'unable to execute template at key b: template: b:1:12: executing "b" at <{{template "x"}}>: template "x" not defined',
    );
  });

  test('errors name the key in the words of the reference', () => {
    const parse = failure(() => renderValues(new Map([['k', '{{ if }}']]), {}));
    expect(parse).toMatchObject({
      code: 'PARSE',
      goMessage:
        'unable to execute template at key k: unable to parse template at key k: template: k:1: missing value for if',
    });
    const run = failure(() => renderValues(new Map([['k', '{{ .x }}']]), {}));
    expect(run.publicMessage).toBe(
      'unable to execute template at key k: template: k:1:3: executing "k" at <.x>: map has no entry for key "x"',
    );
  });
});

describe('scope KeysAndValues', () => {
  // Go's answers: sigs.k8s.io/yaml into a map of strings.
  test.each([
    ['a: yes\nb: No\nc: on\nd: y\ne: true', { a: 'true', b: 'false', c: 'true', d: 'true', e: 'true' }],
    ['a: 0777\nb: 0x1F\nc: 1_000\nd: 12', { a: '511', b: '31', c: '1000', d: '12' }],
    [
      'a: 1.10\nb: 1.50\nc: 1e3\nd: 123456789.5\ne: 0.00001',
      { a: '1.1', b: '1.5', c: '1000', d: '1.2345679e+08', e: '1e-05' },
    ],
    ['a: null\nb: ~\nc:\nd: ""', { a: '', b: '', c: '', d: '' }],
    ['a: 2020-01-02\nb: 2020-01-02T03:04:05Z', { a: '2020-01-02', b: '2020-01-02T03:04:05Z' }],
    ['a: "yes"\nb: \'1\'\nc: |\n  x\n  y\n', { a: 'yes', b: '1', c: 'x\ny\n' }],
    ['yes: 1\n1: 2\n1.5: 3', { true: '1', '1': '2', '1.5': '3' }],
    ['a: .inf\nb: .nan', { a: '+Inf', b: 'NaN' }],
    ['a: 1\na: 2', { a: '2' }],
    ['a: {{ .v }}\n"{{ .v }}": b', { a: 'x', x: 'b' }],
    ['', {}],
    ['# nothing', {}],
    ['null', {}],
  ])('%j [5.2.4] [5.2.5] [5.2.6] [5.2.7] [5.2.8] [5.2.10] [5.2.11] [8.25] [8.57]', (text, wanted) => {
    expect(texts(renderKeysAndValues('doc', text, { v: 'x' }))).toEqual(wanted);
  });

  const failed = "could not unmarshal template to 'map[string][]byte': error";

  test.each([
    [
      'a: {b: 1}',
      `${failed} unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type string`,
    ],
    [
      'a: [1]',
      `${failed} unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type string`,
    ],
    [
      '- a',
      `${failed} unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]string`,
    ],
    [
      'text',
      `${failed} unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]string`,
    ],
    ['a: b: c', `${failed} converting YAML to JSON: yaml: mapping values are not allowed in this context`],
    ['a: "x', `${failed} converting YAML to JSON: yaml: found unexpected end of stream`],
  ])('%j is an error [5.2.9] [5.2.10]', (text, wanted) => {
    const error = failure(() => renderKeysAndValues('doc', text, {}));
    expect(error).toMatchObject({ code: 'TARGET', template: 'doc', goMessage: wanted, publicMessage: wanted });
  });

  test('a text is named by its key, not by itself', () => {
    const error = failure(() => renderKeysAndValues('doc', 'a: {{ .x }}', {}));
    expect(error.goMessage).toMatch(/^unable to execute template at key doc: template: doc:1:6: /);
  });

  test('bytes stay bytes where YAML can hold them, and are an error where not', () => {
    expect(texts(renderKeysAndValues('doc', 'a: {{ .v }}', { v: 'é' }))).toEqual({ a: 'é' });
    const error = failure(() => renderKeysAndValues('doc', 'a: {{ .v }}', { v: new Uint8Array([0xff]) }));
    expect(error.publicMessage).toBe(`${failed} converting YAML to JSON: yaml: invalid leading UTF-8 octet`);
  });
});
