/** The ServiceAccount's token, read for every request. */
import { readFile } from 'node:fs/promises';
import type { KubeConfig, User } from '@kubernetes/client-node';

const provider = 'hopthu-token-file';

/**
 * client-node 2.0.1 reads a token file again when its copy is a minute old by the wall clock (`file_auth.js`): a token
 * that was replaced early is refused for that long, and after the clock was put back, the copy is used until it has
 * expired and beyond. The file lies in memory; reading it costs less than sending it.
 */
export function rereadTokens(config: KubeConfig): void {
  config.addAuthenticator({
    isAuthProvider: ({ authProvider }) => authProvider?.name === provider,
    async applyAuthentication({ authProvider }, options) {
      const token = (await readFile(authProvider.config.path, 'utf8')).trim();
      options.headers = { ...options.headers, Authorization: `Bearer ${token}` };
    },
  });
  config.users = config.users.map((user): User => {
    const path: string | undefined = user.authProvider?.config?.tokenFile;
    return path === undefined ? user : { ...user, authProvider: { name: provider, config: { path } } };
  });
}
