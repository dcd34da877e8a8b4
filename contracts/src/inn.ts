/** The Russian taxpayer number (INN): 10 digits of an organisation, 12 of a person; the last one or two are check digits. */
/**
 * Weights of a check digit: those of the twelfth digit; a check digit nearer to the left takes as many from the right as digits stand
 * before it. The tax service's rule; tried on public numbers in the test.
 */
const WEIGHTS = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8] as const;

/** Whether the digit at `position` (from 0) is the one the digits before it ask for. */
function checkDigitHolds(digits: readonly number[], position: number): boolean {
  const weights = WEIGHTS.slice(-position);
  const sum = weights.reduce((total, weight, index) => total + weight * (digits[index] ?? 0), 0);
  return (sum % 11) % 10 === digits[position];
}

/** Whether `text` is a well-formed INN whose check digits hold. Says nothing of whether it was ever given out. */
export function isInn(text: string): boolean {
  if (!/^(\d{10}|\d{12})$/.test(text)) return false;
  const digits = Array.from(text, Number);
  return digits.length === 10 ? checkDigitHolds(digits, 9) : checkDigitHolds(digits, 10) && checkDigitHolds(digits, 11);
}
