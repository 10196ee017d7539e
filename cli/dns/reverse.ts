/** The name under which DNS keeps the name of an address. */
import { isIPv6, SocketAddress } from 'node:net';

/**
 * @param address IPv4 or IPv6
 * @returns `10.113.0.203.in-addr.arpa` (RFC 1035 §3.5), or 32 nibbles below `ip6.arpa` (RFC 3596 §2.5)
 */
export function reverseName(address: string): string {
  if (!isIPv6(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  // The form with the least surprises: no dotted quad at the end, lower case.
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' });
  const [head = '', tail] = dottedToHex(canonical).split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  const nibbles = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}

function groups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}

function dottedToHex(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
}
