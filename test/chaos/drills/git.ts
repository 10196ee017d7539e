/** Somebody empties the path that a GitOps tool applies with pruning. */
import type { Drill } from '../drill.ts';
import { eventually, statusOf } from '../ledger.ts';

export const pathEmptied: Drill = {
  fault: 'GitOps path emptied: every Mailbox deleted, the guard, `reject`, and Git put right',
  run: async ({ stack, ledger }) => {
    await stack.accounts(['delete', 'mailboxes', '-l', ledger.selector, '--wait=false']);
    await eventually(180, async () => {
      const left = await stack.mailboxes(ledger.selector);
      const untold = left.filter((one) => statusOf(one).conditions?.[0]?.reason !== 'AwaitingApproval');
      if (untold.length > 0) throw new Error(`${untold.length} of ${left.length} do not wait for approval`);
    });
    await stack.rejectHeldPlan();
    await eventually(180, async () => {
      const left = await stack.mailboxes(ledger.selector);
      if (left.length > 0) throw new Error(`${left.length} are still there`);
    });
    await ledger.applyAll();
    return ledger.probe();
  },
};
