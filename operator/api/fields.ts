/** Field types that Organization and Mailbox share: one schema for types, run-time checks and the CRDs. */
import { z } from 'zod';
import { Invalid } from '../errors.ts';

/** Greek, Cyrillic and Armenian letters, which look like Latin ones; as JavaScript and CEL both read it. */
const lookAlikes = String.raw`[\u0370-\u058F\u1F00-\u1FFF]`;

/** No letter passes for another one: "Gi\u0430m đốc" with a Cyrillic а is not the director. */
function withoutLookAlikes(schema: z.ZodString): z.ZodString {
  const message = 'must not have Greek, Cyrillic or Armenian letters, which pass for Latin ones';
  return schema
    .refine((text) => !new RegExp(lookAlikes, 'u').test(text), message)
    .meta({ 'x-kubernetes-validations': [{ rule: `!self.matches('${lookAlikes}')`, message }] });
}

/** Letters of any script with spaces, hyphens, apostrophes and full stops: no control, format or bidirectional characters. */
export const personName = withoutLookAlikes(
  z
    .string()
    .max(128)
    .regex(/^\p{L}[\p{L}\p{M} .'’ʼ-]*$/u, 'a name of letters, spaces, hyphens and apostrophes'),
);

export const organizationName = withoutLookAlikes(
  z
    .string()
    .max(200)
    .regex(
      /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,'’ʼ()/&–-]*$/u,
      'a name of letters, digits, spaces and common punctuation',
    ),
);

/**
 * Any text of one line without control and format characters and without spaces around it. U+FFFD is what the API
 * server makes of text that was no Unicode.
 */
export const line = (max: number) =>
  withoutLookAlikes(
    z
      .string()
      .max(max)
      .regex(
        /^[^\p{C}\p{Z}�]([^\p{C}\p{Zl}\p{Zp}�]*[^\p{C}\p{Z}�])?$/u,
        'one line of text without control characters or outer spaces',
      ),
  );

/** RFC 4517 section 3.3.31 has ASCII alone here. */
export const telephone = z
  .string()
  .max(64)
  .regex(
    /^[0-9A-Za-z+(]([0-9A-Za-z '()+,./:-]*[0-9A-Za-z).])?$/,
    'digits, spaces, unaccented letters and ()+,./:- alone',
  );

/** Dot-separated atoms of a–z, 0–9, `_` and `-`. A subset of RFC 5321's dot-string that needs no quoting anywhere. */
export const localPartPattern = /^[a-z0-9]+([._-][a-z0-9]+)*$/;

export const localPart = z
  .string()
  .max(64)
  .regex(localPartPattern, 'a–z and 0–9 with single dots, hyphens or underscores inside');

export const quota = z
  .string()
  .max(20)
  .regex(/^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti)?$/, 'a size such as 500Mi or 1Gi')
  .meta({
    'x-kubernetes-validations': [
      { rule: "quantity(self).compareTo(quantity('8Ti')) <= 0", message: 'must be at most 8Ti' },
    ],
  });

export const reference = z.strictObject({
  name: z
    .string()
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'the name of a resource: a–z, 0–9, hyphens and dots inside')
    .describe('Name of the resource, in the same namespace.'),
});

export const timestamp = z.iso
  .datetime({ offset: true, error: 'a time such as 2014-10-06T00:00:00Z' })
  .max(64);

/** What every status carries. */
export const conditions = z
  .array(
    z.object({
      type: z
        .string()
        .max(316)
        .describe('Ready, Reconciling, Stalled, OverQuota, LegalHold, MailOfficerMissing, HeadMissing.'),
      status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
      reason: z.string().max(1024).describe('Why, as one word for programs.'),
      message: z.string().max(32_768).describe('Why, and what to do, for people.'),
      observedGeneration: z.int().optional().describe('Generation of the spec that it speaks of.'),
      lastTransitionTime: timestamp.describe('When its status last changed.'),
    }),
  )
  .max(8)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
  .describe('Ready, and what holds beside it: Reconciling or Stalled (kstatus), and others.');

/**
 * Unicode NFC with single spaces and none outside, so that two spellings of one name are one value everywhere.
 */
export function normalizeName(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** @throws Invalid naming the first field at fault, as a path below `root` */
export function check<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Invalid([root, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'is not valid');
}
