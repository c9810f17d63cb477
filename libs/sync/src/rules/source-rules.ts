/** Rules for `spec.data` and `spec.dataFrom`. */
import { MAX_COMPARED, type SpecRule } from './spec-rule.ts';

const NO_SOURCE = 'either data or dataFrom should be specified';
const TOO_MANY_SOURCES = 'extract, find, or generatorRef cannot be set at the same time';
const EMPTY_ENTRY = 'either extract, find, or sourceRef must be set to dataFrom';
const EMPTY_REF = 'generatorRef or storeRef must be set when using sourceRef in dataFrom';
const REPEATED = 'duplicate secretKey found: ';

/** As many as core reads at all, and some. */
const MAX_ENTRIES = 1_000;

/** Without a source there is nothing to sync. */
export const hasSource: SpecRule = {
  id: 'has-source',
  *problems({ data = [], dataFrom = [] }) {
    if (data.length === 0 && dataFrom.length === 0) yield { field: 'spec', text: NO_SOURCE };
  },
  // A rule of the schema would refuse the schema's own default, which is an empty spec.
  admission: {
    place: 'policy',
    messages: `size(variables.keys) == 0 && size(variables.dataFrom) == 0 ? ['${NO_SOURCE}'] : []`,
  },
};

/** An entry is one call. */
export const oneSourceAnEntry: SpecRule = {
  id: 'one-source-an-entry',
  *problems({ dataFrom = [] }) {
    for (const [index, { extract, find, sourceRef }] of dataFrom.entries())
      if ([extract, find, sourceRef?.generatorRef].filter((part) => part !== undefined).length > 1)
        yield { field: `spec.dataFrom[${index}]`, text: TOO_MANY_SOURCES };
  },
  admission: {
    place: 'policy',
    messages: ofEntries(
      '(has(entry.extract) && has(entry.find)) || ' +
        '((has(entry.extract) || has(entry.find)) && entry.?sourceRef.?generatorRef.hasValue())',
      TOO_MANY_SOURCES,
    ),
  },
};

/** An entry that says nothing is a mistake; one that names a store alone is upstream's, and contributes nothing. */
export const noEmptyEntry: SpecRule = {
  id: 'no-empty-entry',
  *problems({ dataFrom = [] }) {
    for (const [index, { extract, find, sourceRef }] of dataFrom.entries())
      if (!extract && !find && !sourceRef) yield { field: `spec.dataFrom[${index}]`, text: EMPTY_ENTRY };
  },
  admission: {
    place: 'policy',
    messages: ofEntries('!has(entry.extract) && !has(entry.find) && !has(entry.sourceRef)', EMPTY_ENTRY),
  },
};

/** A reference that refers to nothing. */
export const noEmptySourceRef: SpecRule = {
  id: 'no-empty-source-ref',
  *problems({ dataFrom = [] }) {
    for (const [index, { sourceRef }] of dataFrom.entries())
      if (sourceRef && !sourceRef.generatorRef && !sourceRef.storeRef)
        yield { field: `spec.dataFrom[${index}].sourceRef`, text: EMPTY_REF };
  },
  admission: { place: 'schema', how: 'sourceRef has exactly one field (minProperties 1)' },
};

/** Only under Retain: with the other policies a second item is what remains when the first one's secret is absent. */
export const noRepeatedKey: SpecRule = {
  id: 'no-repeated-key',
  *problems({ data = [], target }) {
    if ((target?.deletionPolicy ?? 'Retain') !== 'Retain') return;
    const seen = new Set<string>();
    for (const [index, { secretKey }] of data.entries()) {
      if (seen.has(secretKey)) yield { field: `spec.data[${index}].secretKey`, text: `${REPEATED}${secretKey}` };
      seen.add(secretKey);
    }
  },
  admission: {
    place: 'policy',
    messages:
      `object.spec.?target.?deletionPolicy.orValue('Retain') == 'Retain' && size(variables.keys) <= ${MAX_COMPARED} ? ` +
      'variables.positions.filter(at, at < size(variables.keys) && variables.keys.indexOf(variables.keys[at]) < at)' +
      `.map(at, '${REPEATED}' + variables.keys[at]) : []`,
  },
};

/** CEL: the text, once for each entry of `dataFrom` of which the condition is true. */
function ofEntries(condition: string, text: string): string {
  return (
    `size(variables.dataFrom) > ${MAX_ENTRIES} ? [] : ` +
    `variables.dataFrom.filter(entry, ${condition}).map(entry, '${text}')`
  );
}
