/** Runs the command as a person does. */
import { join } from 'node:path';
import { execa } from 'execa';

export const root = join(import.meta.dirname, '..', '..', '..');
export const launcher = join(root, 'cli', 'hopthu');

export type Outcome = {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
};

export async function run(
  args: readonly string[],
  options: { readonly file?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  const result = await execa(options.file ?? launcher, args, {
    env: options.env ?? {},
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
  });
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}
