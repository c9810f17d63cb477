/**
 * npm run schema:compare: our CRD of ExternalSecret against the table of upstream's fields that stands beside this file.
 *
 * --from FILE  first makes that table anew, out of a CRD that upstream has published; --release NAME says which one it was
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { root } from '../setup.mjs';
import { compare } from './compare.ts';
import { DIFFERENCES } from './differences.ts';
import { type Crd, factsOf, factText } from './facts.ts';
import { ourFacts, TABLE, upstreamFacts } from './tables.ts';

const { values } = parseArgs({ options: { from: { type: 'string' }, release: { type: 'string' } } });

if (values.from !== undefined) {
  if (values.release === undefined) throw new Error('--from needs --release, such as --release 2.9.0');
  const header =
    `// Fields of ExternalSecret v1 in External Secrets ${values.release}: path, then what its CRD says of it, as JSON.\n` +
    `// Made by "npm run schema:compare -- --from FILE --release ${values.release}" out of the CRD that is published.\n`;
  writeFileSync(join(root, TABLE), header + factText(factsOf(parse(readFileSync(values.from, 'utf8')) as Crd)));
}
const { problems, fields, facts, differences } = compare(upstreamFacts(root), ourFacts(), DIFFERENCES);
for (const { path, keyword, reason } of differences) console.log(`differs: ${path}, ${keyword}: ${reason}`);
for (const problem of problems) console.log(problem);
console.log(`${fields} fields, ${facts} facts, ${differences.length} known differences, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
