import { compile, TemplateError } from './index.ts';
import type { Limits } from './index.ts';

function failure(template: string, data: Record<string, string> = {}, limits: Partial<Limits> = {}): TemplateError {
  try {
    compile('t', template, { limits }).execute(data);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`${template.slice(0, 80)} was rendered`);
}

const mebibyte = 1024 * 1024;

describe('limits', () => {
  test.each([
    ['steps', '{{ range 100000000 }}{{ end }}', 'steps'],
    ['steps of nested loops', '{{ range 10000 }}{{ range 10000 }}x{{ end }}{{ end }}', 'steps'],
    ['output', '{{ range 2000 }}{{ repeat 1000 "x" }}{{ end }}', 'bytes of output'],
    ['output of one text', '{{ repeat 2000000 "x" }}', 'bytes of output'],
    ['memory of one text', '{{ repeat 1000000000 "x" | len }}', 'bytes of memory'],
    ['memory of doubling', '{{ $x := "ab" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}', 'bytes of memory'],
    [
      'memory of replacing',
      '{{ $x := repeat 5000 "a" }}{{ $x = replace "a" $x $x }}{{ $x = replace "a" $x $x }}',
      'bytes of memory',
    ],
    ['memory of a list', '{{ until 1000000000 | len }}', 'bytes of memory'],
    ['memory of a sequence', '{{ seq 1 1000000000 | len }}', 'bytes of memory'],
    ['memory of a growing list', '{{ $l := list 1 }}{{ range 64 }}{{ $l = concat $l $l }}{{ end }}', 'bytes of memory'],
    ['memory of indentation', '{{ indent 100000000 "x" | len }}', 'bytes of memory'],
    ['memory of format widths', '{{ range 1000 }}{{ $x := printf "%1000000d" 1 }}{{ end }}', 'bytes of memory'],
    ['memory of random text', '{{ randAlphaNum 1000000000 | len }}', 'bytes of memory'],
    ['memory of wrapping', '{{ wrapWith 1 (repeat 1000000 "x") (repeat 1000 "y") | len }}', 'bytes of memory'],
    ['template calls', '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}', 'levels of nesting'],
    ['a cycle in a dictionary', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}', 'levels of nesting'],
    ['a cycle as JSON', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}', 'levels of nesting'],
    ['a cycle as YAML', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toYaml $d }}', 'levels of nesting'],
    ['a cycle copied', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d | len }}', 'levels of nesting'],
    [
      'a cycle merged',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ merge $d $e | len }}',
      'levels of nesting',
    ],
    [
      'a cycle compared',
      '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ deepEqual $d $e }}',
      'levels of nesting',
    ],
    ['nested parentheses', `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`, 'levels of nesting'],
    ['nested blocks', `${'{{ if 1 }}'.repeat(5000)}${'{{ end }}'.repeat(5000)}`, 'levels of nesting'],
  ])('%s', (_what, template, unit) => {
    const error = failure(template);
    expect(error.code).toBe('LIMIT');
    expect(error.publicMessage).toContain(unit);
  });

  const hostile: readonly (readonly [string, string, string])[] = [
    ['JSON of brackets', '{{ fromJson .x }}', '['.repeat(mebibyte)],
    ['YAML of brackets', '{{ fromYaml .x }}', '['.repeat(mebibyte)],
    ['YAML of dashes', '{{ fromYaml .x }}', '- '.repeat(mebibyte / 2)],
    ['YAML of braces', '{{ fromYaml .x }}', '{a: '.repeat(mebibyte / 4)],
    [
      'YAML of aliases',
      '{{ fromYaml .x | toJson }}',
      Array.from({ length: 40 }, (_u, at) =>
        at === 0
          ? 'a0: &a0 [x,x,x,x,x,x,x,x,x]'
          : `a${at}: &a${at} [${Array(9)
              .fill(`*a${at - 1}`)
              .join(',')}]`,
      ).join('\n'),
    ],
    ['a regular expression that looks far ahead', '{{ regexReplaceAll "a.*b|a" .x "" | len }}', 'a'.repeat(mebibyte)],
    ['a large regular expression', '{{ regexMatch "(x+x+)+y(a|b|c|d){500}" .x }}', 'x'.repeat(mebibyte)],
    ['all matches of a regular expression', '{{ regexFindAll "x" .x -1 | len }}', 'x'.repeat(mebibyte)],
    ['many fields', '{{ split "" .x | len }}', 'x'.repeat(mebibyte)],
    [
      'unique items of a list',
      '{{ splitList "," .x | uniq | len }}',
      Array.from({ length: 100_000 }, (_u, at) => at).join(','),
    ],
    ['sorting', '{{ splitList "" .x | sortAlpha | len }}', 'zyx'.repeat(mebibyte / 3)],
    ['quoting', '{{ range 100 }}{{ $q := quote $.x }}{{ end }}', '\x00'.repeat(mebibyte)],
    ['letter case', '{{ range 100 }}{{ $q := snakecase $.x }}{{ end }}', 'aB'.repeat(mebibyte / 2)],
    ['numbers', '{{ addf .x 1 }}', '9'.repeat(mebibyte)],
    ['decimal products', '{{ $x := 1.1 }}{{ range 100000 }}{{ $x = mulf $x 1.1 1.1 1.1 1.1 }}{{ end }}', ''],
    ['versions', '{{ semverCompare .x "1.2.3" }}', '>=1 '.repeat(mebibyte / 4)],
    ['base32', '{{ range 100 }}{{ $x := b32enc $.x }}{{ end }}', 'x'.repeat(mebibyte)],
  ];

  test.each(hostile)('1 MiB of input for %s ends', (_what, template, x) => {
    let code = 'rendered';
    try {
      compile('t', template).execute({ x });
    } catch (error) {
      code = TemplateError.from(error).code;
    }
    // A hang would meet the runner's own limit.
    expect(['rendered', 'LIMIT', 'TIMEOUT', 'EXECUTE']).toContain(code);
  });

  test('limits are options', () => {
    expect(failure('{{ range 100 }}x{{ end }}', {}, { output: 10 }).publicMessage).toBe(
      'template: t: the template exceeds its limit of 10 bytes of output',
    );
    expect(failure('{{ range 100 }}x{{ end }}', {}, { steps: 50 }).code).toBe('LIMIT');
    expect(failure('{{ ((((1)))) }}', {}, { nesting: 3 }).code).toBe('LIMIT');
  });
});
