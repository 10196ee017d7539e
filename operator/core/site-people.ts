/** What a site says to its people: whom to ask, and which articles of its regulation the handbooks cite. */
import { z } from 'zod';

const article = (what: string) => z.string().min(1).optional().describe(what);

/** As in "khoản 2 Điều 13"; what the regulation does not speak of is left out, and so is its row in the handbooks. */
const topics = {
  clients: article('Mail programs and webmail. R2'),
  directory: article('The mail directory. R4'),
  addresses: article('How addresses are made. R10–R16'),
  requests: article('Requests. R20'),
  answers: article('What the Centre answers, and when. R21, R22'),
  reclaim: article('Unused mailboxes. R23'),
  leavers: article('People who leave. R24'),
  passwords: article('Passwords. R25'),
  organizationMailbox: article("Who manages an organization's mailbox. R26"),
  unaltered: article('Passing on what came. R27'),
  ownUse: article('What nobody may do with a mailbox. R28'),
  officials: article('The official who watches over the use of mail. R29'),
  quota: article('Quota and largest attachment. R30, R31'),
  ownCopies: article('Copies on the own computer. R37'),
  secret: article('Secret documents. R32'),
  foreign: article('Foreign providers. R33'),
  business: article("What an organization's mailbox is for."),
  documents: article('Documents that are to be sent by mail.'),
  validity: article('Legal force of what is sent.'),
  records: article('Records and archives. R38'),
  inspection: article('Inspection. R36'),
  published: article('The published directory. R40'),
  reports: article('Periodic reports. R41'),
  incidents: article('Incidents. R42'),
} as const;
export type ArticleTopic = keyof typeof topics;
export const articleTopics = Object.keys(topics) as readonly ArticleTopic[];

export const articles = z
  .strictObject(topics)
  .default({})
  .describe('Articles of the regulation, as the handbooks cite them.');

/** How people reach the Centre beside its addresses. */
export const contact = {
  name: z.string().min(1).describe('Its name, as officials know it.'),
  phone: z.string().min(1).optional().describe('Telephone for incidents. R42'),
  place: z.string().min(1).optional().describe('Where letters and people go. R20'),
} as const;
