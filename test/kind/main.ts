#!/usr/bin/env node
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PARTS, type Part } from '../../images/tag.ts';
import { createCluster, deleteCluster, loadImages } from './cluster.ts';
import type { PortMapping } from './cluster-config.ts';
import { buildImages, ROOT } from './images.ts';
import { ensureTools, findTools } from './prerequisites.ts';
import { writeSboms } from './sboms.ts';

const USAGE = `usage: node test/kind/main.ts up-cluster [NAME] [--port HOST:NODE]...
       node test/kind/main.ts down-cluster [NAME]
       node test/kind/main.ts images [PART...] [--load NAME]`;

class UsageError extends Error {}

function portMapping(text: string): PortMapping {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match === null) throw new UsageError(`--port ${text}: expected HOST:NODE, for example 8443:30443`);
  return { hostPort: Number(match[1]), nodePort: Number(match[2]) };
}

function part(text: string): Part {
  const found = PARTS.find((known) => known === text);
  if (found === undefined) throw new UsageError(`${text}: expected one of ${PARTS.join(', ')}`);
  return found;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { port: { type: 'string', multiple: true, default: [] }, load: { type: 'string' } },
  });
  const [command, ...rest] = positionals;
  const name = rest[0] ?? 'hopthu';
  if (command === 'up-cluster') {
    const cluster = await createCluster(await ensureTools(), name, values.port.map(portMapping));
    process.stdout.write(`context ${cluster.context}, kubectl ${cluster.kubectl}\n`);
  } else if (command === 'down-cluster') {
    const tools = await findTools();
    if (tools !== undefined) await deleteCluster(tools, name);
  } else if (command === 'images') {
    const tools = await ensureTools();
    const parts = rest.length > 0 ? rest.map(part) : PARTS;
    const references = await buildImages(tools.runtime, parts);
    await writeSboms(tools.runtime, parts, references, join(ROOT, 'dist/sbom'));
    if (values.load !== undefined) await loadImages(tools, values.load, references);
    process.stdout.write(`${references.join('\n')}\n`);
  } else {
    throw new UsageError(USAGE);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
