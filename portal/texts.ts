/** The portal's words and pages as files of one folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type PortalFile,
  type PortalTexts,
  portalFiles,
  portalTexts,
} from '../operator/core/portal-texts.ts';

/** @throws Invalid naming the file that is at fault */
export function readTexts(folder: string): PortalTexts {
  const read = portalFiles.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  return portalTexts(Object.fromEntries(read) as Record<PortalFile, string>);
}
