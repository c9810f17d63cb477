import { GoError } from '../value/go-error.ts';
import { encodeText } from '../value/utf8.ts';

/** A problem with a document, in go-yaml's words. `publicReason` leaves out what stood in the document. */
export function yamlError(problem: string, publicReason = problem): GoError {
  return new GoError(encodeText(`yaml: ${problem}`), `yaml: ${publicReason}`);
}
