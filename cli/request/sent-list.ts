/** Lists as organizations send them: read as the clerk reads them, and the empty form. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { requestTextFiles } from '../../charts/request-texts.ts';
import { emptyForm } from '../../clerk/intake/empty-form.ts';
import { type ReadList, readListFile } from '../../clerk/intake/list-file.ts';
import { findingsFile, findingWords } from '../../operator/core/requests/findings.ts';
import type { Site } from '../../operator/core/site.ts';
import { Unreadable } from '../annex/unreadable.ts';
import { fileFault, WrongInput } from '../failure.ts';

/** @throws WrongInput when the file is no such list */
export async function readSentList(site: Site, path: string): Promise<{ list: ReadList; sha256: string }> {
  const words = findingWords(requestTextFiles(site)[findingsFile] ?? '');
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new WrongInput(`cannot read ${path}: ${fileFault(error)}`);
  }
  try {
    const list = await readListFile(basename(path), content, words);
    return { list, sha256: createHash('sha256').update(content).digest('hex') };
  } catch (error) {
    if (error instanceof Unreadable) throw new WrongInput(`${path} ${error.message}`);
    throw error;
  }
}

/** Writes the empty form of the list, for organizations to fill in. @throws WrongInput when it cannot be written */
export async function writeEmptyForm(path: string): Promise<void> {
  if (!path.endsWith('.xlsx')) throw new WrongInput(`${path} is not .xlsx: name the file so`);
  try {
    await writeFile(path, await emptyForm());
  } catch (error) {
    throw new WrongInput(`cannot write ${path}: ${fileFault(error)}`);
  }
}
