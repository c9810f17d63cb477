import { Fuel, FuelSpent, programCost, regexpLimits } from '@eso/runtime';
import { RE2JS } from 're2js';
import { compileRegexp } from '../../../libs/api/src/regexp/compile.ts';
import { RegexpError } from '../../../libs/api/src/regexp/error.ts';
import type { Expression } from '../../../libs/api/src/regexp/expression.ts';
import { replacer } from '../../../libs/sync/src/rewrite/go-replace.ts';
import { attempt, must, partsOf, type Target, wordFor } from '../target.ts';

const FUEL = 300_000_000;
/** Expressions that Go and JavaScript read alike; short, since JavaScript's engine backtracks. */
const SHARED = /^(?:[a-z]|\.|\[[a-z]+\]|\((?:[a-z|]+)\)|[a-z.][*+?]|\|){1,8}$/;

/** Compiles an expression and searches a text: expression, text and replacement, divided by NUL. */
export const regexps: Target = {
  name: 'regexps',
  maxBytes: 5_000,
  dictionary: [
    ...[
      '(?i)',
      '(?s:',
      '(?P<n>',
      '(?<n>',
      '(?:',
      '(?=',
      '\\pL',
      '\\p{Greek}',
      '\\PN',
      '[[:word:]]',
      '[^',
      '\\d',
      '\\b',
    ],
    ...['{1000}', '{0,2}', '{,3}', '{2,}', '*', '+?', '|', '^', '$', '\\Q', '\\E', '\\x{10ffff}', '[a-z]', '.*', '\0'],
    ...['${n}', '$1', '$$', '$n', 'é', '😀', '\\C', '\\z', '\\A', '(?U)', '\\077', '[\\x{100}-\\x{ffff}]', ')', '('],
  ],
  run(input) {
    const [source = '', text = '', replacement = ''] = partsOf(input, 3).map((part) => part.toString());
    const cost = programCost(source);
    must(Number.isFinite(cost.instructions) && cost.instructions >= 0, 'every expression has a cost');
    const compiled = attempt(() => compileRegexp(source, new Fuel(FUEL)), RegexpError, FuelSpent);
    if ('refused' in compiled) {
      must(
        !(compiled.refused instanceof RegexpError) || compiled.refused.message.length < 10_000,
        'a refusal is short',
      );
      return wordFor(compiled);
    }
    must(Buffer.byteLength(source) <= regexpLimits.bytes, 'what is compiled is bounded');
    must(RE2JS.compile(source).programSize() <= cost.instructions, 'a program is no larger than was told');
    return searched(compiled.value, text, replacement);
  },
};

function searched(expression: Expression, text: string, replacement: string): string {
  const search = attempt(() => {
    const fuel = new Fuel(FUEL);
    const found = expression.test(text, fuel);
    const match = expression.find(text, 0, fuel);
    must((match !== undefined) === found, 'a search agrees with its match');
    if (expression.matchesWhole(text, fuel)) must(found, 'what matches as a whole is found');
    for (const group of match ?? [])
      must(!group || (group.start <= group.end && group.end <= text.length), 'a group lies in the text');
    return match;
  }, FuelSpent);
  if ('value' in search) agrees(expression.source, text, search.value?.[0]);
  const maxLength = 1_000;
  const replaced = attempt(
    () => replacer(expression, replacement)(text, { fuel: new Fuel(FUEL), maxLength }),
    FuelSpent,
  );
  if ('value' in replaced && replaced.value !== undefined)
    must(replaced.value.length <= maxLength, 'a replacement is as long as it may be');
  return `${wordFor(search)} ${wordFor(replaced)}`;
}

/** JavaScript's engine finds the same place. */
function agrees(source: string, text: string, found: { start: number; end: number } | undefined): void {
  if (!SHARED.test(source) || text.length > 30 || !/^[a-z ]*$/.test(text)) return;
  const match = new RegExp(source, 'u').exec(text);
  must(match?.index === found?.start, 'the match begins where JavaScript finds it');
  must(!match || match.index + match[0].length === found?.end, 'and ends there');
}
