import { readFileSync } from 'node:fs';
import { RULE_BOOK } from './rule-book.ts';

const page = readFileSync(new URL('../../../docs/provider-contract.md', import.meta.url), 'utf8');

test('the contract has one row for each rule, under its own anchor', () => {
  const rows = [...page.matchAll(/^\| <a id="([^"]+)"><\/a>(\S+) \|/gm)];
  expect(rows.filter(([, anchor, id]) => anchor !== id)).toEqual([]);
  expect(rows.map(([, anchor]) => anchor).sort()).toEqual(Object.keys(RULE_BOOK).sort());
});

test('the numbers of a group have no gap', () => {
  const groups = new Map<string, number[]>();
  for (const id of Object.keys(RULE_BOOK)) {
    const [group = '', number] = id.split('.');
    groups.set(group, [...(groups.get(group) ?? []), Number(number)]);
  }
  for (const [group, numbers] of groups)
    expect([group, numbers]).toEqual([group, numbers.map((_, index) => index + 1)]);
});
