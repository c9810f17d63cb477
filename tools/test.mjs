// npm test: installs what is missing, then goes on in test/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('test/main.ts', ['control plane', 'AWS emulator']);
