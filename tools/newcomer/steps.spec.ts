import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { edited, STEPS, timeTable, withTable } from './steps.mjs';

test("the newcomer's test and change fit into the files as they are", () => {
  const edits = STEPS.flatMap(({ edit }) => (edit ? [edit] : []));
  expect(edits).toHaveLength(2);
  for (const edit of edits) {
    const text = readFileSync(join(root, edit.file), 'utf8');
    expect(edited(text, edit)).toHaveLength(text.length + edit.insert.length);
  }
});

test('a change whose place is gone, or there twice, is an error that names the file', () => {
  const edit = { file: 'a.ts', after: 'here\n', insert: 'new\n' };
  expect(edited('one\nhere\ntwo\n', edit)).toBe('one\nhere\nnew\ntwo\n');
  expect(() => edited('one\n', edit)).toThrow('a.ts has 0 places');
  expect(() => edited('here\nhere\n', edit)).toThrow('a.ts has 2 places');
});

test('times become a table, which takes the place of the one before in the page', () => {
  const begin = '<!-- printed by npm run newcomer: begin -->';
  const end = '<!-- printed by npm run newcomer: end -->';
  const table = timeTable([{ name: 'the gate', command: 'npm run check', seconds: 61.24 }], {
    cores: 2,
    node: 'v20.1.0',
  });
  expect(withTable(`a\n${begin}\nold\n${end}\nb\n`, table).split('\n')).toEqual([
    'a',
    begin,
    '',
    'On 2 cores, begun with Node v20.1.0:',
    '',
    '| Step | Command | seconds |',
    '| --- | --- | --- |',
    '| the gate | `npm run check` | 61.2 |',
    '',
    end,
    'b',
    '',
  ]);
  expect(() => withTable('a\n', table)).toThrow('CONTRIBUTING.md lacks');
});
