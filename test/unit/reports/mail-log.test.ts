/** Lines of Postfix's log as they were seen on a site, and what is counted of them. */
import { describe, expect, it } from '@jest/globals';
import { factOf, parseJournal } from '../../../reports/mail-log.ts';

const at = 'Nov 26 00:38:46 mail postfix';
const id = '4jZdYY0fMGz10';
const own = 'ntbinh@soctrang.gov.vn';

describe('a line of the log', () => {
  it.each([
    [`/smtpd[1]: ${id}: client=mx.example.org[192.0.2.1]`, { kind: 'taken', id, by: 'outside' }],
    [
      `/submission/smtpd[1]: ${id}: client=x[10.0.0.1], sasl_method=PLAIN, sasl_username=NTBinh@soctrang.gov.vn`,
      { kind: 'taken', id, by: 'people', login: own },
    ],
    [`/notices/smtpd[1]: ${id}: client=localhost[127.0.0.1]`, { kind: 'taken', id, by: 'notices' }],
    [
      `/qmgr[3]: ${id}: from=<A@example.org>, size=322, nrcpt=2 (queue active)`,
      { kind: 'queued', id, from: 'a@example.org', bytes: 322 },
    ],
    [
      `/lmtp[4]: ${id}: to=<${own}>, orig_to=<binh@soctrang.gov.vn>, relay=127.0.0.1[127.0.0.1]:9024, delay=0.5, dsn=2.0.0, status=sent (250 2.0.0 <${own}> AAAA Saved)`,
      { kind: 'handed', id, to: own, via: 'lmtp', status: 'sent' },
    ],
    [
      `/smtp[4]: ${id}: to=<b@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect: refused)`,
      { kind: 'handed', id, to: 'b@example.org', via: 'smtp', status: 'deferred' },
    ],
    [
      `/cleanup[4]: ${id}: milter-header-warning: header X-Spam: Yes from mx[192.0.2.1]; from=<a@b> to=<${own}> proto=ESMTP`,
      { kind: 'spam', id },
    ],
    ['/smtpd[1]: connect from mx.example.org[192.0.2.1]', undefined],
    [`/cleanup[2]: ${id}: message-id=<one@example.org>`, undefined],
    [`/qmgr[3]: ${id}: removed`, undefined],
  ])('%s', (rest, expected) => expect(factOf(`${at}${rest}`)).toEqual(expected));
});

describe('why a message is refused', () => {
  const rcpt = (reply: string) =>
    `/smtpd[1]: NOQUEUE: reject: RCPT from x[192.0.2.1]: ${reply}; from=<a@b.org> to=<${own}> proto=ESMTP helo=<x>`;
  const milter = (reply: string) =>
    `/cleanup[1]: ${id}: milter-reject: END-OF-MESSAGE from x[192.0.2.1]: ${reply}; from=<a@b.org> to=<${own}> proto=ESMTP helo=<x>`;
  it.each([
    [rcpt(`550 5.1.1 <${own}>: Recipient address rejected: User unknown`), 'unknown'],
    [rcpt('554 5.7.1 <c@d.org>: Relay access denied'), 'relay'],
    [
      rcpt(
        `550 5.2.1 <${own}>: Recipient address rejected: Hop thu da dong, hay viet toi a@b (this mailbox is closed, write to a@b)`,
      ),
      'closed',
    ],
    [rcpt(`552 5.2.2 <${own}>: Recipient address rejected: Hop thu da day (mailbox is full)`), 'full'],
    [
      rcpt(
        '553 5.7.1 <a@b.org>: Sender address rejected: Nguoi gui thuoc b.org phai dang nhap (senders of this domain must log in)',
      ),
      'spoofed',
    ],
    [rcpt('450 4.7.1 <a@b.org>: Recipient address rejected: Service is unavailable'), 'later'],
    [milter('5.7.1 Thu co virus, khong nhan: Eicar (virus found)'), 'virus'],
    [milter('5.7.1 Gtube pattern'), 'spam'],
    [milter('5.7.1 Spam message rejected'), 'spam'],
    [
      milter(
        '5.7.1 Thu mang dau "MAT" (Subject): tai lieu mat khong gui qua thu dien tu (marked secret: secret documents do not travel by e-mail)',
      ),
      'secret',
    ],
    [
      milter(
        '5.7.1 Nguoi gui trong thu khong phai nguoi dang nhap (the From header is not the sender of this login)',
      ),
      'spoofed',
    ],
    [
      milter('5.7.1 Tep dinh kem qua lon, toi da 15 MiB moi tep (attachments may have 15 MiB at most)'),
      'large',
    ],
    [milter('4.7.1 Gui qua nhieu thu trong mot gio, hay cho (too many messages in an hour, wait)'), 'limit'],
    [
      milter(
        '4.7.1 Chua quet duoc virus, xin gui lai sau (the virus scanner is unavailable, try again later)',
      ),
      'later',
    ],
    [rcpt('554 5.5.0 something else'), 'other'],
  ])('%s: %s', (line, why) => {
    expect(factOf(`${at}${line}`)).toMatchObject({ kind: 'refused', why, from: 'a@b.org', to: own });
  });
});

describe('a line of the journal', () => {
  it('says when it was written, or how many could not be', () => {
    expect(parseJournal(`1795653526\t${at}/smtpd[1]: ${id}: client=x[1.2.3.4]`)).toMatchObject({
      at: 1795653526,
    });
    expect(parseJournal('1795653526\tlost 3')).toEqual({ at: 1795653526, lost: 3 });
  });

  it.each(['', 'half a li', '1795653526', '1795653526\tNov 26', 'x\tlost 3'])('is nothing: %j', (line) => {
    expect(parseJournal(line)).toBeUndefined();
  });
});
