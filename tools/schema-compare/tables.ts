/** The kinds that are compared, with both tables of each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coreResources, crd } from '@eso/api/schema';
import type { Difference } from './compare.ts';
import { EXTERNAL_SECRET_DIFFERENCES, STORE_DIFFERENCES } from './differences.ts';
import { type Crd, factsOf, type FactTable, readFacts } from './facts.ts';

/** A kind that upstream has, too. */
export interface ComparedKind {
  readonly kind: string;
  /** Upstream's table, below the root. */
  readonly table: string;
  /** Known differences, each with its reason. */
  readonly differences: readonly Difference[];
  /** Path below which upstream's table says nothing, because ours takes whatever stands there. */
  readonly open?: string;
}

/** Every kind that is compared. */
export const COMPARED: readonly ComparedKind[] = [
  {
    kind: 'ExternalSecret',
    table: 'tools/schema-compare/external-secret.facts',
    differences: EXTERNAL_SECRET_DIFFERENCES,
  },
  {
    kind: 'SecretStore',
    table: 'tools/schema-compare/secret-store.facts',
    differences: STORE_DIFFERENCES,
    open: 'spec.provider',
  },
  {
    kind: 'ClusterSecretStore',
    table: 'tools/schema-compare/cluster-secret-store.facts',
    differences: STORE_DIFFERENCES,
    open: 'spec.provider',
  },
];

/** The entry of a kind. @throws Error for a kind that is not compared */
export function comparedKind(kind: string): ComparedKind {
  const found = COMPARED.find((one) => one.kind === kind);
  if (!found) throw new Error(`${kind} is not among the kinds that are compared`);
  return found;
}

/** Facts that upstream's CRD of a kind has. @throws what the file system answers */
export const upstreamFacts = (root: string, { table }: Pick<ComparedKind, 'table'>): FactTable =>
  readFacts(readFileSync(join(root, table), 'utf8'));

/** Facts of our CRD of a kind, as it is generated into the chart; without the rules of libs/sync/src/rules that are added there. */
export function ourFacts({ kind }: Pick<ComparedKind, 'kind'>): FactTable {
  const resource = coreResources.find((one) => one.kind === kind);
  if (!resource) throw new Error(`there is no kind ${kind}`);
  return factsOf(crd(resource) as unknown as Crd);
}

/** A table without what stands below a path. */
export function closedAt(table: FactTable, path: string | undefined): FactTable {
  if (path === undefined) return table;
  return new Map([...table].filter(([field]) => !field.startsWith(`${path}.`)));
}
