/**
 * npm run generate: writes everything that is made from another file and committed nevertheless.
 *   proto/                                   → libs/api/src/gen            (message and service stubs)
 *   libs/api/src/schema, libs/sync/src/rules → charts/external-secrets/files/crds
 *   libs/sync/src/rules                      → charts/external-secrets/files/admission.yaml
 *   apps/provider-<name>/src/config/index.ts → charts/provider-<name>/files/crds, apps/provider-<name>/src/config/gen
 *   charts/<chart>/values.yaml               → its values.schema.json and README.md
 *   the programs' own --help, the tables of error codes, the providers' configs → docs/reference
 *
 * --check         writes nothing; fails when a committed file is not what its source says, or the contract breaks
 * --new-baseline  makes today's contract the one that later changes are compared with (after a release)
 */
import { parseArgs } from 'node:util';
import { root } from '../setup.mjs';
import { admissionFiles } from './admission.ts';
import { chartFiles } from './charts/files.ts';
import { breakingChanges, lintContract, writeBaseline } from './contract.ts';
import { crdFiles } from './crds.ts';
import { type GeneratedFiles, drift, write } from './files.ts';
import { inlineSchemaFiles } from './inline-schemas.ts';
import { referencePolicyFiles } from './reference-policies.ts';
import { referenceFiles } from './reference.ts';
import { stubFiles } from './stubs.ts';

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, 'new-baseline': { type: 'boolean', default: false } },
});

// The providers, whose flags are printed below, start with these.
const inlineSchemas = await inlineSchemaFiles(root);
const early = values.check ? [] : inlineSchemas.flatMap((set) => write(root, set));

const sets: readonly GeneratedFiles[] = [
  ...inlineSchemas,
  await stubFiles(root),
  ...(await crdFiles(root)),
  admissionFiles(),
  ...(await referencePolicyFiles(root)),
  await referenceFiles(root),
  ...chartFiles(root),
];

if (values['new-baseline']) await writeBaseline(root);

if (values.check) {
  const problems = [
    ...sets.flatMap((set) => drift(root, set)),
    ...(await lintContract(root)),
    ...(await breakingChanges(root)),
  ];
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'contract and generated files: in order' : `${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  const changed = [...early, ...sets.flatMap((set) => write(root, set))];
  for (const path of changed) console.log(`wrote ${path}`);
  const total = sets.reduce((sum, set) => sum + set.files.size, 0);
  console.log(`${total} generated files, ${changed.length} changed`);
}
