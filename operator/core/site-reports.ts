/** The periodic reports of a site (R41), and how its papers begin and end; part of the schema in site.ts. Pure. */
import { z } from 'zod';
import { volumeSize } from './site-cluster.ts';
import { slug } from './site-directory.ts';

export const reportFormats = ['pdf', 'xlsx', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const cron = z.string().regex(/^(\S+ ){4}\S+$/, 'five fields, such as "30 0 1 * *"');
const recipient = z.string().regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'a local part of [a-z0-9._-]');

export const reports = z
  .strictObject({
    recipients: z
      .array(recipient)
      .max(50)
      .default([])
      .describe('Local parts of the mailboxes that they are mailed to; none keeps them on the volume alone.'),
    receivers: z.array(z.string().min(1)).default([]).describe('Who stands below "Nơi nhận", line by line.'),
    formats: z
      .array(z.enum(reportFormats))
      .min(1)
      .default(['pdf', 'xlsx'])
      .describe('What files are made, kept and mailed.'),
    collect: cron
      .default('7 * * * *')
      .describe('When it is counted: a use of a mailbox is told by the hour of this.'),
    monthly: cron
      .default('30 0 1 * *')
      .describe('When the last month is reported, as cron says it, in Việt Nam.'),
    quarterly: cron.default('45 0 1 1,4,7,10 *').describe('When the last quarter is reported.'),
    yearly: cron.default('0 1 1 1 *').describe('When the last year is reported.'),
    keepMonths: z
      .int()
      .min(1)
      .max(1200)
      .default(120)
      .describe('For how long reports are kept on the volume.'),
    journalDays: z
      .int()
      .min(2)
      .max(90)
      .default(7)
      .describe("For how long the lines of Postfix's log are kept that the numbers were counted from."),
    volume: volumeSize.default('2Gi').describe('Size of the volume with lines, numbers and reports.'),
    templates: slug
      .optional()
      .describe(
        'Folder beside the site file with a `words.yaml` of its own, as in `charts/config/reports/`.',
      ),
  })
  .prefault({})
  .describe('Reports on the system: monthly, quarterly, yearly ([how](reports.md)). R41, R43');

export const letterhead = z
  .strictObject({
    above: z.string().min(1).optional().describe('The body above, such as "SỞ THÔNG TIN VÀ TRUYỀN THÔNG".'),
    office: z.string().min(1).describe('The office that writes, such as "TRUNG TÂM CÔNG NGHỆ THÔNG TIN".'),
    place: z.string().min(1).describe('Place before the date, such as "Sóc Trăng".'),
    signer: z
      .array(z.string().min(1))
      .min(1)
      .describe('Title of who signs, line by line, such as "GIÁM ĐỐC".'),
    signerName: z.string().min(1).optional().describe('Name below the signature.'),
  })
  .optional()
  .describe(
    'How papers of the Centre begin and end (Nghị định 30/2020/NĐ-CP); from `title` where it is absent.',
  );

type Named = { readonly title: string; readonly letterhead?: z.infer<typeof letterhead> };

/** A site that says nothing of it has its own name there, and dots where somebody signs. */
export function letterheadOf({ title, letterhead: given }: Named): NonNullable<Named['letterhead']> {
  if (given !== undefined) return given;
  const place = title.replace(/^(Tỉnh|Thành phố)\s+/, '');
  return { office: title.toLocaleUpperCase('vi'), place, signer: ['…………………'] };
}
