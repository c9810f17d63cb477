import { TemplateError } from '../error.ts';
import { applyDocument, applyValue, parseScope, parseTarget } from './apply.ts';
import type { ManifestObject } from './json-value.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function withValue(object: ManifestObject, target: string, key: string, value: string): ManifestObject {
  applyValue(object, parseTarget(target), { key, text: bytes(value) });
  return object;
}

function withDocument(object: ManifestObject, target: string, document: string): ManifestObject {
  applyDocument(object, parseTarget(target), { key: 'doc', text: bytes(document) });
  return object;
}

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError && error.code === 'TARGET') return error.publicMessage;
    throw error;
  }
  throw new Error('no error');
}

describe('scope Values', () => {
  test('sets entries of data, labels and annotations, in any case [5.2.13]', () => {
    expect(withValue({}, 'Data', 'a', 'x: 1')).toEqual({ data: { a: 'x: 1' } });
    expect(withValue({ metadata: { name: 'n' } }, 'LABELS', 'a', '1')).toEqual({
      metadata: { name: 'n', labels: { a: '1' } },
    });
    expect(withValue({}, 'annotations', 'a', 'b')).toEqual({ metadata: { annotations: { a: 'b' } } });
  });

  test('sets fields of spec as text [5.2.14]', () => {
    expect(withValue({ spec: { b: 1 } }, 'spec', 'a', '5')).toEqual({ spec: { a: '5', b: 1 } });
  });

  test('replaces what stands at a path by the YAML value, whatever the key [5.2.15] [5.2.16] [5.2.17]', () => {
    expect(withValue({}, 'immutable', 'k', 'true')).toEqual({ immutable: true });
    expect(withValue({ type: 'a' }, 'type', 'k', 'b')).toEqual({ type: 'b' });
    expect(withValue({}, 'spec.replicas', 'k', '3')).toEqual({ spec: { replicas: 3 } });
    expect(withValue({}, 'a.b[2].c', 'k', '[1, x]')).toEqual({ a: { b: [null, null, { c: [1, 'x'] }] } });
    expect(withValue({ a: { b: { c: 1 } } }, 'a.b', 'k', 'd: 2')).toEqual({ a: { b: { d: 2 } } });
    expect(withValue({ a: [[1, 2]] }, 'a[0][1]', 'k', '9')).toEqual({ a: [[1, 9]] });
    expect(withValue({}, 'a', 'k', 'a: b: c')).toEqual({ a: 'a: b: c' });
  });
});

describe('scope KeysAndValues', () => {
  test('sets a pair each [5.2.13]', () => {
    expect(withDocument({ data: { z: '0' } }, 'data', 'a: 1\nb: yes')).toEqual({ data: { z: '0', a: '1', b: 'true' } });
    expect(withDocument({}, 'labels', 'a: 1.50')).toEqual({ metadata: { labels: { a: '1.5' } } });
  });

  test('replaces spec and other fields [5.2.14] [5.2.15]', () => {
    expect(withDocument({ spec: { old: 1 } }, 'spec', 'a: 1')).toEqual({ spec: { a: 1 } });
    expect(withDocument({ x: { old: 1 } }, 'x', 'a: 1')).toEqual({ x: { a: 1 } });
  });

  test('merges maps at the end of a longer path, and replaces all else [5.2.16]', () => {
    expect(withDocument({ a: { b: { c: 1, d: { e: 1 } } } }, 'a.b', 'd: {f: 2}')).toEqual({
      a: { b: { c: 1, d: { f: 2 } } },
    });
    expect(withDocument({ a: { b: [1] } }, 'a.b', 'd: 1')).toEqual({ a: { b: { d: 1 } } });
    expect(withDocument({ a: { b: { c: 1 } } }, 'a.b', '[1]')).toEqual({ a: { b: [1] } });
  });

  test('three passes give what one gives [5.2.21]', () => {
    for (const target of ['data', 'labels', 'spec', 'a.b[1].c', 'x']) {
      const once = withDocument({ a: { b: [] } }, target, 'k: v\nl: 2');
      const thrice = structuredClone(once);
      for (let pass = 0; pass < 3; pass++) withDocument(thrice, target, 'k: v\nl: 2');
      expect(thrice).toEqual(once);
    }
  });
});

describe('errors', () => {
  test.each([
    ['a..b', 'invalid path "a..b": empty segment'],
    ['a[0', `invalid path "a[0": unterminated '['`],
    ['a[x]', 'invalid path "a[x]": bad index "x"'],
    ['a[-1]', 'invalid path "a[-1]": negative index -1'],
    ['a[10001]', 'invalid path "a[10001]": index 10001 exceeds maximum (10000)'],
    ['[0].a', 'invalid path "[0].a": path must start with a key'],
    [`a${'.b'.repeat(100)}`, `invalid path "a${'.b'.repeat(100)}": more than 100 steps`],
    ['a[0]b', `invalid path "a[0]b": expected '[' near "b"`],
  ])('%s [5.2.18]', (target, wanted) => {
    expect(message(() => parseTarget(target))).toBe(wanted);
  });

  test('something else stands in the way [5.2.19]', () => {
    expect(message(() => withValue({ a: 'x' }, 'a.b', 'k', '1'))).toBe(
      'failed to set path a.b: expected map at key "b" but found string',
    );
    expect(message(() => withValue({ a: { b: 1 } }, 'a[0]', 'k', '1'))).toBe(
      'failed to set path a[0]: expected array at index 0 but found map[string]interface {}',
    );
    expect(message(() => withValue({ a: [1] }, 'a.b', 'k', '1'))).toBe(
      'failed to set path a.b: expected map at key "b" but found []interface {}',
    );
  });

  test('an unknown scope [5.2.3]', () => {
    expect(parseScope('Values')).toBe('Values');
    expect(message(() => parseScope('values'))).toBe("unknown scope 'values': expected 'Values' or 'KeysAndValues'");
  });

  test('a dot always divides: a key with one in it cannot be addressed [5.2.20]', () => {
    expect(withValue({ 'a.b': 1 }, 'a.b', 'k', '2')).toEqual({ 'a.b': 1, a: { b: 2 } });
  });

  test('a document that is no YAML', () => {
    expect(message(() => withDocument({}, 'a', 'a: b: c'))).toBe(
      'could not unmarshal template YAML: error converting YAML to JSON: yaml: mapping values are not allowed in this context',
    );
  });
});

test('no path leads to a prototype', () => {
  const object = withValue({}, '__proto__.polluted', 'k', 'yes');
  expect(Object.keys(object)).toEqual(['__proto__']);
  withValue(object, 'constructor.prototype.polluted', 'k', 'yes');
  withDocument(object, 'data', '__proto__: x');
  withDocument(object, 'spec', '__proto__: {polluted: yes}');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
});
