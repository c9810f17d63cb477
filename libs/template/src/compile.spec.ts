import { Fuel, FuelSpent } from '@eso/runtime';
import { compile, TemplateError, TemplateRoot } from './index.ts';
import type { CompileOptions, ExecuteOptions } from './index.ts';

function render(
  template: string,
  data: Record<string, string | Uint8Array> = {},
  options: CompileOptions & ExecuteOptions = {},
): string {
  return Buffer.from(compile('key', template, options).execute(data, options)).toString();
}

function failure(template: string, data: Record<string, string> = {}, options: CompileOptions = {}): TemplateError {
  try {
    render(template, data, options);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${template} was rendered`);
}

describe('compile', () => {
  test('a text compiled before is found again, one with other options is not', () => {
    const template = compile('key', '{{ .a }}');
    expect(compile('key', '{{ .a }}')).toBe(template);
    expect(compile('other', '{{ .a }}')).not.toBe(template);
    expect(compile('key', '{{ .a }}', { missingKey: 'default' })).not.toBe(template);
    expect(compile('key', '{{ .a }}', { limits: { steps: 5 } })).not.toBe(template);
  });

  test('runs leave nothing behind for the next one', () => {
    const template = compile('key', '{{ $d := dict "n" .n }}{{ $_ := set $d "x" 1 }}{{ $d }}');
    expect(Buffer.from(template.execute({ n: 'a' })).toString()).toBe('map[n:a x:1]');
    expect(Buffer.from(template.execute({ n: 'b' })).toString()).toBe('map[n:b x:1]');
  });

  test('values and templates are bytes', () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x80, 0xc3]);
    expect(compile('key', '{{ .a }}').execute({ a: bytes })).toEqual(bytes);
    expect(compile('key', new Uint8Array([0xff])).execute({})).toEqual(new Uint8Array([0xff]));
    expect(render('{{ len .a }} {{ upper "ß" }} {{ trunc 1 .a | printf "%x" }}', { a: 'é' })).toBe('2 ß c3');
  });

  test('data may be a map', () => {
    expect(
      compile('key', '{{ .a }}{{ index . "b-c" }}').execute(
        new Map([
          ['a', '1'],
          ['b-c', '2'],
        ]),
      ),
    ).toEqual(new Uint8Array([0x31, 0x32]));
  });

  test('delimiters are options, an empty one is the default', () => {
    expect(render('<% .a %>{{ .a }}', { a: 'x' }, { delimiters: { left: '<%', right: '%>' } })).toBe('x{{ .a }}');
    expect(render('[[ .a }}', { a: 'x' }, { delimiters: { left: '[[', right: '' } })).toBe('x');
  });

  test('a missing key is an error unless asked otherwise', () => {
    expect(failure('{{ .a }}').goMessage).toBe(
      'template: key:1:3: executing "key" at <.a>: map has no entry for key "a"',
    );
    expect(render('{{ .a }}', {}, { missingKey: 'default' })).toBe('<no value>');
  });

  test('the time zone and the present are options', () => {
    const options = { timeZone: 'Europe/Berlin', now: Date.UTC(2026, 6, 1, 12) };
    expect(render('{{ now | date "15:04 MST" }} {{ now.Format "2006" }} {{ date "15:04" 0 }}', {}, options)).toBe(
      '14:00 CEST 2026 01:00',
    );
    expect(render('{{ now.Format "15:04 MST" }}', {}, { now: 0 })).toBe('00:00 UTC');
  });

  test('a seed makes random functions reproducible, without one they are not', () => {
    const template =
      '{{ randAlphaNum 20 }}{{ randBytes 16 }}{{ uuidv4 }}{{ shuffle "abcdefghij" }}{{ randInt 0 1000000 }}';
    const random = { kind: 'seeded', seed: 's' } as const;
    expect(render(template, {}, { random })).toBe(render(template, {}, { random }));
    expect(render(template)).not.toBe(render(template));
    expect(render('{{ uuidv4 }}')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(render('{{ randAlpha 50 }}')).toMatch(/^[A-Za-z]{50}$/);
    expect(render('{{ randNumeric 50 }}')).toMatch(/^[0-9]{50}$/);
  });
});

describe('errors', () => {
  test('name the template, the line and the column', () => {
    const error = failure('a\n  {{ .a.b }}', { a: 'x' });
    expect(error).toMatchObject({ code: 'EXECUTE', template: 'key', line: 2, column: 7, retryable: false });
    expect(failure('\n\n{{ if }}')).toMatchObject({ code: 'PARSE', template: 'key', line: 3 });
  });

  const secret = 's3cret-value';

  test.each([
    ['a failure with a value', '{{ fail .a }}'],
    ['a number that is none', '{{ mustToDate "2006" .a }}'],
    ['a regular expression made of a value', '{{ regexFind (print "[" .a) "x" }}'],
    ['a URL made of a value', '{{ urlParse (print ":" .a) }}'],
    ['a version', '{{ semverCompare .a "1.2.3" }}'],
    ['JSON', '{{ mustFromJson (print "{" .a) }}'],
    ['a duration', '{{ mustDateModify .a now }}'],
    ['a range over a value', '{{ range .a }}{{ end }}'],
    ['a comparison of maps', '{{ eq (dict "a" .a) (dict "a" .a) }}'],
    ['a comparison of different kinds', '{{ eq (list .a) (dict "a" .a) }}'],
    ['a version that is none', '{{ semver (print "x" .a) }}'],
  ])('the public text of %s holds no value', (_what, template) => {
    const error = failure(template, { a: secret });
    expect(error.publicMessage).not.toContain(secret);
    expect(error.message).toBe(error.publicMessage);
    expect(JSON.stringify(error)).not.toContain(`"cause"`);
    expect(error.publicMessage).toContain('template: key:1:');
  });

  test('what the author wrote is shown', () => {
    expect(failure('{{ fail "set the password first" }}').publicMessage).toContain('set the password first');
    expect(failure('{{ trunc "x" .a }}', { a: secret }).publicMessage).toContain('expected integer; found "x"');
  });
});

describe('execute', () => {
  test('says which texts block their thread, wherever the function stands', () => {
    for (const text of [
      '{{ htpasswd "u" .a "bcrypt" }}',
      '{{ if 1 }}{{ else }}{{ bcrypt "x" }}{{ end }}',
      '{{ define "t" }}{{ print (bcrypt "x").a }}{{ end }}',
      '{{ range until 3 }}{{ with . }}{{ $x := 1 | print (bcrypt "x") }}{{ end }}{{ end }}',
      '{{ template "t" (bcrypt "x") }}{{ define "t" }}{{ end }}',
    ]) {
      expect(compile('key', text).blocks).toBe(true);
    }
    expect(compile('key', '{{ .a }} bcrypt').blocks).toBe(false);
  });

  test('a root that is made once serves many runs, and none of them changes it', () => {
    const root = new TemplateRoot(new Map([['a', Buffer.from('é')]]));
    expect(Buffer.from(compile('key', '{{ .a }}').execute(root)).toString()).toBe('é');
    for (const change of ['set . "a" "b"', 'unset . "a"', 'merge . (dict "b" 1)', 'mergeOverwrite . (dict "a" 1)'])
      expect(() => compile('key', `{{ ${change} }}`).execute(root)).toThrow(TemplateError);
    expect(Buffer.from(compile('key', '{{ toJson . }}').execute(root)).toString()).toBe('{"a":"é"}');
  });

  test('a confidential text is not kept', () => {
    expect(compile('key', 'plain')).toBe(compile('key', 'plain'));
    expect(compile('key', 'plain', { confidential: true })).not.toBe(compile('key', 'plain', { confidential: true }));
  });
});

test('what is kept is measured by what it takes: brackets take more than plain text', () => {
  const [plain, brackets] = ['x'.repeat(3_600), '{{((1))}}'.repeat(400)].map((text) => compile('size', text));
  expect(plain?.size).toBeLessThan(5_000);
  expect(brackets?.size).toBeGreaterThan(100 * 3_600);
  const [first, ...others] = Array.from({ length: 120 }, (_, at) => `${'{{((1))}}'.repeat(400)}${at}`);
  const kept = compile('many', first ?? '');
  for (const text of others) compile('many', text);
  expect(compile('many', first ?? '')).not.toBe(kept);
});

describe('fuel', () => {
  const run = (template: string, fuel: Fuel, data: Record<string, string> = {}) =>
    compile('fuel', template, {}, fuel).execute(data, { fuel });

  test('compiling takes some once, running each time, by the same amount', () => {
    const [first, second, third] = [new Fuel(1e9), new Fuel(1e9), new Fuel(1e9)];
    const text = '{{ range until 100 }}{{ . }}{{ end }}';
    for (const fuel of [first, second, third]) run(text, fuel);
    expect(third.spent).toBe(second.spent);
    expect(second.spent).toBeGreaterThan(100 * 100);
    expect(first.spent).toBe(second.spent + 100 * text.length);
  });

  test.each([
    ['a loop', '{{ range 100000 }}x{{ end }}'],
    ['memory', '{{ $x := repeat 30000000 "x" }}'],
    ['a long text', `{{ $x := 1 }}${'x'.repeat(100_000)}`],
    ['YAML, whose errors are values', '{{ fromYaml .x }}'],
    ['JSON, whose errors are nil', '{{ fromJson .x }}'],
    ['a search that could take long and is not begun', '{{ regexMatch "([a-z]?){100}[0-9]" .x }}'],
    ['an expression that takes long to compile', '{{ regexMatch "(a|b|c){600}" "x" }}'],
  ])('%s ends where it is spent, as that and as nothing else', (_what, template) => {
    expect(() => run(template, new Fuel(1_000_000), { x: `[${'[1],'.repeat(50_000)}` })).toThrow(FuelSpent);
  });
});
