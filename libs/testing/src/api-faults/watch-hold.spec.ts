import { PassThrough } from 'node:stream';
import type { ServerHttp2Stream } from 'node:http2';
import { parseApiRequest } from './api-request.ts';
import { WatchHold } from './watch-hold.ts';
import { WatchStream } from './watch-stream.ts';

test('bookmarks are held with the events, and are not counted among them', () => {
  const request = parseApiRequest('GET', '/api/v1/configmaps?watch=1');
  const sent = new PassThrough({ encoding: 'utf8' });
  const stream = new WatchStream(request, sent as unknown as ServerHttp2Stream);
  const hold = new WatchHold({ resource: 'configmaps' }, () => undefined);
  for (const [type, name] of [['ADDED', 'a'], ['BOOKMARK', ''], ['DELETED', 'a']] as const)
    expect(hold.take(stream, { type, name, line: `${type} ${name}` })).toBe(true); // prettier-ignore
  expect(hold.size).toBe(2);
  expect(hold.events).toEqual([
    { type: 'ADDED', name: 'a' },
    { type: 'DELETED', name: 'a' },
  ]);
  hold.release();
  expect(sent.read()).toBe('ADDED a\nBOOKMARK \nDELETED a\n');
});
