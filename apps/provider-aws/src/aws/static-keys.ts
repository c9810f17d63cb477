import { type Credentials, ProviderError, type SecretKeySelector } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';
import type { AwsIdentityProvider } from './aws-identity.ts';
import type { Origin } from './origin.ts';

/** Where access keys stand. */
export interface StaticKeyRefs {
  readonly accessKeyIDSecretRef?: SecretKeySelector;
  readonly secretAccessKeySecretRef?: SecretKeySelector;
  readonly sessionTokenSecretRef?: SecretKeySelector;
}

/** Path of the references in a config, for `at`. */
export const SECRET_REF = 'auth.secretRef';

/** Access keys that a user keeps in Secrets, used as they stand there. */
export function staticKeys(refs: StaticKeyRefs, credentials: Credentials, at: FieldPath): AwsIdentityProvider {
  const read = async (name: keyof StaticKeyRefs): Promise<string> => {
    const field = at(`${SECRET_REF}.${name}`);
    return usable(await credentials.secretKey(refs[name] ?? {}, field), field);
  };
  return async () => {
    const secretAccessKey = await read('secretAccessKeySecretRef');
    const accessKeyId = await read('accessKeyIDSecretRef');
    if (!refs.sessionTokenSecretRef) return { accessKeyId, secretAccessKey };
    return { accessKeyId, secretAccessKey, sessionToken: await read('sessionTokenSecretRef') };
  };
}

/** Access keys as the beginning of roles. */
export function keysOrigin(keys: AwsIdentityProvider): Origin {
  return async () => {
    const identity = await keys();
    const { accessKeyId, secretAccessKey, sessionToken } = identity;
    return {
      id: JSON.stringify([accessKeyId, secretAccessKey, sessionToken]),
      identity: () => Promise.resolve(identity),
    };
  };
}

/** A trailing line break is the usual mistake; AWS would answer it with a signature that does not match. */
function usable(value: Uint8Array, field: string): string {
  const text = Buffer.from(value).toString('latin1');
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new ProviderError(
    'CREDENTIALS_UNUSABLE',
    text === ''
      ? 'the referenced key of the Secret is empty'
      : 'the referenced key of the Secret holds a line break, a space or another character that no AWS key has',
    { field, nextStep: 'store the key without line breaks and spaces (kubectl create secret, echo -n)' },
  );
}
