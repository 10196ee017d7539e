/** Files that options name. */
import { readFileSync } from 'node:fs';
import { WrongInput } from './failure.ts';

/** @throws WrongInput naming the option and the file */
export function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new WrongInput(`${option}: cannot read ${file}: ${String(error.code)}`);
  }
}
