import { compile, functionTable, TemplateError } from './index.ts';

const data = { a: 'x', json: '{"__proto__":{"polluted":true},"constructor":{"name":"c"},"x":{"y":1}}' };

function render(template: string): string {
  try {
    return Buffer.from(compile('t', template).execute(data)).toString();
  } catch (error) {
    const wanted = TemplateError.from(error);
    // Anything else is a way out, or a defect.
    if (!(error instanceof TemplateError) || wanted.code === 'INTERNAL') throw error;
    return `error: ${wanted.goMessage}`;
  }
}

const names = [
  ...['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'process', 'require', 'import'],
  ...['global', 'globalThis', 'Function', 'eval', 'Object', 'Buffer', 'module', 'exports', 'fs', 'arguments', 'this'],
  ...['entries', 'items', 'type', 'length', 'value', 'call', 'apply', 'bind', 'then', 'fields', 'method', 'instant'],
  ...['__defineGetter__', '__lookupGetter__', 'isNil', 'zone', 'major', 'original', 'name', 'kind'],
];

// Every place where the grammar takes a name.
const places: Readonly<Record<string, (name: string) => string>> = {
  'field of the root': (name) => `{{ .${name} }}`,
  'field of a field': (name) => `{{ .a.${name} }}`,
  'field of the dollar sign': (name) => `{{ $.${name} }}`,
  'field of a variable': (name) => `{{ $v := .a }}{{ $v.${name} }}`,
  'field of a chain': (name) => `{{ (print .a).${name} }}`,
  'field of a list': (name) => `{{ (list 1 2).${name} }}`,
  'field of an int': (name) => `{{ (int 1).${name} }}`,
  'field of a float': (name) => `{{ (float64 1).${name} }}`,
  'field of a bool': (name) => `{{ (eq 1 1).${name} }}`,
  'field of a nil': (name) => `{{ (first (list)).${name} }}`,
  'field of a time': (name) => `{{ now.${name} }}`,
  'field of a duration': (name) => `{{ (now.Sub now).${name} }}`,
  'field of a version': (name) => `{{ (semver "1.2.3").${name} }}`,
  'field of a dictionary': (name) => `{{ (dict "k" 1).${name} }}`,
  'field with arguments': (name) => `{{ .a.${name} 1 2 }}`,
  'field of an element': (name) => `{{ range list 1 "a" (dict) }}{{ .${name} }}{{ end }}`,
  'field in with': (name) => `{{ with .a }}{{ .${name} }}{{ end }}`,
  function: (name) => `{{ ${name} }}`,
  'function with arguments': (name) => `{{ ${name} "x" 1 }}`,
  'function in a pipeline': (name) => `{{ .a | ${name} }}`,
  variable: (name) => `{{ $${name} }}`,
  template: (name) => `{{ template "${name}" . }}`,
};

describe('nothing of the host can be reached', () => {
  test.each(Object.entries(places))('%s', (_place, write) => {
    for (const name of names) {
      const answer = render(write(name));
      // Functions of the table may have one of the names; all else is an error.
      const isFunction = functionTable.has(name);
      if (!isFunction) expect(answer).toMatch(/^error: /);
      expect(answer).not.toMatch(/native code|\[object|function\s*\(|polluted/);
    }
  });

  test('keys with such names are plain keys', () => {
    for (const name of names) {
      expect(render(`{{ index . "${name}" }}`)).toBe('');
      expect(render(`{{ get (dict "a" 1) "${name}" }}|{{ hasKey (dict) "${name}" }}`)).toBe('|false');
      expect(render(`{{ $d := set (dict) "${name}" 1 }}{{ $d }}`)).toBe(`map[${name}:1]`);
      expect(render(`{{ (dict "${name}" 5).${name} }}`)).toBe('5');
      expect(render(`{{ define "${name}" }}in{{ end }}{{ template "${name}" }}`)).toBe('in');
    }
  });

  test('parsed documents bring no prototype along', () => {
    expect(
      render('{{ $j := fromJson .json }}{{ $j.__proto__.polluted }} {{ $j.x.polluted | default "none" }}'),
    ).toMatch(/^error: .*map has no entry for key "polluted"/);
    expect(render('{{ toJson (fromJson .json) }}')).toBe(
      '{"__proto__":{"polluted":true},"constructor":{"name":"c"},"x":{"y":1}}',
    );
    expect(render('{{ toJson (merge (dict) (fromJson .json)) }}')).toContain('"__proto__"');
    expect(render('{{ (fromYaml "__proto__: {polluted: yes}").__proto__ }}')).toBe('map[polluted:true]');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('there is no environment, no file, no network', () => {
    for (const name of ['env', 'expandenv', 'getHostByName', 'lookup', 'include', 'tpl', 'readFile', 'required']) {
      expect(render(`{{ ${name} "x" }}`)).toBe(`error: template: t:1: function "${name}" not defined`);
    }
  });
});
