import type { AnswerShapes } from '../aws/answer-check.ts';
import { listOf, isNumber, objectWith, optional, isText } from '../aws/shape.ts';

/** One parameter with its content, alone and in a batch. */
export const PARAMETER_WITH_CONTENT = objectWith({ Name: isText, Value: optional(isText) });

const page = (parameter: Parameters<typeof objectWith>[0]) =>
  objectWith({ Parameters: listOf(objectWith({ Name: isText, ...parameter })), NextToken: optional(isText) });

/** What AWS Parameter Store answers; a batch is looked at parameter by parameter. */
export const PARAMETER_STORE_ANSWERS: AnswerShapes = {
  GetParameter: objectWith({ Parameter: PARAMETER_WITH_CONTENT }),
  GetParametersByPath: page({ Value: optional(isText) }),
  DescribeParameters: page({}),
  ListTagsForResource: objectWith({ TagList: listOf(objectWith({ Key: isText, Value: optional(isText) })) }),
  PutParameter: objectWith({ Version: isNumber }),
};
