// npm start: installs what is missing, then goes on in start/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('start/main.ts', ['control plane', 'AWS emulator']);
