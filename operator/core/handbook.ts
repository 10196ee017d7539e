/** The handbooks: which there are, and what of a site their chapters may ask for. Pure. */
import { Invalid } from '../errors.ts';
import { personCandidates } from './naming/local-part.ts';
import { organizationLocalPart } from './naming/organization.ts';
import { renderPage } from './page-template.ts';
import { passwordPage, portalPath, publishedPath } from './portal.ts';
import { displayBytes, formatBytes, officialBytes } from './quota.ts';
import type { Site } from './site.ts';
import { articleTopics } from './site-people.ts';

/** For officials, and for the Centre's staff; the beginning of their chapters' names and the end of their addresses. */
export const handbooks = ['nguoi-dung', 'quan-tri'] as const;
export type Handbook = (typeof handbooks)[number];

/** Chapters by file name, such as `nguoi-dung-02-mat-khau.md`; numbers say the order. */
export type Chapters = Readonly<Record<string, string>>;

const chapterName = /^(nguoi-dung|quan-tri)-\d\d-[a-z]+(-[a-z]+)*\.md$/;

/** @throws Invalid where the name of a chapter is none */
export function bookOf(file: string): Handbook {
  const [, book] = chapterName.exec(file) ?? [];
  if (book === undefined)
    throw new Invalid(
      file,
      `a chapter is called ${handbooks.map((book) => `${book}-01-words.md`).join(' or ')}`,
    );
  return book as Handbook;
}

/**
 * The project's chapters with a site's own in their place; an empty one leaves a chapter out.
 * @returns name and text, with the site's values, in order
 * @throws Invalid naming the chapter that asks for a value that there is not
 */
export function chaptersOf(
  book: Handbook,
  site: Site,
  chapters: Chapters,
): readonly (readonly [string, string])[] {
  const values = handbookValues(site);
  return Object.entries(chapters)
    .filter(([file, text]) => bookOf(file) === book && text.trim() !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, text]) => [file, renderPage(file, text.replace(loneTag, '$1'), values)]);
}

/** What a chapter may ask for, by name; a flag or a text that is not there is false or empty. */
export type HandbookValues = Readonly<Record<string, string | number | boolean>>;

/** A tag alone on its line leaves no empty line, which would end a table. */
const loneTag = /^(\{\{[#^/][a-zA-Z]+\}\})\n/gm;

/** Everything that a chapter may ask for; what the site does not have is empty. */
export function handbookValues(site: Site): HandbookValues {
  return { ...places(site), ...rules(site), ...examples(site), ...citations(site) };
}

function places({
  name,
  title,
  regulation,
  domain,
  hosts,
  namespaces,
  centre,
  requests,
}: Site): HandbookValues {
  return {
    site: name,
    title,
    regulation,
    domain,
    mailHost: hosts.mail,
    webmailHost: hosts.webmail,
    webmail: `https://${hosts.webmail}/`,
    passwordPage: passwordPage({ hosts }),
    accountPage: `https://${hosts.webmail}${portalPath}`,
    publishedPage: `https://${hosts.webmail}${publishedPath}`,
    accounts: namespaces.accounts[0] ?? '',
    mailNamespace: namespaces.mail,
    smtpNamespace: namespaces.smtp,
    backupNamespace: namespaces.backup,
    centreName: centre.name,
    centreMail: `${centre.addresses[0] ?? 'postmaster'}@${domain}`,
    grantMail: `${requests.services.Grant}@${domain}`,
    changeMail: `${requests.services.Rename}@${domain}`,
    centrePhone: centre.phone ?? '',
    centrePlace: centre.place ?? '',
  };
}

function rules(site: Site): HandbookValues {
  const {
    requests,
    notices,
    quota,
    passwords,
    reclaim,
    expiry,
    naming,
    retention,
    directory,
    filter,
    throttle,
  } = site;
  return {
    attachment: officialBytes(site.attachment),
    quotaOrganization: officialBytes(quota.organization),
    quotaPersonal: officialBytes(quota.personal),
    planQuota: displayBytes(quota.personal),
    quotaColumn: formatBytes(quota.personal),
    minLength: passwords.minLength,
    history: passwords.history,
    maxAgeDays: passwords.maxAgeDays || '',
    reclaimDays: reclaim.afterDays || '',
    firstNotice: reclaim.noticeDays[0] ?? '',
    lastNotice: reclaim.noticeDays.at(-1) ?? '',
    passwordNotices: passwords.maxAgeDays === 0 ? '' : notices.passwordDays.join(', '),
    quotaNotices: notices.quotaPercent.join(', '),
    trashDays: expiry.trashDays || '',
    junkDays: expiry.junkDays || '',
    formerAddressDays: naming.formerAddressDays,
    holdDays: naming.holdDays,
    closedDays: retention.closedDays,
    graceDays: retention.graceDays,
    archiveDays: retention.archiveDays || '',
    accessLogDays: directory.accessLogDays,
    hourMessages: filter.limits.perHour.loginMessages,
    hourRecipients: filter.limits.perHour.loginRecipients,
    messageRecipients: filter.limits.recipients,
    grades: filter.secrecy.grades.join(', '),
    failures: throttle.failures.pair,
    failureMinutes: Math.round(throttle.windowSeconds / 60),
    isByGit: requests.approval === 'Git',
    termDays: requests.report.workingDays || '',
    hasUnitRule: naming.unit !== 'explicit',
  };
}

/** Addresses that the site's rules give to the names in the handbooks; empty where they give none. */
function examples(site: Site): HandbookValues {
  const department = { name: 'Sở Thông tin và Truyền thông' };
  const organization = (name: string, parent?: { name: string }) =>
    given(() => organizationLocalPart(site, { name, ...(parent && { parent }) }), site);
  const person = (fullName: string, place = 0) =>
    given(() => personCandidates(site, fullName, department).drop(place).next().value, site);
  return {
    department: organization(department.name),
    planning: organization('Sở Kế hoạch và Đầu tư'),
    health: organization('Sở Y tế'),
    unit: organization('Phòng Công nghệ thông tin', department),
    binh: person('Nguyễn Thanh Bình'),
    binhSecond: person('Nguyễn Thanh Bình', 1),
    binhThird: person('Nguyễn Thanh Bình', 2),
    ha: person('Trần Thị Thu Hà'),
    tam: person('Lê Văn Tám'),
    khoi: person('Lê Minh Khôi'),
  };
}

function given(localPart: () => string | undefined, { domain }: Site): string {
  try {
    return `${localPart()}@${domain}`;
  } catch (error) {
    if (error instanceof Invalid) return '';
    throw error;
  }
}

/** `articlePasswords` and so on. */
function citations(site: Site): HandbookValues {
  return Object.fromEntries(
    articleTopics.map((topic) => [
      `article${topic[0]?.toUpperCase()}${topic.slice(1)}`,
      site.articles[topic] ?? '',
    ]),
  );
}
