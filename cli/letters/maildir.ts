/** Names of Maildir++ as people read them. Pure. */

const flagNames: Readonly<Record<string, string>> = {
  D: 'draft',
  F: 'flagged',
  P: 'forwarded',
  R: 'answered',
  S: 'seen',
  T: 'deleted',
};

/** `…:2,RS` → `answered seen`. */
export function flagsOf(name: string): string {
  const [, letters = ''] = name.split(':2,');
  return [...letters].flatMap((letter) => flagNames[letter] ?? []).join(' ');
}

/** `.L&AbB-u tr&Hu8-.2026` → `['Lưu trữ', '2026']`; the top folder is the inbox. No part is a path by itself. */
export function folderParts(folder: string): readonly string[] {
  if (folder === '.' || folder === '') return ['INBOX'];
  return folder
    .replace(/^\./, '')
    .split('.')
    .map((part) => decode(part).replace(/[/\\\p{Cc}]/gu, '_') || '_')
    .map((part) => (part === '.' || part === '..' ? '_' : part));
}

/** Modified UTF-7 (RFC 3501 section 5.1.3). */
function decode(text: string): string {
  return text.replace(/&([^-]*)-/g, (_, base64: string) =>
    base64 === '' ? '&' : Buffer.from(base64.replaceAll(',', '/'), 'base64').swap16().toString('utf16le'),
  );
}
