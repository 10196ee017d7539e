/** Requests of organizations (R20–R22), as a site rules them; part of the schema in site.ts. */
import { z } from 'zod';
import { type RequestAction, requestActions } from '../api/request.ts';
import { slug } from './site-directory.ts';

const localPart = z.string().regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'a local part of [a-z0-9._-]');
const date = z.iso.date('a date such as 2027-01-01');
const dates = z
  .array(date)
  .max(400)
  .refine((list) => new Set(list).size === list.length, 'each date once');

const services = z
  .strictObject(
    Object.fromEntries(requestActions.map((action) => [action, localPart])) as Record<
      RequestAction,
      typeof localPart
    >,
  )
  .describe(
    'Local part of the service address that takes each kind of request; one of `centre.addresses`. R20',
  );

export const requests = z
  .strictObject({
    services,
    scope: z
      .enum(['Own', 'OwnAndBelow'])
      .describe('For whom an organization may ask: itself, or its units and communes too. R20'),
    approval: z
      .enum(['Git', 'Direct'])
      .describe(
        '`Git`: an approved request becomes manifests on a branch. `Direct`: `hopthu request approve` carries it out at once, where Git does not manage the site.',
      ),
    report: z
      .strictObject({
        to: z
          .array(localPart)
          .max(8)
          .describe('Local parts of the Department, which is sent a written report of each request. R22'),
        workingDays: z
          .int()
          .min(0)
          .max(60)
          .describe('Working days for result and report after a request is settled; 0 means no term. R22'),
      })
      .describe('The written report.'),
    calendar: z
      .strictObject({
        holidays: dates.describe('Public holidays, and days off in their place.'),
        workedWeekends: dates.default([]).describe('Saturdays and Sundays that are worked instead.'),
      })
      .describe('What is no working day beside Saturday and Sunday.'),
    templates: slug
      .optional()
      .describe(
        'Folder beside the site file with texts of its own, named as those in `charts/config/requests/`.',
      ),
  })
  .describe('Requests of organizations, by mail and on paper. R20, R21, R22');

export type RequestRules = Readonly<z.infer<typeof requests>>;
export type Calendar = RequestRules['calendar'];
