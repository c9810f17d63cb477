/**
 * npm run schema:compare: our CRDs against the tables of upstream's fields that stand beside this file.
 *
 * --from FILE  first makes the table of the kind anew, out of a CRD that upstream has published; --release NAME says which one it was
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { root } from '../setup.mjs';
import { compare } from './compare.ts';
import { type Crd, factsOf, factText } from './facts.ts';
import { INLINE_TABLE, inlineConfigsOf, inlineTable } from './inline-configs.ts';
import { closedAt, COMPARED, comparedKind, ourFacts, upstreamFacts } from './tables.ts';

const { values } = parseArgs({ options: { from: { type: 'string' }, release: { type: 'string' } } });

if (values.from !== undefined) {
  if (values.release === undefined) throw new Error('--from needs --release, such as --release 2.9.0');
  const crd = parse(readFileSync(values.from, 'utf8')) as Crd;
  const { kind, table, open } = comparedKind(String(crd.spec.names['kind']));
  const header =
    `// Fields of ${kind} v1 in External Secrets ${values.release}: path, then what its CRD says of it, as JSON.\n` +
    `// Made by "npm run schema:compare -- --from FILE --release ${values.release}" out of the CRD that is published` +
    (open === undefined ? '.\n' : `;\n// what stands below ${open} is left out.\n`);
  writeFileSync(join(root, table), header + factText(closedAt(factsOf(crd), open)));
  if (kind === 'SecretStore') {
    const keys = (await inlineConfigsOf(root)).map(({ key }) => key);
    writeFileSync(
      join(root, INLINE_TABLE),
      `// Configs in stores of External Secrets ${values.release}: every key of its CRD of SecretStore, and what it says\n// below those that are served here.\n` +
        factText(inlineTable(factsOf(crd), keys)),
    );
  }
}
let failed = 0;
for (const one of COMPARED) {
  const { problems, fields, facts, differences } = compare(upstreamFacts(root, one), ourFacts(one), one.differences);
  for (const { path, keyword, reason } of differences)
    console.log(`differs: ${one.kind} ${path}, ${keyword}: ${reason}`);
  for (const problem of problems) console.log(`${one.kind}: ${problem}`);
  console.log(
    `${one.kind}: ${fields} fields, ${facts} facts, ${differences.length} known differences, ${problems.length} problems`,
  );
  failed += problems.length;
}
process.exit(failed === 0 ? 0 : 1);
