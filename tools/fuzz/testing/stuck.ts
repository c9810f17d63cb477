// A child that never ends its second input, or does not survive it.
import { Heartbeat } from '../heartbeat.ts';

const [name, , , file = ''] = process.argv.slice(2);
const heartbeat = new Heartbeat(file);
heartbeat.beat(Buffer.from('fine, and longer'));
heartbeat.beat(Buffer.from('stuck'));
while (name === 'hangs');
process.abort();
