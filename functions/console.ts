import { join } from 'node:path';
import { app } from '@azure/functions';
import { staticFolder } from '../src/adapters/file';
import { createConsoleDoor, signInOf } from '../src/operator';
import type { Foundation } from './foundation';

/**
 * Everything but the API and what is the host's own. The host tries routes in the order in which functions are listed, and takes the
 * first that fits, before its own: so this one must fit nothing that is somebody else's. `/` has no path, and a constraint lets nothing
 * pass that is missing; hence the default value (docs/decisions/0320-the-console-at-the-root.md).
 */
const route = '{*path:regex(^(?!(api|admin|runtime)(/|$)))=index.html}';

/** Where the build puts the console: beside the folder of the bundle, which this is once it is built. */
const builtFolder = join(__dirname, '../console');

/**
 * Registers the door that the console is served through, at `/`. It asks for no token: the files are the same for everybody and say
 * nothing; what they ask the operator API for, they ask with the token of who has signed in.
 */
export function registerConsole({ config, log }: Foundation, folder = builtFolder): void {
  const { api, directory, consoleClientId: clientId } = config;
  const signIn = signInOf({ tokens: api.tokens, login: directory.login, clientId });
  const door = createConsoleDoor({ folder: staticFolder(folder), signIn, log });
  app.hook.appStart(() => door.load());
  app.http('console', {
    route,
    methods: ['GET', 'HEAD'],
    authLevel: 'anonymous',
    handler: (request) => door.serve(request),
  });
}
