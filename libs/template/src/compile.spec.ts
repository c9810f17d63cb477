import { closeIdleWorkers, compile, TemplateError } from './index.ts';
import type { CompileOptions, ExecuteOptions } from './index.ts';

afterAll(closeIdleWorkers);

function render(
  template: string,
  data: Record<string, string | Uint8Array> = {},
  options: CompileOptions & ExecuteOptions = {},
): string {
  return Buffer.from(compile('key', template, options).executeInline(data, options)).toString();
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
    expect(Buffer.from(template.executeInline({ n: 'a' })).toString()).toBe('map[n:a x:1]');
    expect(Buffer.from(template.executeInline({ n: 'b' })).toString()).toBe('map[n:b x:1]');
  });

  test('values and templates are bytes', () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x80, 0xc3]);
    expect(compile('key', '{{ .a }}').executeInline({ a: bytes })).toEqual(bytes);
    expect(compile('key', new Uint8Array([0xff])).executeInline({})).toEqual(new Uint8Array([0xff]));
    expect(render('{{ len .a }} {{ upper "ß" }} {{ trunc 1 .a | printf "%x" }}', { a: 'é' })).toBe('2 ß c3');
  });

  test('data may be a map', () => {
    expect(
      compile('key', '{{ .a }}{{ index . "b-c" }}').executeInline(
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
  test('renders at once what does not block', async () => {
    const template = compile('key', '{{ .a }}');
    expect(template.blocks).toBe(false);
    expect(await template.execute({ a: 'x' })).toEqual(new Uint8Array([0x78]));
  });

  test('renders in a worker what can block', async () => {
    const template = compile('key', '{{ htpasswd "u" .a "bcrypt" }}');
    expect(template.blocks).toBe(true);
    expect(Buffer.from(await template.execute({ a: 'x' })).toString()).toMatch(/^u:\$2[aby]\$/);
  });

  test('finds blocking functions wherever they stand', () => {
    for (const text of [
      '{{ if 1 }}{{ else }}{{ bcrypt "x" }}{{ end }}',
      '{{ define "t" }}{{ print (bcrypt "x").a }}{{ end }}',
      '{{ range until 3 }}{{ with . }}{{ $x := 1 | print (bcrypt "x") }}{{ end }}{{ end }}',
      '{{ template "t" (bcrypt "x") }}{{ define "t" }}{{ end }}',
    ]) {
      expect(compile('key', text).blocks).toBe(true);
    }
  });

  test('an error in a worker arrives whole', async () => {
    const template = compile('key', '{{ bcrypt "x" | len }}{{ .nope }}');
    await expect(template.execute({})).rejects.toMatchObject({
      code: 'EXECUTE',
      line: 1,
      goMessage: 'template: key:1:25: executing "key" at <.nope>: map has no entry for key "nope"',
    });
  });

  test('a worker is stopped at its time limit, and the next rendering has another one', async () => {
    const template = compile('key', '{{ range 1000 }}{{ $x := bcrypt "x" }}{{ end }}');
    await expect(template.execute({}, { threadTimeoutMs: 100 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      retryable: true,
      publicMessage: 'template: key: the rendering took more than 100 ms',
    });
    expect((await compile('key', '{{ bcrypt "x" }}').execute({})).length).toBe(60);
  });

  test('a caller that gives up stops the worker', async () => {
    const template = compile('key', '{{ range 1000 }}{{ $x := bcrypt "x" }}{{ end }}');
    const abort = new AbortController();
    const rendering = template.execute({}, { signal: abort.signal });
    abort.abort();
    await expect(rendering).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(template.execute({}, { signal: abort.signal })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('more renderings than workers wait for their turn', async () => {
    const template = compile('key', '{{ .a }}{{ bcrypt "x" | len }}');
    const outputs = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((a) => template.execute({ a })));
    expect(outputs.map((output) => Buffer.from(output).toString())).toEqual(['a60', 'b60', 'c60', 'd60', 'e60']);
  });
});
