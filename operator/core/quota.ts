/** Sizes: "500Mi" in resources and site files, bytes everywhere else. */
import { Invalid } from '../errors.ts';

const units: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

/** The largest quota that the schema and Dovecot's 63-bit counters allow with room to spare: 8 TiB. */
const maxBytes = 8 * 2 ** 40;

/**
 * "500Mi" → 524288000. Binary units only; "MB" in the regulations is read as MiB.
 * @throws Invalid when the text is not a whole number of bytes from 1 to 8Ti
 */
export function parseBytes(text: string, field = ''): number {
  const match = /^([1-9][0-9]{0,14})(Ki|Mi|Gi|Ti)?$/.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
  if (!(bytes <= maxBytes)) {
    throw new Invalid(
      field,
      `"${text}" is not a size: use a whole number with Ki, Mi, Gi or Ti, 8Ti at most, such as 500Mi`,
    );
  }
  return bytes;
}

/** 524288000 → "500Mi", in the largest unit that is exact. */
export function formatBytes(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const factor = units[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** "500 MiB" as plans and messages print it. */
export function displayBytes(bytes: number): string {
  return formatBytes(bytes).replace(
    /^(\d+)([KMGT]i)?$/,
    (_, number: string, unit = '') => `${number} ${unit}B`,
  );
}

/** "500 MB" for officials: the regulations' word for MiB (R30, R31). */
export function officialBytes(bytes: number): string {
  return displayBytes(bytes).replace('iB', 'B');
}

/**
 * The largest message in bytes for attachments of `attachment` bytes (R31): base64 in lines of 76 characters with
 * CRLF (RFC 2045 section 6.8), and 256 KiB for headers and text.
 */
export function messageSizeLimit(attachment: number): number {
  const lines = Math.ceil(attachment / 57);
  return lines * 78 + 256 * 2 ** 10;
}

/** R30: the mailbox's own quota, else its organization's, else the site's. Bytes. */
export function quotaOf(
  site: { readonly quota: { readonly organization: number; readonly personal: number } },
  spec: { readonly type: 'Personal' | 'Organization'; readonly quota?: string | undefined },
  organization: { readonly organization?: number; readonly personal?: number },
): number {
  if (spec.quota !== undefined) return parseBytes(spec.quota, 'spec.quota');
  return spec.type === 'Organization'
    ? (organization.organization ?? site.quota.organization)
    : (organization.personal ?? site.quota.personal);
}
