/** What of a text leaves the province: addresses only where people may be named, and never what looks like a secret. Pure. */

const address = /[a-z0-9][a-z0-9._%+-]*@[a-z0-9.-]+\.[a-z]{2,}/gi;
/** Hashes and tokens should be in no log; where one is, it stays here. */
const secrets: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\{(ARGON2|SSHA\d*|SHA\d*|CRYPT|PBKDF2[^}]*)\}[^\s"',;]+/g, '{$1}[taken out]'],
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*/g, '[token taken out]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '[private key taken out]'],
  [
    /\b(authorization|password|passwd|secret|token)("?\s*[:=]\s*"?)(?:(?:Bearer|Basic)\s+)?[^\s"',;]+/gi,
    '$1$2[taken out]',
  ],
];

/** @param people whether addresses of people stay legible; otherwise each becomes `person-N@…`, the same N for the same one */
export function shown(text: string, people: boolean): string {
  const safe = secrets.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
  if (people) return safe;
  const numbers = new Map<string, number>();
  return safe.replace(address, (found) => {
    const folded = found.toLowerCase();
    if (!numbers.has(folded)) numbers.set(folded, numbers.size + 1);
    return `person-${numbers.get(folded)}@${folded.slice(folded.indexOf('@') + 1)}`;
  });
}
