import { describe, expect, it } from '@jest/globals';
import { print } from '../../../../cli/plan/print.ts';
import type { Item, Review } from '../../../../cli/plan/review.ts';

function item(summary: string, name = 'ha'): Item {
  return { action: 'create', kind: 'Mailbox', namespace: 'x', name, address: 'ha@x.vn', summary };
}

const hostile = item('a`b|c\n[x](http://y) @all <img>\u202E\u001B[2J', 'n\u0007`');

describe('a review', () => {
  it('has no character that steers a terminal, whatever a refused manifest holds', () => {
    const text = print({ changes: [], blocked: [hostile] }, 'text', 'X');
    expect(text).toBe('blocked:\n! Mailbox x/n `  a`b|c [x](http://y) @all <img> [2J\nno changes, 1 blocked');
  });

  it('has no markup, link or mention of its own in Markdown', () => {
    const lines = print({ changes: [hostile], blocked: [] }, 'markdown', 'X').split('\n');
    expect(lines.at(-1)).toBe("| create | `Mailbox x/n '` | `a'b\\|c [x](http://y) @all <img> [2J` |");
  });

  it('names what is blocked and why before what changes', () => {
    const review: Review = { changes: [item('+ one')], blocked: [item('- two')], reason: 'too many' };
    expect(print(review, 'markdown', 'Tỉnh Sóc Trăng')).toBe(
      [
        '### Tỉnh Sóc Trăng: 1 change, 1 blocked',
        '',
        '**Blocked**',
        '',
        '`too many`',
        '',
        '| action | resource | change |',
        '|---|---|---|',
        '| create | `Mailbox x/ha` | `- two` |',
        '',
        '| action | resource | change |',
        '|---|---|---|',
        '| create | `Mailbox x/ha` | `+ one` |',
      ].join('\n'),
    );
    expect(JSON.parse(print(review, 'json', ''))).toEqual({
      changes: review.changes,
      blocked: review.blocked,
    });
  });

  it('fits into a comment, and counts what did not', () => {
    const changes = Array.from({ length: 5_000 }, (_, index) => item(`+ ${index} Nguyễn Thanh Bình`));
    const text = print({ changes, blocked: [] }, 'markdown', 'X');
    expect(text.length).toBeLessThan(65_536);
    const shown = text.split('\n').filter((line) => line.startsWith('| create')).length;
    expect(text).toContain(`… and ${5_000 - shown} more: `);
  });

  it('says so when nothing changes', () => {
    expect(print({ changes: [], blocked: [] }, 'text', 'X')).toBe('no changes');
    expect(print({ changes: [], blocked: [] }, 'markdown', 'X')).toBe('### X: no changes');
  });
});
