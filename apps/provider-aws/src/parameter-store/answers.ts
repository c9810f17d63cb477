import type { AnswerShapes } from '../aws/answer-check.ts';
import { listOf, number, objectWith, optional, text } from '../aws/shape.ts';

const page = (parameter: Parameters<typeof objectWith>[0]) =>
  objectWith({ Parameters: listOf(objectWith({ Name: text, ...parameter })), NextToken: optional(text) });

/** What AWS Parameter Store answers. */
export const PARAMETER_STORE_ANSWERS: AnswerShapes = {
  GetParameter: objectWith({ Parameter: objectWith({ Name: text, Value: optional(text) }) }),
  GetParametersByPath: page({ Value: optional(text) }),
  DescribeParameters: page({}),
  ListTagsForResource: objectWith({ TagList: listOf(objectWith({ Key: text, Value: optional(text) })) }),
  PutParameter: objectWith({ Version: number }),
};
