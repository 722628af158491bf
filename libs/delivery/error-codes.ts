/** A code in `errors[].extensions.code`, for those who call. */
interface ErrorWords {
  /** The HTTP status it comes with; 200 where something else of the same request may have been answered. */
  readonly status: string;
  readonly says: string;
  /** What to do about it. */
  readonly next: string;
  /** What `extensions` holds beside the code. */
  readonly carries?: string;
}

/**
 * Every code that stands in `errors` (domain 7.4), where what was asked is malformed, too early, too much or broken here.
 * A business "no" is no error: it is `Refused`, with a code of its own.
 */
export const errorCodes = {
  BAD_USER_INPUT: {
    status: '400 or 200',
    says: 'The request, the document or a value in it is malformed.',
    next: 'Mend each field that is named: `path` says where, `rule` which rule, `expected` what would be right.',
    carries: '`fields`: a list of `path`, `rule` and `expected`',
  },
  NOT_YET_VISIBLE: {
    status: '200',
    says: 'What `notBefore` asks for did not reach the views within two seconds.',
    next: 'Ask again after `retryAfter` seconds. The command itself is stored for good: do not send it anew.',
    carries: '`retryAfter`: seconds',
  },
  QUERY_TOO_COMPLEX: {
    status: '400 or 200',
    says: 'The document asks for more than one request may: depth, breadth, cost, tokens or size.',
    next: 'Ask for less at a time: fewer fields, a smaller page, or several requests. The message names the limit.',
    carries: '`limit`, what is `allowed`, and what was `found`',
  },
  TIMED_OUT: {
    status: '504',
    says: 'It was not answered in time. What a command did is not known from this.',
    next: 'Ask for less at a time. Send a command again with the same `commandId`: it has one effect and one answer.',
  },
  RATE_LIMITED: {
    status: '429, with `Retry-After`',
    says: 'This person or address asks more than its share.',
    next: 'Ask again after `retryAfter` seconds, and more slowly.',
    carries: '`retryAfter`: seconds',
  },
  UNAUTHENTICATED: {
    status: '401',
    says: 'The token is bad, expired, or from a foreign issuer or for another audience. Nothing was executed.',
    next: 'Get a new token from the issuer, or send none to ask as the public.',
  },
  ISSUER_UNREACHABLE: {
    status: '503, with `Retry-After`',
    says: "The issuer's keys cannot be had, so the token can be judged neither good nor bad.",
    next: 'Ask again after the seconds that `Retry-After` gives, with the same token.',
  },
  INTERNAL: {
    status: '500 or 200',
    says: 'Something broke here, and was logged. What it was does not leave the system.',
    next: 'Ask again, a command with the same `commandId`. If it stays, tell the operator the correlation id.',
    carries: '`correlationId`: what the operator finds it by',
  },
} as const satisfies Readonly<Record<string, ErrorWords>>;
export type ErrorCode = keyof typeof errorCodes;
