import type { Delimiters } from '@eso/template';

/** The delimiters of an installation that sets none. */
export const DEFAULT_DELIMITERS: Delimiters = { left: '{{', right: '}}' };

/** Longest delimiter, characters. */
const LONGEST = 16;

/** Why these cannot delimit actions, as a clause about them; undefined when they can. */
export function delimiterProblem({ left, right }: Delimiters): string | undefined {
  for (const [which, delimiter] of Object.entries({ left, right })) {
    if (delimiter === '') return `the ${which} delimiter is empty`;
    if (delimiter.length > LONGEST) return `the ${which} delimiter has more than ${LONGEST} characters`;
    if (/\s/.test(delimiter)) return `the ${which} delimiter has white space in it`;
  }
  // An action could not be told from the end of one.
  if (left === right) return 'both delimiters are the same';
  return undefined;
}
