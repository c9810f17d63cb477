// npm run image: installs what is missing, then goes on in image/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('image/main.ts');
