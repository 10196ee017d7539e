/** The written report to the Department as a file (R22). */

import { renderPdf } from '../documents/pdf.ts';
import type { MailboxRequest } from '../operator/api/request.ts';
import type { Attachment } from './ports.ts';
import type { LetterWorld } from './review/letters.ts';
import { reportOf } from './review/report.ts';

export async function reportFiles(
  request: MailboxRequest,
  world: LetterWorld,
  now: Date,
): Promise<readonly Attachment[]> {
  const content = await renderPdf(reportOf(request, world, now));
  return [{ filename: `bao-cao-${request.status.number}.pdf`, content, type: 'application/pdf' }];
}
