/** What follows `app.kubernetes.io/` in a label of an object; in metrics `-` is `_`. */
const SUFFIXES = ['name', 'instance', 'version', 'component', 'part-of', 'managed-by'] as const;

/** Names of the extended labels, as External Secrets 2.x has them, and the object's label that each is read from. */
const SOURCES: readonly (readonly [label: string, source: string])[] = SUFFIXES.map((suffix) => [
  `app_kubernetes_io_${suffix.replace('-', '_')}`,
  `app.kubernetes.io/${suffix}`,
]);

/** Labels of a metric with their values. */
export type LabelValues = Readonly<Record<string, string>>;

/**
 * The six extended labels of an object; empty where the object has no such label. Nothing else of it becomes a label, so that none can
 * take the place of `name` or `namespace`.
 */
export function extendedLabels(labels: Readonly<Record<string, string>> | undefined): LabelValues {
  return Object.fromEntries(SOURCES.map(([label, source]) => [label, labels?.[source] ?? '']));
}

/** Those of an object that is gone: nobody knows its labels any more. */
export const NO_EXTENDED_LABELS: LabelValues = extendedLabels(undefined);
