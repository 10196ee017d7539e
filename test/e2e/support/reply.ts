/** What an SMTP server answers. */

/** The answer to a mail: code 250 when it was taken, else code and text of the refusal. */
export async function replyTo(sending: Promise<void>): Promise<{ code: number; reply: string }> {
  try {
    await sending;
  } catch (error) {
    const { responseCode, response, message } = error as {
      responseCode?: number;
      response?: string;
      message: string;
    };
    return { code: responseCode ?? 0, reply: response ?? message };
  }
  return { code: 250, reply: '' };
}
