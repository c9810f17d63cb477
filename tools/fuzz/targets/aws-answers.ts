import { Readable } from 'node:stream';
import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ProviderError } from '../../../libs/api/src/contract/provider-error.ts';
import { checkAnswers } from '../../../apps/provider-aws/src/aws/answer-check.ts';
import { awsFailure, isAwsError } from '../../../apps/provider-aws/src/aws/failure.ts';
import { sanitised } from '../../../apps/provider-aws/src/aws/sanitised.ts';
import { errorAsJson, understandXmlErrors } from '../../../apps/provider-aws/src/aws/xml-errors.ts';
import { SECRETS_MANAGER_ANSWERS } from '../../../apps/provider-aws/src/secrets-manager/answers.ts';
import { absenceFailure, absenceIn } from '../../../apps/provider-aws/src/secrets-manager/absence.ts';
import { readBatchAnswer } from '../../../apps/provider-aws/src/secrets-manager/batch-answer.ts';
import { attemptAsync, must, type Target } from '../target.ts';

const call = {
  service: 'AWS Secrets Manager',
  region: 'eu-central-1',
  at: (path: string) => `spec.${path}`,
  action: 'read secret db',
  field: 'remoteRef.key',
  invalidRequest: 'INVALID_REQUEST',
} as const;
const asked = { id: 'db', region: call.region, at: call.at };

/** An access key, as AWS itself quotes it in what it answers. */
const ACCESS_KEY = 'AKIAFUZZFUZZFUZZFUZZ';

/** The answer that the next request gets. */
let next: { status: number; body: Buffer; header: string } = { status: 200, body: Buffer.alloc(0), header: '' };

/** The real client, over a network that answers with what is fuzzed. */
const client = new SecretsManagerClient({
  region: 'eu-central-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  requestHandler: {
    handle: () => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': next.header };
      const response = { statusCode: next.status, headers, body: Readable.from([next.body]) };
      return Promise.resolve({ response });
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  },
});
understandXmlErrors(client);
checkAnswers(client, SECRETS_MANAGER_ANSWERS);

/** Statuses of HTTP that answers have, by the first byte of an input. */
const STATUSES = [200, 400, 403, 429, 500, 503, 404, 301] as const;

/** What AWS, a gateway in front of it or a proxy on the way answers: status by the first byte, an error's header up to NUL, body. */
export const awsAnswers: Target = {
  name: 'aws-answers',
  maxBytes: 65_536,
  dictionary: [
    ...[
      '{"__type":"',
      'ResourceNotFoundException',
      '","message":"',
      '"Message":"',
      '<Code>',
      '</Code>',
      '<Message>',
      '</Message>',
    ],
    ...[
      '<?xml version="1.0"?>',
      '<ErrorResponse>',
      'AccessDeniedException',
      'SignatureDoesNotMatch',
      'InternalServiceError',
      ' ',
    ],
    ...[
      '"SecretValues":[',
      '"Errors":[',
      '{"SecretId":"db"',
      '"ErrorCode":"',
      '"Name":"db"',
      '"ARN":"arn:aws:x"',
      '"SecretString":"',
      '"',
    ],
    ...[
      '"SecretBinary":"AAEC"',
      'null',
      '[]',
      '{}',
      '1',
      'marked for deletion',
      ' request id: 1-2',
      'Credential=',
      ACCESS_KEY,
      '\0',
    ],
    ...[
      '\r\n',
      'aws#',
      ':http://internal',
      '"CreatedDate":1.5e9',
      '"VersionStages":[',
      '\u202e',
      '"constructor"',
      '"__proto__"',
    ],
  ],
  async run(input) {
    const [first = 0] = input;
    const rest = Buffer.from(input.subarray(1));
    const nul = rest.indexOf(0);
    const header =
      nul < 0
        ? ''
        : rest
            .subarray(0, nul)
            .toString('latin1')
            .replace(/[^\x20-\x7e]/g, '');
    const body = nul < 0 ? rest : rest.subarray(nul + 1);
    next = { status: STATUSES[first % STATUSES.length] ?? 200, body, header };
    asJson(body.toString());
    const single = await attemptAsync(() => client.send(new GetSecretValueCommand({ SecretId: 'db' })), Error);
    const batch = await attemptAsync(
      () => client.send(new BatchGetSecretValueCommand({ SecretIdList: ['db'] })),
      Error,
    );
    const word = 'refused' in single ? failed(single.refused) : 'a value';
    if ('refused' in batch) return `${word}, ${failed(batch.refused)}`;
    const answer = readBatchAnswer(batch.value, (error) => awsFailure(error, call));
    const one = answer.of({ name: 'db', arn: 'arn:aws:x', tags: new Map() });
    if (one && 'failure' in one) mustBeFit(one.failure);
    return `${word}, ${one ? Object.keys(one).join() : 'nothing'} of a batch`;
  },
};

function asJson(document: string): void {
  const json = errorAsJson(document);
  if (json === undefined) return;
  const { __type: type, message } = JSON.parse(Buffer.from(json).toString()) as Record<string, unknown>;
  must(
    typeof type === 'string' && /^[\w.]+$/.test(type) && typeof message === 'string',
    'an error has a name and a text',
  );
}

function failed(error: Error): string {
  const failure = awsFailure(error, call);
  mustBeFit(failure);
  if (!isAwsError(error)) {
    must(failure.code === 'INTERNAL', 'what is no error of AWS is told as nothing else');
    return failure.code;
  }
  const absence = absenceIn(error);
  if (absence) mustBeFit(absenceFailure(absence, asked, error));
  must(sanitised(sanitised(error.message)) === sanitised(error.message), 'a text that was cleaned is clean');
  return `${failure.code} ${absence ?? ''}`;
}

/** @throws Broken for a failure that no user may be shown */
function mustBeFit(failure: ProviderError): void {
  must(failure instanceof ProviderError, 'a failure is of the contract');
  must(Buffer.byteLength(failure.publicMessage) <= 512, 'a text that is shown has at most 512 bytes');
  must(!failure.publicMessage.includes(ACCESS_KEY), 'no access key is shown');
  must(!/[\p{Cc}\u202a-\u202e]/u.test(failure.publicMessage), 'it is one plain line');
}
