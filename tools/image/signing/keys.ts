/** Keys as the user gives them: a file, or where a key manager has it (`awskms://…`), which only cosign can say something about. */
import { readFileSync } from 'node:fs';

const PRIVATE = /^-----BEGIN ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY-----/m;
const PUBLIC = /^-----BEGIN PUBLIC KEY-----/m;
const MAKE = '"npm run image -- cosign generate-key-pair" makes a pair';

/**
 * The key to sign with.
 * @throws Error when there is none, it is none, or nothing says its password: a sentence with the next step, never with its text
 */
export function signingKey(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const key = existing(given, 'to sign with', (text) => {
    if (PUBLIC.test(text)) return 'is a public key: to sign takes the private one';
    return PRIVATE.test(text) ? undefined : `is no private key of cosign: ${MAKE}`;
  });
  if (!isManaged(key) && env['COSIGN_PASSWORD'] === undefined) {
    throw new Error(`COSIGN_PASSWORD is not set: the password of ${key}, or nothing where it has none`);
  }
  return key;
}

/** The key to verify with. @throws Error when there is none, or it is none */
export const verificationKey = (given: string | undefined): string =>
  existing(given, 'to verify with', (text) => {
    if (text.includes('PRIVATE KEY-----'))
      return 'is a private key: to verify takes the public one, and nobody else needs to have it';
    return PUBLIC.test(text) ? undefined : 'is no public key in PEM';
  });

function existing(given: string | undefined, purpose: string, problem: (text: string) => string | undefined): string {
  if (given === undefined) throw new Error(`--key=FILE is needed, the key ${purpose}: ${MAKE}`);
  if (isManaged(given)) return given;
  let text: string;
  try {
    text = readFileSync(given, 'utf8');
  } catch (cause) {
    throw new Error(`--key=${given} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}): ${MAKE}`, {
      cause,
    });
  }
  const wrong = problem(text);
  if (wrong !== undefined) throw new Error(`--key=${given} ${wrong}`);
  return given;
}

const isManaged = (key: string): boolean => key.includes('://');
