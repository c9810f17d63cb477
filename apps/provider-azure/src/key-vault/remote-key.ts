import { ProviderError } from '@eso/api/server';

/** One object of a vault, as a remote key names it. */
export interface RemoteObject {
  readonly type: 'secret' | 'key' | 'cert';
  readonly name: string;
}

/** Names of a vault's objects. */
const NAME = /^[0-9a-zA-Z-]{1,127}$/;

/**
 * `[type/]name`: without a type a secret. What stands behind a second slash counts for nothing, as upstream has it.
 * @param field where the user wrote it
 * @throws ProviderError INVALID_REQUEST
 */
export function remoteObject(key: string, field: string): RemoteObject {
  const [first = '', second] = key.split('/');
  const type = second === undefined ? 'secret' : first;
  const name = second ?? first;
  if (type !== 'secret' && type !== 'key' && type !== 'cert')
    throw new ProviderError('INVALID_REQUEST', `unknown Azure Key Vault object type ${type}`, {
      field,
      nextStep: 'write secret/NAME, key/NAME, cert/NAME, or the name of a secret alone',
    });
  if (!NAME.test(name))
    throw new ProviderError('INVALID_REQUEST', `${JSON.stringify(name)} is no name of an object of Key Vault`, {
      field,
      nextStep: 'use 1 to 127 letters, digits and dashes',
    });
  return { type, name };
}

/** In words, for texts: `secret db`, `certificate db`. */
export function inWords({ type, name }: RemoteObject): string {
  return `${type === 'cert' ? 'certificate' : type} ${name}`;
}
