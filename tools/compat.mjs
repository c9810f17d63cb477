// npm run compat: installs what is missing, then goes on in compat/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('compat/main.ts', ['control plane', 'AWS emulator']);
