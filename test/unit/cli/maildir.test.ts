import { describe, expect, it } from '@jest/globals';
import { flagsOf, folderParts } from '../../../cli/letters/maildir.ts';

describe('names of Maildir++', () => {
  it.each<[string, readonly string[]]>([
    ['.', ['INBOX']],
    ['.Sent', ['Sent']],
    ['.L&AbB-u tr&Hu8-.2026', ['Lưu trữ', '2026']],
    ['.R&- D', ['R& D']],
    ['.&AC8-etc', ['_etc']],
    ['.a..b', ['a', '_', 'b']],
  ])('the folder %s is %j', (name, parts) => {
    expect(folderParts(name)).toEqual(parts);
  });

  it.each([
    ['1.M1.host:2,FS', 'flagged seen'],
    ['1.M1.host:2,a', ''],
    ['1.M1.host', ''],
  ])('%s is marked "%s"', (name, flags) => {
    expect(flagsOf(name)).toBe(flags);
  });
});
