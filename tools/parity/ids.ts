/** Ids of rows in the titles of tests. */

const ID = /\[([PV]?[1-9]\d*(?:\.[1-9]\d*[a-z]?)?\.[1-9]\d*)\]/g;

/** The ids that a title carries, each in brackets of its own: `… [1.18.3] [8.52]`. */
export const idsIn = (title: string): string[] => [...title.matchAll(ID)].map(([, id = '']) => id);

/** Matches titles that carry an id, for jest's `--testNamePattern`. */
export const ANY_ID = ID.source;
