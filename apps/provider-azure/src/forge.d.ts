/** The parts of node-forge that are used; its own types know whole PKCS#12 containers only. Bytes are strings of one character each. */
declare module 'node-forge/lib/asn1.js' {
  /** A value of ASN.1. */
  export interface Asn1 {
    readonly type: number;
    readonly constructed: boolean;
    readonly value: string | readonly Asn1[];
  }
  const asn1: {
    /** @throws Error where it is no DER or BER. */
    fromDer(bytes: string, options: { readonly strict: boolean; readonly decodeBitStrings: boolean }): Asn1;
    derToOid(bytes: string): string;
    /** @throws Error beyond 32 bits. */
    derToInteger(bytes: string): number;
  };
  export default asn1;
}

declare module 'node-forge/lib/pbe.js' {
  import type { Asn1 } from 'node-forge/lib/asn1.js';
  const pbe: {
    /** @throws Error for an algorithm that it does not know. */
    getCipher(
      oid: string,
      parameters: Asn1,
      password: string | null,
    ): {
      update(input: unknown): void;
      finish(): boolean;
      readonly output: { getBytes(): string };
    };
  };
  export default pbe;
}

declare module 'node-forge/lib/util.js' {
  const util: { createBuffer(bytes: string): unknown };
  export default util;
}
