import type { ByteText } from '../../byte-text.ts';
import { type Budget, WORKED_ON } from '../budget.ts';
import { members } from '../members.ts';
import { isContainer, parseDocument } from '../value.ts';

/** `@group`: turns an object of arrays into an array of objects, `{"a":[1,2],"b":[3]}` into `[{"a":1,"b":3},{"a":2}]`. */
export function group(json: ByteText, _argument: ByteText, budget: Budget): ByteText {
  const value = parseDocument(json);
  if (!isContainer(value, '{')) return '';
  const rows: ByteText[][] = [];
  for (const { key = '', value: column } of members(value, budget)) {
    if (!isContainer(column, '[')) continue;
    let index = 0;
    for (const { value: cell } of members(column, budget)) {
      // The key of a column is written once for each of its cells.
      budget.charge(key.length + cell.raw.length + 2, WORKED_ON);
      (rows[index++] ??= []).push(`${key}:${cell.raw}`);
    }
  }
  return `[${rows.map((row) => `{${row.join(',')}}`).join(',')}]`;
}
