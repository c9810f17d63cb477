// npm test: installs what is missing, then goes on in test/main.ts on the pinned Node.
import { endWith } from './ends-with.mjs';
import { bootstrap } from './setup.mjs';

// A signal to npm ends npm and its shell, and reaches nobody else.
if (process.env['npm_lifecycle_event'] === 'test') endWith(process.ppid);
await bootstrap('test/main.ts', ['control plane', 'AWS emulator']);
