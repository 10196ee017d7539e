/** What a site says of its mail filter. R34 */
import { z } from 'zod';

/** Letters and single spaces: what can stand between two words of a text, and in a pattern. */
const word = z.string().regex(/^[\p{L}\p{M}]+( [\p{L}\p{M}]+)*$/u, 'letters and single spaces');
const perHour = z.int().min(1).max(1_000_000);
const score = z.number().min(1).max(1000);

export const filter = z
  .strictObject({
    spam: z
      .strictObject({
        junk: score.describe('From this score on a message goes to Junk.'),
        refuse: score.describe('From this score on it is refused.'),
      })
      .refine(({ junk, refuse }) => junk < refuse, { path: ['junk'], message: 'must be less than refuse' })
      .describe("Scores of rspamd's rules."),
    signatures: z
      .strictObject({
        mirror: z
          .string()
          .regex(/^(none|https?:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[\w./-]*)?)$/, 'none, or the URL of a mirror')
          .describe(
            "ClamAV's signatures, such as `https://clamav.example.vn`; `none` knows no virus but the test file EICAR.",
          ),
        checksPerDay: z.int().min(1).max(50).describe('How often the mirror is asked for new ones.'),
      })
      .describe('Where the virus scanner gets its signatures.'),
    limits: z
      .strictObject({
        perHour: z
          .strictObject({
            loginMessages: perHour.describe('Messages of one login.'),
            loginRecipients: perHour.describe('Recipients of all messages of one login.'),
            addressMessages: perHour.describe(
              'Messages from one address outside, by whoever has not logged in.',
            ),
          })
          .describe('Above these mail waits at its sender; so many at once, and as many in each hour after.'),
        recipients: z.int().min(1).max(1000).describe('Recipients of one message of a person.'),
      })
      .describe('What a stolen password can send. R42'),
    secrecy: z
      .strictObject({
        grades: z.array(word).min(1).describe('What a secret document is marked with.'),
        labels: z.array(word).describe('What may stand before a grade, such as "Độ mật".'),
        headers: z
          .array(z.string().regex(/^[A-Za-z0-9-]+$/, "a header's name"))
          .describe('Headers whose value may be a grade.'),
        ordinary: z
          .array(word)
          .describe('Ordinary words that contain a grade, such as "mật ong"; looked for in the subject.'),
        stampLines: z.int().min(0).max(100).describe('How many lines of the text may hold a stamp.'),
      })
      .describe('By what a message is known to be marked secret. R32'),
  })
  .describe('Viruses, spam and secret documents. R32, R34');

export type Filter = Readonly<z.infer<typeof filter>>;
