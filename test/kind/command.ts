import { ExecaError, execa } from 'execa';

const TAIL_LINES = 30;

/** A program that failed; the message holds its command line and the end of its output. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: number | undefined;

  constructor(cause: ExecaError) {
    const tail = String(cause.all ?? '')
      .trimEnd()
      .split('\n')
      .slice(-TAIL_LINES)
      .join('\n');
    super(`${cause.shortMessage}\n${tail}`, { cause });
    this.exitCode = cause.exitCode;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutSeconds?: number;
}

/**
 * Runs a program without a shell and gives its standard output without the last line break.
 * @throws CommandFailed when it cannot be started, fails, or takes longer than its timeout
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  try {
    const result = await execa(command, [...args], {
      all: true,
      input: options.input ?? '',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
    });
    return result.stdout;
  } catch (error) {
    if (error instanceof ExecaError) throw new CommandFailed(error);
    throw error;
  }
}

/** Runs a program that is allowed to fail: its standard output, or undefined when it failed or does not exist. */
export async function attempt(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string | undefined> {
  try {
    return await run(command, args, options);
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}
