/** A chapter's Markdown as HTML: no HTML of its own passes, and nothing is loaded or linked but what the handbooks may. */
import { Marked, type Tokens } from 'marked';
import { bookOf } from '../../operator/core/handbook.ts';
import { fold } from '../../operator/core/naming/words.ts';
import { escapeHtml } from '../../operator/core/page-template.ts';
import { handbookPath } from '../../operator/core/portal.ts';
import { Invalid } from '../../operator/errors.ts';

/** Width and height of a picture in pixels, by its name. */
export type Sizes = Readonly<Record<string, readonly [width: number, height: number]>>;

export type Heading = { readonly depth: number; readonly id: string; readonly title: string };

export type Rendered = { readonly html: string; readonly headings: readonly Heading[] };

/** Where a picture of the handbooks is. */
export const picturePath = (name: string) => `${handbookPath}/hinh/${name}`;

const pictureSource = /^\.\.\/docs\/images\/([a-z0-9-]+\.png)$/;
const chapterLink = /^((?:nguoi-dung|quan-tri)-[a-z0-9-]+\.md)(?:#([a-z0-9-]+))?$/;
const otherLink = /^(https:|mailto:|tel:)/;

/**
 * @param file name of the chapter, whose last words are the id of its first heading
 * @throws Invalid naming the chapter and what it links to or shows that there is not
 */
export function renderChapter(file: string, text: string, sizes: Sizes): Rendered {
  const headings: Heading[] = [];
  const marked = new Marked({ gfm: true, async: false });
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const title = this.parser.parseInline(tokens);
        const id = depth === 1 ? idOf(file) : slug(title);
        headings.push({ depth: depth + 1, id, title });
        return `<h${depth + 1} id="${id}">${title}</h${depth + 1}>\n`;
      },
      html: ({ text: raw }) => escapeHtml(raw),
      image: (token) => picture(file, token, sizes),
      link({ href, tokens }) {
        return link(file, href, this.parser.parseInline(tokens));
      },
      // What is wider than a telephone can be scrolled, by keyboard too.
      code: ({ text: code }) => `<pre tabindex="0"><code>${escapeHtml(code)}</code></pre>\n`,
    },
    hooks: {
      postprocess: (html) =>
        html
          .replaceAll('<table>', '<div class="scroll" tabindex="0"><table>')
          .replaceAll('</table>', '</table></div>'),
    },
  });
  return { html: marked.parse(text) as string, headings };
}

/** `nguoi-dung-02-mat-khau.md` → `mat-khau`. */
function idOf(file: string): string {
  return file.slice(`${bookOf(file)}-00-`.length, -'.md'.length);
}

/** "Quên mật khẩu" → `quen-mat-khau`. */
function slug(title: string): string {
  const words = fold(title.replace(/<[^>]*>|&[a-z#0-9]+;/g, ' ')).match(/[a-z0-9]+/g);
  return (words ?? []).join('-');
}

function picture(file: string, { href, text }: Tokens.Image, sizes: Sizes): string {
  const [, name = ''] = pictureSource.exec(href) ?? [];
  const size = sizes[name];
  if (size === undefined) throw new Invalid(file, `there is no picture ${href}`);
  if (text === '') throw new Invalid(file, `${href}: say what is to be seen, for those who do not see it`);
  const [width, height] = size;
  const path = picturePath(name);
  return `<a class="picture" href="${path}"><img src="${path}" width="${width}" height="${height}" alt="${escapeHtml(text)}"></a>`;
}

function link(file: string, href: string, text: string): string {
  const [, chapter, fragment] = chapterLink.exec(href) ?? [];
  if (chapter !== undefined)
    return `<a href="${handbookPath}/${bookOf(chapter)}#${fragment ?? idOf(chapter)}">${text}</a>`;
  if (otherLink.test(href)) return `<a href="${escapeHtml(href)}">${text}</a>`;
  // Pages in English are for who has the project's sources.
  if (href.startsWith('../docs/')) return `<code>${text}</code>`;
  throw new Invalid(file, `a handbook does not link to ${href}`);
}
