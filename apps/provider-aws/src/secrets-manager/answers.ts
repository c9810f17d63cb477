import type { AnswerShapes } from '../aws/answer-check.ts';
import { isBytes, listOf, objectWith, optional, isText } from '../aws/shape.ts';

const tags = optional(listOf(objectWith({ Key: isText, Value: optional(isText) })));

const content = { SecretString: optional(isText), SecretBinary: optional(isBytes) };

/** The content of one secret in a batch. */
export const SECRET_CONTENT = objectWith(content);
/** What one secret of a batch failed with. */
export const SECRET_ERROR = objectWith({ SecretId: isText, ErrorCode: optional(isText), Message: optional(isText) });

const written = objectWith({ Name: isText });

/** What AWS Secrets Manager answers; a batch is looked at secret by secret. */
export const SECRETS_MANAGER_ANSWERS: AnswerShapes = {
  GetSecretValue: objectWith({ Name: isText, ...content }),
  DescribeSecret: objectWith({ Name: isText, Tags: tags }),
  ListSecrets: objectWith({
    SecretList: listOf(objectWith({ Name: isText, ARN: optional(isText), Tags: tags })),
    NextToken: optional(isText),
  }),
  CreateSecret: written,
  PutSecretValue: written,
  DeleteSecret: written,
};
