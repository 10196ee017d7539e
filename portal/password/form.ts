/** What the form of the page sends. */
import { z } from 'zod';

const password = z.string().max(256).default('');

const form = z.object({
  token: z.string().max(100).default(''),
  address: z.string().max(255).trim().default(''),
  current: password,
  wanted: password,
  again: password,
});
export type Form = Readonly<z.infer<typeof form>>;

/** The largest body that is read: four fields, each character as three of `%41`. */
export const longestForm = 16_384;

/** @returns undefined for what the page does not send */
export function parseForm(body: unknown): Form | undefined {
  return form.safeParse(body).data;
}
