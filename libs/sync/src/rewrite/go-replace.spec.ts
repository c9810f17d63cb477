import fc from 'fast-check';
import { compileRegexp } from '@eso/api/regexp';
import { Fuel } from '@eso/runtime';
import { replacer } from './go-replace.ts';

const fuel = new Fuel(Infinity);
const replace = (source: string, text: string, template: string): string | undefined =>
  replacer(compileRegexp(source, fuel), template)(text, { fuel });

// Expected values are those of Go's regexp.ReplaceAllString.
test.each([
  ['(.*)', 'foo', 'new-$1', 'new-foo'],
  ['.*', 'foo', 'x', 'x'],
  ['(.*)', '', 'new-$1', 'new-'],
  ['a*', 'baaac', '-', '-b-c-'],
  ['', 'ab', '-', '-a-b-'],
  ['', '😀b', '-', '-😀-b-'],
  ['o', 'foo', '0', 'f00'],
  ['foo', 'bar', 'x', 'bar'],
  ['^a', 'aaa', 'b', 'baa'],
  ['a$', 'aaa', 'b', 'aab'],
  ['\\bx', 'x xx', 'y', 'y yx'],
  ['([a-z]+)/([a-z]+)', 'one/two', '$2-$1', 'two-one'],
  ['(\\w+)', 'key', '$1_x', ''],
  ['(\\w+)', 'key', '${1}_x', 'key_x'],
  ['(?P<first>\\w)(?P<rest>\\w*)', 'key', '${rest}${first}', 'eyk'],
  ['(?P<first>\\w)(?P<rest>\\w*)', 'key', '$rest-$first', 'ey-k'],
  ['(?<n>a)', 'a', '[$n]', '[a]'],
  ['(a)|(b)', 'ab', '<$1|$2>', '<a|><|b>'],
  ['a', 'a', '$0$0', 'aa'],
  ['a', 'a', '$$', '$'],
  ['a', 'a', '$$1', '$1'],
  ['(a)', 'a', '$$$1', '$a'],
  ['a', 'a', '$', '$'],
  ['a', 'a', 'x$', 'x$'],
  ['a', 'a', '$-', '$-'],
  ['a', 'a', '${', '${'],
  ['a', 'a', '${}', '${}'],
  ['a', 'a', '${a-b}', '${a-b}'],
  ['(a)', 'a', '${1', '${1'],
  ['(a)', 'a', '$2', ''],
  ['(a)', 'a', '$01', ''],
  ['(a)', 'a', '$99999999999', ''],
  ['a', 'a', '$constructor', ''],
  ['(?i)KEY', 'key', 'x', 'x'],
  ['/', 'a/b/c', '_', 'a_b_c'],
  ['\\d', '१2', 'n', '१n'],
])('%s on %j with %j gives %j [1.11.26] [1.11.27] [1.11.28] [8.23] [8.61]', (source, text, template, expected) => {
  expect(replace(source, text, template)).toBe(expected);
});

test('replacing each match by itself changes nothing', () => {
  const source = fc.constantFrom('a*', '(.*)', 'b|', '[^a]+', 'x?', '(a|b)(c?)', '\\b');
  fc.assert(
    fc.property(source, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '😀', ' ') }), (expression, text) => {
      expect(replace(expression, text, '$0')).toBe(text);
    }),
  );
});

test('a replacement without a dollar sign is taken as it is', () => {
  fc.assert(
    fc.property(fc.string(), (template) => {
      fc.pre(!template.includes('$'));
      expect(replace('x', 'x', template)).toBe(template);
    }),
  );
});
