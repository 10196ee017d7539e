/** The bare loop: per mailbox one Secret, one LDAP add and one status write, eight mailboxes at once. */
import { inParallel } from '../../operator/reconcile/parallel.ts';
import { mailboxManifest } from './people.ts';
import {
  addEntry,
  type Created,
  connect,
  create,
  createSecret,
  readTask,
  usage,
  writeStatus,
} from './world.ts';

export type Floor = { readonly seconds: number; readonly cpu: number; readonly memory: number };

const task = await readTask();
const { bareNamespace } = task;
const clients = connect(task);
const names = Array.from({ length: task.mailboxes }, (_, index) => `floor-${index}`);
const mailboxes: Created[] = [];
await inParallel([...names.entries()], async ([index, name]) => {
  mailboxes.push(await create(clients, bareNamespace, mailboxManifest(name, index)));
});

const before = usage();
const started = performance.now();
await inParallel(mailboxes, async (mailbox) => {
  const password = await createSecret(clients, bareNamespace, mailbox.metadata.name);
  await addEntry(clients, mailbox.metadata.uid, password);
  await writeStatus(clients, bareNamespace, mailbox);
});
const seconds = (performance.now() - started) / 1000;
const after = usage();
await clients.directory.close();
const floor: Floor = { seconds, cpu: after.cpu - before.cpu, memory: after.memory };
process.stdout.write(JSON.stringify(floor), () => process.exit());
