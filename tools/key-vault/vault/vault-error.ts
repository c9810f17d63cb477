import type { Answer } from '../http/exchange.ts';

/** What a vault refuses with. */
export class VaultError extends Error {
  readonly status: number;
  readonly code: string;
  /** The narrower code, as `ObjectIsDeletedButRecoverable`. */
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly inner?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = more.inner;
    this.headers = more.headers;
    this.name = 'VaultError';
  }

  /** As clients get it. */
  answer(): Answer {
    const inner = this.inner === undefined ? {} : { innererror: { code: this.inner } };
    return {
      status: this.status,
      ...(this.headers ? { headers: this.headers } : {}),
      body: { error: { code: this.code, message: this.message, ...inner } },
    };
  }
}
