/** Vietnamese from before Unicode (TCVN3, VNI): text that only its own fonts show as Vietnamese (R5). Pure. */

/**
 * Signs of Latin-1 that stand for letters there and are in no Vietnamese word: "C«ng v¨n". Left out is what else stands beside
 * letters: quotation marks, and ñ, which Jrai has.
 */
const strange = '[\\u00a1-\\u00aa\\u00ac-\\u00ba\\u00bc-\\u00bfÄÅÆÇËÎÏÖ×ØÛÜÞßäåæçëîïö÷øûüþÿ]';
const besideLetters = new RegExp(`\\p{L}${strange}|${strange}\\p{L}`, 'u');

/** VNI: the mark as a letter of its own behind a vowel that never has it there, as in "Coâng vaên". */
const markBehind = /[aeo]â|[ae]ê|[aeoy]ù|[ae]õ/iu;

export function isOldFont(text: string): boolean {
  return besideLetters.test(text) || markBehind.test(text.normalize('NFC'));
}
