/** The rows of docs/parity.md. */

/** What a row says of ours: it does the same, something else on purpose, or nothing yet. */
export const STATUSES = ['same', 'differs', 'not yet'] as const;

/** One thing that users observe. */
export interface Row {
  /** Section and number in it, such as `1.13b.4`, `8.12`, `P2.6.1` (of the proofs of concept) or `V3.1.2` (of providers). */
  readonly id: string;
  readonly text: string;
  readonly status: (typeof STATUSES)[number];
  /** Why it differs, or which later part has it; empty for `same`. */
  readonly reason: string;
}

/** What a page of rows holds, and what is wrong with it. */
export interface Page {
  readonly rows: readonly Row[];
  /** Sentences, each with the line; empty for a sound page. */
  readonly problems: readonly string[];
}

const SECTION = /^## ([PV]?[1-9]\d*(?:\.[1-9]\d*[a-z]?)?) /;
const ROW = /^\| ([PV]?[\d.a-z]+) +\| (.+?) +\| (\S.*?) +\|$/;
const STATUS = /^(same|differs|not yet)(?:: (\S.*))?$/;

/**
 * Reads a page: sections `## 1.5 Title`, and rows `| 1.5.2 | text | status |` numbered from 1 in each. Ids that leave a number out or
 * come twice, and states without a reason, are problems: ids are stable only while rows are neither taken out nor moved.
 */
export function rowsOf(page: string): Page {
  const rows: Row[] = [];
  const problems: string[] = [];
  let section: string | undefined;
  let next = 1;
  for (const [index, line] of page.split('\n').entries()) {
    const heading = SECTION.exec(line);
    if (heading) {
      section = heading[1];
      next = 1;
      continue;
    }
    if (!line.startsWith('|') || /^\| (Id|-+) /.test(line)) continue;
    const [, id = '', text = '', status = ''] = ROW.exec(line) ?? [];
    const expected = `${section ?? '?'}.${next++}`;
    if (id !== expected) problems.push(`line ${index + 1}: the row should have the id ${expected}, not "${id}"`);
    const row = rowOf(id, text, status);
    if (row) rows.push(row);
    else problems.push(`line ${index + 1}: "${status}" is none of: same; differs: <reason>; not yet: <part>`);
  }
  return { rows, problems };
}

function rowOf(id: string, text: string, status: string): Row | undefined {
  const [, word, reason = ''] = STATUS.exec(status) ?? [];
  const known = STATUSES.find((one) => one === word);
  if (known === undefined || (known === 'same') !== (reason === '')) return undefined;
  return { id, text, status: known, reason };
}
