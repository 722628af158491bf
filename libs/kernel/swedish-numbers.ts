/** Whether `text` is an organisation number: `NNNNNN-NNNN` with its check digit (domain 7.2). */
export const isOrganisationNumber = (text: string): boolean =>
  /^\d{6}-\d{4}$/.test(text) && passesLuhn(text.replace('-', ''));

/**
 * Whether an organisation number has the shape of a personal identity number, and so is a natural person's: a sole
 * trader trades under it, and it is personal data (domain 3.6, 5.2). Its third and fourth digits are a month; in the
 * number of a legal person they are 20 or more.
 */
export const isPersonalIdentityShaped = (organisationNumber: string): boolean =>
  /^\d{6}-\d{4}$/.test(organisationNumber) && Number(organisationNumber.slice(2, 4)) < 20;

/** Whether `text` is written as a bankgiro number. Its check digit is not asked for (domain 1.2, row 17, 7.5 no. 1). */
export const isBankgiro = (text: string): boolean => /^\d{3,4}-\d{4}$/.test(text);

/**
 * Whether `text` is an id that a client may choose: a UUID in lower case of version 4, or of version 5 where it must be
 * built again. The other versions tell time or machine (domain 7.2).
 */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);

/** Luhn's check: every second digit from the right is doubled, and the digits of it all sum to a multiple of ten. */
function passesLuhn(digits: string): boolean {
  const weighed = [...digits].reverse().map((digit, place) => Number(digit) * (place % 2 === 0 ? 1 : 2));
  return weighed.reduce((total, value) => total + (value > 9 ? value - 9 : value), 0) % 10 === 0;
}
