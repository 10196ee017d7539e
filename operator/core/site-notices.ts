/** What people are told of by mail, and when; part of the schema in site.ts. */
import { z } from 'zod';
import { slug } from './site-directory.ts';

const daysBefore = z
  .array(z.int().min(1).max(365))
  .max(4)
  .refine((list) => list.every((day, index) => day < (list[index - 1] ?? 366)), 'longest first');

export const noticesSchema = (localPart: z.ZodType<string>) =>
  z
    .strictObject({
      from: localPart.describe(
        'Local part that they come from: one that the Centre receives, so that answers and failures reach somebody.',
      ),
      templates: slug
        .optional()
        .describe(
          'Folder beside the site file with texts of its own, named as those in `charts/config/notices/` ([notices](notices.md)).',
        ),
      passwordDays: daysBefore
        .default([7, 3, 1])
        .describe(
          'How many days before a password expires its owner is told, longest first; none: never. R25',
        ),
      quotaPercent: z
        .array(z.int().min(10).max(99))
        .max(4)
        .refine((list) => list.every((percent, index) => percent > (list[index - 1] ?? 0)), 'lowest first')
        .default([80, 95])
        .describe(
          'At how much of its quota a mailbox is told, lowest first; once, and again after a fall of 5 points below. R30',
        ),
      endDays: daysBefore
        .default([30, 7])
        .describe('How many days before `spec.validUntil` ends, longest first. R24'),
      perMinute: z
        .int()
        .min(1)
        .max(3000)
        .default(300)
        .describe('Most notices that go out in a minute: 20,000 take an hour at 300.'),
    })
    .describe('Mail from the operator to people.');
