/** The two tables that are compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreResources, crd } from '@eso/api/schema';
import { type Crd, factsOf, type FactTable, readFacts } from './facts.ts';

/** Upstream's table, below the root. */
export const TABLE = 'tools/schema-compare/external-secret.facts';

/** Facts that upstream's CRD has. @throws what the file system answers */
export const upstreamFacts = (root: string): FactTable => readFacts(readFileSync(join(root, TABLE), 'utf8'));

/** Facts of our CRD, as it is generated into the chart. */
export function ourFacts(): FactTable {
  const resource = coreResources.find(({ kind }) => kind === 'ExternalSecret');
  if (!resource) throw new Error('there is no kind ExternalSecret');
  return factsOf(crd(resource) as unknown as Crd);
}
