/** What the site file says of backups: where, when, and for how long. */
import { z } from 'zod';
import { volumeSize } from './site-cluster.ts';

const cron = z.string().regex(/^(\S+ ){4}\S+$/, 'five fields, such as "0 23 * * *"');

export const backupSchema = z
  .strictObject({
    repository: z
      .string()
      .regex(
        /^(volume|s3:https:\/\/[^/]+\/.+|rest:https:\/\/.+)$/,
        '`volume`, s3:https://… or rest:https://…',
      )
      .describe(
        'Where it lies: `volume` in namespace `namespaces.backup`, or another place as restic names it, `s3:https://…` or `rest:https://…`.',
      ),
    volume: volumeSize.optional().describe('Size of that volume, where `repository` is `volume`.'),
    schedule: cron.describe('When everything is backed up, as cron says it, in Việt Nam.'),
    checkSchedule: cron.describe('When a sample is read back and compared.'),
    pruneSchedule: cron.describe('When what `keep` does not keep is removed.'),
    keep: z
      .strictObject({
        daily: z.int().min(1).max(1000),
        weekly: z.int().min(0).max(1000),
        monthly: z.int().min(0).max(1000),
      })
      .describe('How many days, weeks and months each keep their last backup. R37, R38'),
    check: z
      .strictObject({
        messages: z.int().min(1).max(10_000).describe('Messages compared with those in the mailboxes.'),
        percent: z.int().min(1).max(100).describe('Part of the repository that is read.'),
      })
      .describe('How much of it is read back each time.'),
  })
  .refine(({ repository, volume }) => repository !== 'volume' || volume !== undefined, {
    path: ['volume'],
    message: 'must be given where the repository is a volume',
  })
  .describe('Backups: an encrypted restic repository. R34');
