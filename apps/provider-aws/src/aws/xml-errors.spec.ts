import { errorAsJson } from './xml-errors.ts';

const parsed = (document: string): unknown => {
  const json = errorAsJson(document);
  return json && JSON.parse(Buffer.from(json).toString());
};

test('an error of XML becomes one of JSON', () => {
  const document = `<?xml version="1.0"?>
    <Response><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>not "it"</Message></Error></Errors></Response>`;
  expect(parsed(document)).toEqual({ __type: 'SignatureDoesNotMatch', message: 'not "it"' });
  expect(parsed('<Error><Code>AuthFailure</Code></Error>')).toEqual({ __type: 'AuthFailure', message: '' });
});

test.each(['{"__type":"<Code>x</Code>"}', '<html>Bad gateway</html>', '<Code>not a name</Code>', ''])(
  'what is none stays: %s',
  (document) => {
    expect(errorAsJson(document)).toBeUndefined();
  },
);
