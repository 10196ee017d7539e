/** How errors leave the program: an exit code and one line. */
import { CommanderError } from 'commander';
import { Invalid } from '../operator/errors.ts';
import { Failed, WrongInput } from './failure.ts';

/** 0 for help and version, 2 for wrong input, 1 for failures; undefined for a fault of the program, which keeps its stack. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof WrongInput || error instanceof Invalid) return 2;
  if (error instanceof Failed) return 1;
  return undefined;
}

/** For a command whose exit code 2 is a result: wrong options are a failure, exit 1. */
export function failedInstead(error: CommanderError): void {
  throw error.exitCode === 0 ? error : new Failed(lineOf(error));
}

/** The message without line breaks and other control characters, which also names in it could hold. */
export function lineOf(error: unknown): string {
  if (error instanceof CommanderError && error.code === 'commander.help') {
    return 'name a command: see hopthu --help';
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error: /, '').replaceAll(/\s*\p{C}+\s*/gu, ' ');
}
