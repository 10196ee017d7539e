/** How a command ends without a result. Messages are one line that says what is wrong and what to do. */

/** Arguments, a site file or a kubeconfig that cannot be right: exit 2. */
export class WrongInput extends Error {
  override readonly name = 'WrongInput';
}

/** The cluster or the directory refused or cannot be reached: exit 1. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'it is no folder, or lies in none',
  EISDIR: 'it is a folder',
  EACCES: 'you may not',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
};

/** Why the system gave or took no file, in words. @throws the error itself when it is not the system's */
export function fileFault(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) throw error;
  const code = String(error.code);
  return reasons[code] ?? code;
}
