/** Daemons that take up a renewed certificate without a restart: `charts/config/reloading` beside each of them. */
import { renderFile } from './config/render.ts';
import type { Mount } from './workload.ts';

/** The script, for the ConfigMap of a part. */
export const reloadingScript = renderFile('reloading', { seconds: 10 });

const place = '/etc/hopthu/reloading';

/** Where the script is in a container that does not mount the whole ConfigMap there. */
export const reloadingMount: Mount = { name: 'config', path: place, subPath: 'reloading' };

/** Servers that take a signal for it. They are process 1. */
export const hangUp = 'kill -HUP 1';

/**
 * The command of a container: `daemon`, which is told by `reload` that a file in one of the folders changed.
 * @param reload a line of shell; what fails is tried again
 */
export function reloading(reload: string, folders: readonly string[], daemon: readonly string[]): string[] {
  return ['/bin/sh', place, reload, ...folders, '--', ...daemon];
}
