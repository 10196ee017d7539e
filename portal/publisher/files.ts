/** The public directory as the files of a web site that needs no server of ours (R40). */
import { suffixOf } from '../../operator/core/layout.ts';
import type { Html } from '../../operator/core/page-template.ts';
import type { PortalTexts } from '../../operator/core/portal-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { Pages, titleOf } from '../frame.ts';
import { cardsOf } from '../published/cards.ts';
import { type Format, fileOf, formats } from '../published/formats.ts';
import { type Directory, pathOf } from '../published/model.ts';
import { organizationPage, type PageProps, type Places, treePage } from '../published/pages.ts';

export type WebFile = { readonly path: string; readonly type: string; readonly text: string };

export type FilesProps = {
  readonly site: Site;
  readonly texts: PortalTexts;
  /** As everybody sees it. */
  readonly directory: Directory;
  readonly readAt: Date;
};

const name = 'danh-ba';
const list = 'tim-kiem.json';
const style = 'danh-ba.css';
const script = 'danh-ba.js';
const html = 'text/html; charset=utf-8';

/** Links from a page; `up` leads from its folder to that of the first page. */
function placesFrom(up: '' | '../'): Places {
  return {
    home: `${up}index.html`,
    search: `${up}index.html`,
    list: `${up}${list}`,
    organization: ({ slug }) => `${up}don-vi/${slug}.html`,
    file: (format, organization) =>
      organization === undefined ? `${up}${name}.${format}` : `${up}don-vi/${organization.slug}.${format}`,
  };
}

/** Every file, the first page last: where that is, everything is. */
export function* webFiles(props: FilesProps): Generator<WebFile> {
  const { site, texts, directory, readAt } = props;
  const pages = new Pages(site, texts, `https://${site.hosts.webmail}`);
  const page = (up: '' | '../', show: (shown: PageProps) => Html): string => {
    const places = placesFrom(up);
    const content = show({ pages, places, readAt });
    return pages.part('published-frame.html', {
      ...{ content, title: titleOf(content), home: places.home },
      ...{ style: `${up}${style}`, script: `${up}${script}` },
    }).html;
  };
  yield { path: style, type: 'text/css; charset=utf-8', text: texts.files['style.css'] };
  yield { path: script, type: 'text/javascript; charset=utf-8', text: texts.files['published.js'] };
  yield { path: list, type: 'application/json; charset=utf-8', text: JSON.stringify(rowsOf(directory)) };
  for (const format of Object.keys(formats) as Format[])
    yield download(props, format, `${name}.${format}`, directory.roots);
  for (const organization of directory.organizations) {
    const path = `don-vi/${organization.slug}`;
    const everybody = Math.max(1, organization.people.length);
    const text = page('../', (shown) => organizationPage(shown, organization, 1, everybody));
    yield { path: `${path}.html`, type: html, text };
    for (const format of Object.keys(formats) as Format[])
      yield download(props, format, `${path}.${format}`, [organization]);
  }
  yield { path: 'index.html', type: html, text: page('', (shown) => treePage(shown, directory)) };
}

function download(
  { site, texts }: FilesProps,
  format: Format,
  path: string,
  organizations: Directory['roots'],
): WebFile {
  const pieces = fileOf(format, cardsOf(organizations), texts.published, suffixOf(directoryDomain(site)));
  return { path, type: `${formats[format]}; charset=utf-8`, text: [...pieces].join('') };
}

/** What the script searches, by place: name, title (none of organizations), organization, address, telephone, page. */
function rowsOf({ organizations, people }: Directory): readonly (readonly (string | null)[])[] {
  const pageAt = (slug: string) => `don-vi/${slug}.html`;
  return [
    ...organizations.map((one) => {
      const above = pathOf(one)
        .slice(0, -1)
        .map((over) => over.name);
      return [one.name, null, above.join(' – '), one.mail ?? '', one.phone ?? '', pageAt(one.slug)];
    }),
    ...people.map(({ name: own, title = '', mail = '', phone = '', organization }) => [
      ...[own, title, organization.name, mail, phone, pageAt(organization.slug)],
    ]),
  ];
}
