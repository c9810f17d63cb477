import { GoError } from '../value/go-error.ts';
import type { Constant, PublicText } from '../value/public-text.ts';
import { constant, shown } from '../value/public-text.ts';
import { encodeText } from '../value/utf8.ts';

/** A problem with a document, in go-yaml's words, which are public as they are. */
export function plainYamlError<const T extends string>(problem: Constant<T> | PublicText): GoError {
  return yamlError(problem, constant<T>(problem));
}

/** A problem whose words hold what stood in the document: a name, a key, a value. */
export function yamlError(goProblem: string, publicProblem: PublicText): GoError {
  return new GoError(encodeText(`yaml: ${goProblem}`), shown`yaml: ${publicProblem}`);
}
