import { describe, expect, it } from '@jest/globals';
import { printed } from '../../../../cli/trace/trace.ts';
import { linesOf, type Part, waysOf } from '../../../../cli/trace/way.ts';

/** Seconds after midnight, and what a daemon wrote. */
const log = (part: Part, ...lines: readonly (readonly [number, string])[]) =>
  linesOf(
    part,
    lines
      .map(
        ([second, text]) => `2026-11-26T00:00:${String(second).padStart(2, '0')}.5Z Nov 26 00:00:00 ${text}`,
      )
      .join('\n'),
  );
const own = 'a@soctrang.gov.vn';
const other = 'b@soctrang.gov.vn';
const sent = (to: string, session: string) =>
  `to=<${to}>, relay=127.0.0.1[127.0.0.1]:9024, delay=0.5, dsn=2.0.0, status=sent (250 2.0.0 <${to}> ${session} Saved)`;
const lines = [
  ...log(
    'postfix',
    [1, 'mail postfix/smtpd[1]: 4jZdYY0fMGz10: client=localhost[127.0.0.1]'],
    [2, 'mail postfix/cleanup[2]: 4jZdYY0fMGz10: message-id=<one@example.org>'],
    [3, 'mail postfix/qmgr[3]: 4jZdYY0fMGz10: from=<ai-do@example.org>, size=322, nrcpt=2 (queue active)'],
    [5, `mail postfix/lmtp[4]: 4jZdYY0fMGz10: ${sent(own, 'AAAA+/0')}`],
    [
      6,
      `mail postfix/lmtp[4]: 4jZdYY0fMGz10: to=<${other}>, relay=none, dsn=4.4.1, status=deferred (refused)`,
    ],
    [7, `mail postfix/lmtp[4]: 4jZdYY0fMGz10: ${sent(other, 'BBBB+/0')}`],
    [
      8,
      'mail postfix/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: 550 5.1.1 <c@d>: no; from=<> to=<c@d>',
    ],
    [9, 'mail postfix/submission/smtpd[9]: 4jZdYc53H1z12: client=localhost[127.0.0.1], sasl_username=a'],
    [9, 'mail postfix/cleanup[9]: 4jZdYc53H1z12: message-id=<one@example.org>'],
  ),
  ...log(
    'dovecot',
    [4, `lmtp(${own})<17><AAAA+/0>: Info: sieve: msgid=<one@example.org>: stored mail into mailbox 'INBOX'`],
    [4, `lmtp(${own})<17><CCCC+/0>: Info: sieve: msgid=<two@example.org>: stored mail into mailbox 'Junk'`],
  ),
];

describe('the way of a message', () => {
  it('is in the order of time, whatever wrote it, and says what became of it last', () => {
    expect(waysOf(lines, '4jZdYY0fMGz10')).toMatchObject([
      {
        messageId: 'one@example.org',
        from: 'ai-do@example.org',
        recipients: [
          { address: own, status: 'sent' },
          { address: other, status: 'sent' },
        ],
        steps: ['smtpd', 'cleanup', 'qmgr', 'lmtp', 'lmtp', 'lmtp', 'lmtp'].map((program) => ({ program })),
      },
    ]);
    expect(waysOf(lines, '4jZdYY0fMGz10')[0]?.steps[3]).toMatchObject({ part: 'dovecot' });
  });

  it('is one for each time that a message with the same name came', () => {
    expect(waysOf(lines, '<one@example.org>').map(({ queueId }) => queueId)).toEqual([
      '4jZdYY0fMGz10',
      '4jZdYc53H1z12',
    ]);
  });

  it.each(['NOQUEUE', 'two@example.org', '', '4jZ'])('is none for %j', (id) => {
    expect(waysOf(lines, id)).toEqual([]);
  });

  it('is printed with who and to whom above it', () => {
    const [way] = waysOf(lines, '4jZdYY0fMGz10');
    if (way === undefined) throw new Error('no way');
    const [head, first] = printed(way).split('\n');
    expect(head).toBe(
      `4jZdYY0fMGz10  <one@example.org>  from <ai-do@example.org>  to ${own} (sent), ${other} (sent)`,
    );
    expect(first).toMatch(/^2026-11-26T00:00:01\.500Z {3}postfix\/smtpd +client=/);
  });
});
