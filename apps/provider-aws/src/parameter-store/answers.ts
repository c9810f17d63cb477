import type { AnswerShapes } from '../aws/answer-check.ts';
import { listOf, number, objectWith, optional, text } from '../aws/shape.ts';

/** One parameter with its content, alone and in a batch. */
export const PARAMETER_WITH_CONTENT = objectWith({ Name: text, Value: optional(text) });

const page = (parameter: Parameters<typeof objectWith>[0]) =>
  objectWith({ Parameters: listOf(objectWith({ Name: text, ...parameter })), NextToken: optional(text) });

/** What AWS Parameter Store answers; a batch is looked at parameter by parameter. */
export const PARAMETER_STORE_ANSWERS: AnswerShapes = {
  GetParameter: objectWith({ Parameter: PARAMETER_WITH_CONTENT }),
  GetParametersByPath: page({ Value: optional(text) }),
  DescribeParameters: page({}),
  ListTagsForResource: objectWith({ TagList: listOf(objectWith({ Key: text, Value: optional(text) })) }),
  PutParameter: objectWith({ Version: number }),
};
