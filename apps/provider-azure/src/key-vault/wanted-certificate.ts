import type { ImportCertificateOptions } from '@azure/keyvault-certificates';
import { ProviderError } from '@eso/api/server';
import { certificateContent } from './certificate-content.ts';
import type { VaultPushOptions } from './push-options.ts';
import { SECRET_KEY, type WantedObject } from './wanted-object.ts';

/**
 * A certificate with its key and chain. Its expiry is what stands in it, its content type what its form is.
 * @throws ProviderError INVALID_REQUEST for what is no certificate.
 */
export async function wantedCertificate(value: Uint8Array, { tags }: VaultPushOptions): Promise<WantedObject> {
  const { leaf, imported } = await certificateContent(value);
  return {
    isSame: ({ content }) => leaf.equals(content),
    write: ({ certificates }, { name, signal }) => {
      if (!imported)
        throw new ProviderError('INVALID_REQUEST', 'the certificate comes without its private key', {
          field: SECRET_KEY,
          nextStep: 'push PKCS#12 without a password, or PEM with the private key and the certificates',
        });
      const { contentType } = imported;
      // The SDK reads `policy` for the encoding of the value alone; what it sends is named otherwise, and is not in its types.
      const policy = { policy: { contentType }, certificatePolicy: { secretProperties: { contentType } } };
      const options: ImportCertificateOptions = { ...policy, tags: { ...tags }, abortSignal: signal };
      return certificates.importCertificate(name, imported.bytes, options);
    },
  };
}
