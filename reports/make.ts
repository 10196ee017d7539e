/** A report as a file: figures → paper → PDF, XLSX or HTML. */
import { renderHtml } from '../documents/html.ts';
import type { Document } from '../documents/model.ts';
import { renderPdf } from '../documents/pdf.ts';
import { renderXlsx } from '../documents/xlsx.ts';
import { centreAddress } from '../operator/core/notices/readers.ts';
import type { Site } from '../operator/core/site.ts';
import { letterheadOf, type ReportFormat } from '../operator/core/site-reports.ts';
import { Invalid } from '../operator/errors.ts';
import type { Office } from './accounts.ts';
import { dayOf, type Period } from './day.ts';
import { type Facts, figuresOf } from './figures.ts';
import { paperOf, periodInWords } from './paper.ts';
import type { Words } from './words.ts';

/**
 * @param organization the resource's name, with or without its namespace; undefined for the whole site
 * @param now when it is made
 * @throws Invalid where no organization has this name
 */
export function documentOf(
  site: Site,
  words: Words,
  facts: Facts,
  period: Period,
  organization: string | undefined,
  now: Date,
): Document {
  const office = organization === undefined ? undefined : officeNamed(facts.offices, organization);
  const figures = figuresOf(facts, period, office?.id, dayOf(now.getTime()));
  const { above, office: name, place, signer, signerName } = letterheadOf(site);
  const frame = {
    site: site.title,
    domain: site.domain,
    regulation: site.regulation,
    letterhead: { above, office: name, place },
    signature: { title: signer, name: signerName },
    receivers: site.reports.receivers,
  };
  return paperOf(figures, words, frame, office?.name, now);
}

/** @throws Invalid where none has the name, or several have it */
export function officeNamed(offices: readonly Office[], name: string): Office {
  const named = offices.filter(({ resource }) => resource === name || resource.endsWith(`/${name}`));
  // One that is no more gives way to who has its name now.
  const present = named.filter(({ gone }) => gone !== true);
  const those = present.length === 0 ? named : present;
  const [only] = those;
  if (only !== undefined && those.length === 1) return only;
  const problem =
    those.length === 0
      ? 'no organization of this name was seen in the directory'
      : 'means several; add the namespace';
  throw new Invalid('organization', `${name}: ${problem}`);
}

export async function fileOf(document: Document, format: ReportFormat): Promise<Buffer> {
  if (format === 'pdf') return renderPdf(document);
  return format === 'xlsx' ? renderXlsx(document) : Buffer.from(renderHtml(document));
}

/** What the mail with the report says. */
export function letterOf(
  site: Site,
  words: Words,
  period: Period,
): { readonly subject: string; readonly text: string } {
  const spoken = periodInWords(period, words);
  return {
    subject: words('mailSubject', { period: spoken }),
    text: words('mailText', { site: site.title, period: spoken, centre: centreAddress(site) }),
  };
}
