/** The frame that every page of the portal stands in: header, navigation and footer, as the province words them. */
import { type Filled, type Html, type PageValues, renderPage } from '../operator/core/page-template.ts';
import { handbookPath, passwordPath, portalPath, publishedPath } from '../operator/core/portal.ts';
import type { everywhere, PageFile, PortalTexts, pageShapes } from '../operator/core/portal-texts.ts';
import type { Site } from '../operator/core/site.ts';

/** The part of the portal that a page is of: the navigation marks it. */
export type Section = 'mailbox' | 'password' | 'published' | 'handbook' | 'none';

export class Pages {
  readonly #files: PortalTexts['files'];
  readonly #everywhere: Filled<typeof everywhere>;

  /** @param host as `https://mail.example.vn` where the pages are elsewhere than the portal */
  constructor({ title: site }: Pick<Site, 'title'>, { files }: Pick<PortalTexts, 'files'>, host = '') {
    this.#files = files;
    this.#everywhere = {
      site,
      webmail: `${host}/`,
      base: `${host}${portalPath}`,
      mailboxPath: `${host}${portalPath}`,
      passwordPath: `${host}${passwordPath}`,
      publishedPath: `${host}${publishedPath}`,
      handbookPath: `${host}${handbookPath}`,
    };
  }

  /** A page of the province's template `file`. */
  show<F extends PageFile>(section: Section, file: F, values: Filled<(typeof pageShapes)[F]>): string {
    return this.frame(section, this.part(file, values));
  }

  /** A part of a page, from the province's template `file`. */
  part<F extends PageFile>(file: F, values: Filled<(typeof pageShapes)[F]>): Html {
    const all = { ...this.#everywhere, ...values } as PageValues;
    return { html: renderPage(file, this.#files[file], all) };
  }

  /** @param content with one `h1`, which gives the window its title */
  frame(section: Section, content: Html): string {
    const title = titleOf(content);
    return renderPage('frame.html', this.#files['frame.html'], {
      ...this.#everywhere,
      content,
      title,
      onMailbox: section === 'mailbox',
      onPassword: section === 'password',
      onPublished: section === 'published',
      onHandbook: section === 'handbook',
    });
  }
}

/** The text of its `h1`. */
export function titleOf({ html }: Html): Html {
  return { html: /<h1[^>]*>([^<]*)<\/h1>/.exec(html)?.[1] ?? '' };
}
