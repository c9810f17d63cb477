import { parameterArn, parameterName } from './parameter-name.ts';

const ARN = 'arn:aws:ssm:eu-central-1:123456789012:parameter/app/db';

test.each([
  ['/app/db', { base: '/app/db' }],
  ['db:3', { base: 'db', selector: '3' }],
  ['/app/db:blue', { base: '/app/db', selector: 'blue' }],
  [ARN, { base: ARN }],
  [`${ARN}:3`, { base: ARN, selector: '3' }],
])('%s is split into name and version', (id, parts) => {
  expect(parameterName(id)).toEqual(parts);
});

test('an ARN says region and account, and nothing else is one', () => {
  expect(parameterArn(ARN)).toMatchObject({ region: 'eu-central-1', account: '123456789012' });
  for (const id of ['/app/db', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:a', `x${ARN}`])
    expect(parameterArn(id)).toBeUndefined();
});
