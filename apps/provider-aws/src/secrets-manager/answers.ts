import type { AnswerShapes } from '../aws/answer-check.ts';
import { bytes, listOf, objectWith, optional, text } from '../aws/shape.ts';

const tags = optional(listOf(objectWith({ Key: text, Value: optional(text) })));

const content = { SecretString: optional(text), SecretBinary: optional(bytes) };

/** The content of one secret in a batch, and what one failed with. */
export const SECRET_CONTENT = objectWith(content);
export const SECRET_ERROR = objectWith({ SecretId: text, ErrorCode: optional(text), Message: optional(text) });

const written = objectWith({ Name: text });

/** What AWS Secrets Manager answers; a batch is looked at secret by secret. */
export const SECRETS_MANAGER_ANSWERS: AnswerShapes = {
  GetSecretValue: objectWith({ Name: text, ...content }),
  DescribeSecret: objectWith({ Name: text, Tags: tags }),
  ListSecrets: objectWith({
    SecretList: listOf(objectWith({ Name: text, ARN: optional(text), Tags: tags })),
    NextToken: optional(text),
  }),
  CreateSecret: written,
  PutSecretValue: written,
  DeleteSecret: written,
};
