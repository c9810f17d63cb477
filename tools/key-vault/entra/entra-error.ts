import { randomUUID } from 'node:crypto';
import type { Answer } from '../http/exchange.ts';

/** What an authority refuses with: the OAuth2 error, and the number that Entra documents it by (`AADSTS7000215`). */
export class EntraError extends Error {
  readonly status: number;
  readonly error: string;
  readonly aadsts: number;

  constructor(status: number, error: string, aadsts: number, what: string) {
    super(what);
    this.name = 'EntraError';
    this.status = status;
    this.error = error;
    this.aadsts = aadsts;
  }

  /** As clients get it. `now`: milliseconds since 1970. */
  answer(now: number): Answer {
    const [trace, correlation] = [randomUUID(), randomUUID()];
    const timestamp = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+/, '');
    const description = `AADSTS${this.aadsts}: ${this.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`;
    return {
      status: this.status,
      headers: { 'x-ms-request-id': trace },
      body: {
        error: this.error,
        error_description: description,
        error_codes: [this.aadsts],
        timestamp,
        trace_id: trace,
        correlation_id: correlation,
        error_uri: `https://login.microsoftonline.com/error?code=${this.aadsts}`,
      },
    };
  }
}
