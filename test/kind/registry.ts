const TIMEOUT_MS = 5_000;

/** Whether a container registry can be reached from here, decided within 5 s. */
export async function registryAnswers(host: string): Promise<boolean> {
  try {
    const response = await fetch(`https://${host}/v2/`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok || response.status === 401;
  } catch {
    return false;
  }
}
