import { pipeline, Readable, Transform } from 'node:stream';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { AwsError } from './failure.ts';
import type { Shape } from './shape.ts';

/** Bytes of one answer: a batch of twenty secrets, each byte of which JSON may write with six, and room to spare. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What each operation answers, as far as somebody here relies on it. */
export type AnswerShapes = Readonly<Record<string, Shape>>;

/** An answer that says that all went well and is not what AWS answers: a proxy, a page, a half. */
export class UnusableAnswer extends Error implements AwsError {
  override readonly name = 'UnusableAnswer';
  readonly operation: string;
  readonly $metadata: NonNullable<AwsError['$metadata']>;

  /** @param operation that was answered so */
  constructor(operation: string, $metadata: NonNullable<AwsError['$metadata']>) {
    super('the answer is none of AWS');
    this.operation = operation;
    this.$metadata = $metadata;
  }
}

/**
 * Makes a client refuse what is no answer of AWS: larger than any is, or of another shape. The SDK passes on what it gets, where an
 * empty object would be a secret without a value, or a list without entries.
 * @param shapes of operations that are not among them, the size alone is checked
 */
export function checkAnswers(client: { readonly middlewareStack: unknown }, shapes: AnswerShapes = {}): void {
  // The stacks of the clients differ in the types of requests alone, which nothing here looks at.
  const middlewareStack = client.middlewareStack as SecretsManagerClient['middlewareStack'];
  middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      if (shapes[operation]?.(result.output) === false) throw new UnusableAnswer(operation, result.output.$metadata);
      return result;
    },
    { step: 'initialize', name: 'checkAnswers' },
  );
  middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body?: unknown };
      if (response.body instanceof Readable) response.body = bounded(response.body);
      return result;
    },
    // Before anybody reads the body.
    { step: 'deserialize', priority: 'low', name: 'boundAnswers' },
  );
}

function bounded(body: Readable): Readable {
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) done(new Error('the answer is larger than any of AWS'));
      else done(null, chunk);
    },
  });
  return pipeline(body, counting, () => undefined);
}
