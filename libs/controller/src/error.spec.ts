import { ControllerError } from './error.ts';

test('an error of ours stays what it is, anything else is unexpected and kept as its cause', () => {
  const ours = new ControllerError('UNEXPECTED', 'once');
  expect(ControllerError.from(ours)).toBe(ours);
  const other = new RangeError('out of range');
  expect(ControllerError.from(other)).toMatchObject({ code: 'UNEXPECTED', message: 'out of range', cause: other });
});
