/** The bare loop: per mailbox one Secret, one LDAP add and one status write, as many mailboxes at once as serves best. */
import { mailboxManifest } from './people.ts';
import {
  addEntry,
  atOnce,
  type Created,
  connect,
  create,
  createSecret,
  inFlight,
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
await atOnce(inFlight, [...names.entries()], async ([index, name]) => {
  mailboxes.push(await create(clients, bareNamespace, mailboxManifest(name, index)));
});

const before = usage();
const started = performance.now();
await atOnce(inFlight, mailboxes, async (mailbox) => {
  const password = await createSecret(clients, bareNamespace, mailbox.metadata.name);
  await addEntry(clients, mailbox.metadata, password);
  await writeStatus(clients, bareNamespace, mailbox);
});
const seconds = (performance.now() - started) / 1000;
const after = usage();
await clients.directory.close();
const floor: Floor = { seconds, cpu: after.cpu - before.cpu, memory: after.memory };
process.stdout.write(JSON.stringify(floor), () => process.exit());
