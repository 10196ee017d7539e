/** A thread of its own that takes one letter apart: what somebody sent must not hold up, or bring down, the clerk. */
import { parentPort, workerData } from 'node:worker_threads';
import { findingWords } from '../../operator/core/requests/findings.ts';
import { readFiles } from './letter.ts';

const { raw, findings } = workerData as { readonly raw: Uint8Array; readonly findings: string };
parentPort?.postMessage(await readFiles(raw, findingWords(findings)));
