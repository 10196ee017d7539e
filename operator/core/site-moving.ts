/** Where mail is copied from while a province moves in; part of the schema in site.ts. */
import { z } from 'zod';
import { domainName } from './site-domains.ts';

const names = z.array(z.string().regex(/^[^/\t\n]+$/, 'the name of a folder, without a slash'));

export const moving = z
  .strictObject({
    from: z
      .array(
        z.strictObject({
          host: domainName.describe('Name of the server, as in its certificate.'),
          port: z.int().min(1).max(65535).default(993).describe('Its port for IMAP.'),
          tls: z.enum(['imaps', 'starttls']).default('imaps').describe('How TLS begins there.'),
          networks: z
            .array(z.union([z.cidrv4(), z.cidrv6()]))
            .min(1)
            .describe('Networks that hold its addresses: the pod that copies gets nowhere else.'),
          authority: z
            .string()
            .includes('-----BEGIN CERTIFICATE-----')
            .optional()
            .describe('Certificate of its authority (PEM), where it is none that browsers know.'),
        }),
      )
      .refine((list) => new Set(list.map(({ host }) => host)).size === list.length, 'each host once')
      .default([])
      .describe('IMAP servers; to be taken out when nothing is copied any more.'),
    folders: z
      .strictObject({
        Sent: names.default([
          'Sent Items',
          'Sent Messages',
          'Sent Mail',
          'Đã gửi',
          'Thư đã gửi',
          'Mục đã gửi',
        ]),
        Drafts: names.default(['Draft', 'Nháp', 'Thư nháp', 'Bản nháp']),
        Trash: names.default([
          'Deleted Items',
          'Deleted Messages',
          'Thùng rác',
          'Đã xóa',
          'Thư đã xóa',
          'Mục đã xóa',
        ]),
        Junk: names.default(['Spam', 'Junk E-mail', 'Junk Email', 'Bulk Mail', 'Thư rác']),
        Archive: names.default(['Archives', 'Lưu trữ']),
      })
      .prefault({})
      .describe('What such folders are called there; the first that exists gets our name.'),
  })
  .prefault({})
  .describe('Moving in ([how](install.md#moving-in)).');
