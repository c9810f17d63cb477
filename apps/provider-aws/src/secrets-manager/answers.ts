import type { AnswerShapes } from '../aws/answer-check.ts';
import { bytes, listOf, objectWith, optional, text } from '../aws/shape.ts';

const tags = optional(listOf(objectWith({ Key: text, Value: optional(text) })));
const content = { SecretString: optional(text), SecretBinary: optional(bytes) };

/** What AWS Secrets Manager answers. */
export const SECRETS_MANAGER_ANSWERS: AnswerShapes = {
  GetSecretValue: objectWith({ Name: text, ...content }),
  DescribeSecret: objectWith({ Name: text, Tags: tags }),
  ListSecrets: objectWith({
    SecretList: listOf(objectWith({ Name: text, ARN: optional(text), Tags: tags })),
    NextToken: optional(text),
  }),
};
